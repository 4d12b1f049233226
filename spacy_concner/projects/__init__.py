"""What a project of corpora to packages is made of."""
