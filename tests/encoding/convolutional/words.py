"""Vectors of the pieces of a tokenizer that splits words into letters, and of two words."""

import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers

from spacy_concner.encoding.convolutional.words import PieceTable

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ."


def letter_table(width=4) -> PieceTable:
    """Give vectors of single letters, all others unknown, and of "Sofia" and "lives"."""
    vocabulary = {"[UNK]": 0, **{letter: i + 1 for i, letter in enumerate(LETTERS)}}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    random = np.random.default_rng(0)
    pieces = random.integers(-127, 128, size=(len(vocabulary), width), dtype="i1")
    words = random.integers(-127, 128, size=(2, width), dtype="i1")
    scales = random.uniform(0.01, 0.02, size=width).astype("f4")
    return PieceTable(backend.to_str(), pieces, ["Sofia", "lives"], words, scales)
