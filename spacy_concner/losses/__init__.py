"""Training losses, one a file, in pure torch."""
