"""What a package tells of itself: `meta.json`, and the model card made of it."""
