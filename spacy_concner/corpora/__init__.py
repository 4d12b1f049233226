"""Raw text and labels into Docs."""
