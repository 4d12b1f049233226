"""Labelled sentences into labelled translations."""
