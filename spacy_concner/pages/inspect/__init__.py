"""A page of bitexts to look at, the ones with problems first."""
