"""Predictions drawn at random, as a model that is too sure would make them."""

import numpy as np

from spacy_concner.arrays import log_softmax
from spacy_concner.calibration.measure import Predictions
from spacy_concner.tagging.decoding import decode

LABELS = ["B-PER", "I-PER", "O"]


def draw(n_sequences: int, temperature: float, seed: int, shift: float = 0.0) -> Predictions:
    """Draw tags from scores, and give the scores as a model that is too sure would."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(3, 9, n_sequences)
    logits = rng.normal(0.0, 2.0, (lengths.sum(), 3))
    tags = np.array([rng.choice(3, p=p) for p in np.exp(log_softmax(logits))])
    logits = (logits * temperature + [shift, 0.0, 0.0]).astype("f4")
    correct = []
    offset = 0
    for length, found in zip(lengths, decode(logits, lengths.tolist(), LABELS), strict=True):
        for entity in found:
            start, end = offset + entity.start, offset + entity.end
            gold = [0, *[1] * (end - start - 1)]
            ends = end == offset + length or tags[end] != 1
            correct.append(int(ends and tags[start:end].tolist() == gold))
        offset += length
    languages = np.array(["de"] * n_sequences, dtype="U16")
    return Predictions(LABELS, logits, lengths, tags, np.array(correct), languages)
