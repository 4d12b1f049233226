"""A trained pipeline into the compact one that is installed."""
