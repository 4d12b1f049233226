"""Translation engines, one a file; `translators.py` says what they have in common."""
