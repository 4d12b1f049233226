"""HTML pages about pipelines and bitexts."""
