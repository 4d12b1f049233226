"""The network of small pipelines: vectors of word pieces, features of words, convolutions."""
