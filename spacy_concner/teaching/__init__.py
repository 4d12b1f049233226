"""Teachers into softly labelled Docs."""
