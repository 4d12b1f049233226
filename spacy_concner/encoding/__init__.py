"""Docs into token vectors."""
