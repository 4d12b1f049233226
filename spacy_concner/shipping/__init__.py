"""A trained pipeline into what is installed."""
