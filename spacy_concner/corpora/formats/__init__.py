"""Readers of corpus files, one a format: lines or rows in, records out."""
