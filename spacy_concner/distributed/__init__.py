"""`spacy train` in several processes, which torchrun starts: each of them is a rank."""
