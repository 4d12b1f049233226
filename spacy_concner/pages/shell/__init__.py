"""The shell that all pages share: one HTML file each, which needs nothing else and no network."""
