"""Labelled or parallel text into bitexts, and what those are worth."""
