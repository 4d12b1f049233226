"""What teachers say, mixed: Docs in, softly labelled Docs out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import srsly
from spacy.language import Language
from spacy.tokens import Doc

from ..corpora.segments import copy_tokens
from ..corpora.soft_labels import set_soft_labels
from ..pipelines import pipeline_fingerprint
from .combining import combine_opinions
from .entity_opinions import OUTSIDE
from .similarity_vectors import predict_vectors
from .teacher_cache import cached, teacher_opinions
from .teachers import Teacher
from .voting import Voting
from .weighting import Weighting


@dataclass(frozen=True)
class Mixer:
    """Teachers and how their opinions become soft labels.

    teachers: The teachers, with labels in common.
    weighting: How much each counts.
    voting: What their silence means, and how sure they are.
    evaluator: Pipeline whose token vectors go along; None for none.
    evaluator_width: Width of these.
    min_confidence: Tokens whose likeliest label has a lower probability keep no label.
    batch_size: Docs a batch.
    cache: Folder for what each teacher and the evaluator say, for other mixes.
    shards_key: What tells the shards from those of other texts in the cache.
    """

    teachers: Sequence[Teacher]
    weighting: Weighting
    voting: Voting
    evaluator: Language | None
    evaluator_width: int
    min_confidence: float
    batch_size: int
    cache: Path
    shards_key: tuple[object, ...]

    @cached_property
    def settings(self) -> dict[str, Any]:
        """All that the labels of a Doc depend on."""
        summary = self.weighting.summary
        return {
            "teachers": {teacher.name: teacher.fingerprint for teacher in self.teachers},
            "weighting": summary["weights"],
            "weighting_key": _key(srsly.json_dumps(summary, sort_keys=True)),
            "voting": self.voting.to_json(),
            "labels": self.teachers[0].labels,
            "evaluator": self._evaluator_key or None,
            "min_confidence": self.min_confidence,
            "batch_size": self.batch_size,
        }

    @property
    def may_leave_out(self) -> bool:
        """Whether Docs may be left with no label at all, and so be left out."""
        silent = any(teacher.partial or not teacher.has_probabilities for teacher in self.teachers)
        return silent or self.min_confidence > 0

    @cached_property
    def _evaluator_key(self) -> list[object]:
        if self.evaluator is None:
            return []
        return [pipeline_fingerprint(self.evaluator), self.evaluator_width]

    def _cache_file(self, shard: str, *key: object) -> Path:
        return self.cache / _key(*self.shards_key, *key) / f"{shard}.npy"

    def mix(self, docs: Sequence[Doc], shard: str) -> list[Doc]:
        """Label Docs softly.

        docs (Sequence[Doc]): Docs to read; they stay unchanged.
        shard (str): Name of their shard, under which caches keep what is said of them.
        RETURNS (list[Doc]): Copies with soft labels, without entities. Docs with no token that is
            sure enough, or of which a teacher says something, are left out.
        RAISES (ConcnerError): C412 if a teacher gives no numbers, C443 if the evaluator does,
            C432 if a teacher finds a type that it has not named.
        """
        labels = self.teachers[0].labels
        mixed = []
        means, evaluated = self._probabilities(docs, shard), self._vectors(docs, shard)
        for doc, probabilities, vectors in zip(docs, means, evaluated, strict=True):
            largest = probabilities.max(axis=1, initial=0)
            sure = (largest >= self.min_confidence) & (largest > 0)
            if len(doc) and not sure.any():
                continue
            probabilities[~sure] = 0
            copy = copy_tokens(doc, doc.vocab)
            set_soft_labels(copy, labels, probabilities, vectors)
            mixed.append(copy)
        return mixed

    def _probabilities(self, docs: Sequence[Doc], shard: str) -> list[np.ndarray]:
        """Give what the teachers say together, `(n_tokens, n_labels)` float32 for each Doc."""
        outside = self.teachers[0].labels.index(OUTSIDE)
        knows = np.stack([teacher.knows for teacher in self.teachers])
        opinions = [
            teacher_opinions(
                teacher, docs, self.batch_size, self._cache_file(shard, *teacher.cache_key)
            )
            for teacher in self.teachers
        ]
        return [
            combine_opinions(np.stack(said), weights, knows, outside)
            for weights, *said in zip(self.weighting.weights(docs), *opinions, strict=True)
        ]

    def _vectors(self, docs: Sequence[Doc], shard: str) -> Sequence[np.ndarray | None]:
        """Give the evaluator's token vectors of each Doc, None without an evaluator."""
        evaluator = self.evaluator
        if evaluator is None:
            return [None] * len(docs)
        return cached(
            self._cache_file(shard, *self._evaluator_key),
            docs,
            lambda: predict_vectors(evaluator, docs, self.batch_size, self.evaluator_width),
        )


def _key(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode("utf8")).hexdigest()[:16]
