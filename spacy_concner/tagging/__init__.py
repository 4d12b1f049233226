"""Token vectors into entities."""
