"""`--code` for spaCy: a student learns less from tokens over which its teachers disagree.

The weight of a token falls with the distance between its teachers, relative to the mean distance
of tokens of its class, so that classes that are hard for all keep their say (after CoLaDa, ACL
2023, whose weights come from neighbours).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from spacy import registry
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.soft_labels import SoftLabels, get_soft_labels, set_soft_labels
from spacy_concner.losses.distillation import squared_distance
from spacy_concner.losses.reduction import sum_of_document_means
from spacy_concner.losses.types import Supervision, TaggerTensors

LOSS = "concner-bench.NoiseAwareDistillation.v1"


@registry.losses(LOSS)
@dataclass(frozen=True)
class NoiseAwareDistillation:
    """Squared distance from the teachers, weighted token by token."""

    needs: ClassVar[str] = "vectors"
    weight: float = 1.0

    def __call__(self, output: TaggerTensors, supervision: Supervision) -> torch.Tensor:
        """Compute the loss of a batch; see `Distillation`."""
        mask = supervision.soft_mask
        losses = squared_distance(output.logits[mask], supervision.soft_labels[mask].detach())
        weights = supervision.vectors[mask][:, 0]
        return sum_of_document_means(weights * losses, supervision.token_docs[mask])


def distances(opinions: Sequence[np.ndarray]) -> np.ndarray:
    """Give the mean total variation between pairs of teachers, `(n_tokens,)` from 0 to 1."""
    pairs = [abs(a - b).sum(axis=1) / 2 for a, b in combinations(opinions, 2)]
    return np.mean(pairs, axis=0)


def weigh(mixed: Path, singles: Sequence[Path], output: Path) -> None:
    """Write the soft labels of several teachers with a weight for each token.

    The weight is the first of two numbers that lie where an evaluator's vectors do.

    mixed (Path): Folder of their mean.
    singles (Sequence[Path]): Folders of each alone, of the same Docs.
    output (Path): `.spacy` file.
    """
    docs = list(read_docs(mixed, Vocab()))
    means = [_soft(doc) for doc in docs]
    labels = means[0].labels
    alone = [[_soft(doc) for doc in read_docs(folder, Vocab())] for folder in singles]
    assert all(soft.labels == labels for teacher in alone for soft in teacher)
    columns = [[soft.probabilities.astype("f4") for soft in teacher] for teacher in alone]
    far = [distances(opinions) for opinions in zip(*columns, strict=True)]
    classes = np.concatenate([soft.probabilities.argmax(axis=1) for soft in means])
    together = np.concatenate(far)
    usual = np.array(
        [together[classes == i].mean() if (classes == i).any() else 1.0 for i in range(len(labels))]
    )
    for doc, soft, distance in zip(docs, means, far, strict=True):
        own = usual[soft.probabilities.argmax(axis=1)]
        weights = np.exp(-distance / np.maximum(own, 1e-6))
        vectors = np.stack([weights, np.sqrt(1 - weights**2)], axis=1)
        set_soft_labels(doc, labels, soft.probabilities, vectors)
    output.parent.mkdir(parents=True, exist_ok=True)
    DocBin(docs=docs, store_user_data=True).to_disk(output)


def _soft(doc) -> SoftLabels:
    soft = get_soft_labels(doc)
    assert soft is not None
    return soft
