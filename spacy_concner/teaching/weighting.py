"""How much each teacher counts: for a whole corpus, or sentence by sentence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..corpora.json_values import read_json_object
from ..corpora.reader import read_docs
from ..errors import ConcnerError, Errors
from ..files import show_reason
from .language_similarity import LanguageSimilarity, cosine_similarity, learn_similarity

Level = Literal["domain", "sentence"]
MEASURES = {"cosine": cosine_similarity, "learned": learn_similarity}
UNIFORM = "uniform"


class Weighting(Protocol):
    """Weights of teachers."""

    @property
    def summary(self) -> dict[str, Any]:
        """What `weighting.json` tells: "weighting", "weights" by teacher and more."""
        ...

    def weights(self, docs: Sequence[Doc]) -> np.ndarray:
        """Give the weights for each Doc, `(n_docs, n_teachers)`, rows sum to one."""
        ...


@dataclass(frozen=True)
class FixedWeights:
    """The same weights for every Doc.

    shares: Weight of each teacher, sum one.
    summary: See `Weighting`.
    """

    shares: list[float]
    summary: dict[str, Any]

    def weights(self, docs: Sequence[Doc]) -> np.ndarray:
        """Give the weights for each Doc, `(n_docs, n_teachers)` float64."""
        return np.tile(np.asarray(self.shares, dtype="f8"), (len(docs), 1))


@dataclass(frozen=True)
class SentenceWeights:
    """Weights that each Doc's similarity to the source languages gives.

    similarity: The measure.
    encoder: Gives sentence vectors.
    summary: See `Weighting`.
    """

    similarity: LanguageSimilarity
    encoder: Any
    summary: dict[str, Any]

    def weights(self, docs: Sequence[Doc]) -> np.ndarray:
        """Give the weights for each Doc, `(n_docs, n_teachers)` float64."""
        if not docs:
            return np.zeros((0, len(self.similarity.names)))
        vectors = np.stack(list(self.encoder.vectors(doc.text for doc in docs)))
        return self.similarity.weights(vectors)


def check_weights(teachers: Sequence[object], weights: Sequence[float] | None) -> list[float]:
    """Scale teacher weights to a sum of one.

    teachers (Sequence[object]): The teachers.
    weights (Sequence[float]): A weight for each, not negative; None for equal ones.
    RETURNS (list[float]): The scaled weights.
    RAISES (ConcnerError): C404 if the weights do not fit.
    """
    given = [1.0] * len(teachers) if weights is None else [float(weight) for weight in weights]
    usable = all(np.isfinite(weight) and weight >= 0 for weight in given)
    if not teachers or len(given) != len(teachers) or not usable or sum(given) <= 0:
        raise ConcnerError(Errors.C404.format(weights=given, n_teachers=len(teachers)))
    return [weight / sum(given) for weight in given]


def fixed_weights(names: Sequence[str], weights: Sequence[float] | None = None) -> FixedWeights:
    """Weigh teachers by given numbers, or all the same.

    names (Sequence[str]): The teachers.
    weights (Sequence[float]): A weight for each, scaled to a sum of one; None for equal ones.
    RETURNS (FixedWeights): The weights.
    RAISES (ConcnerError): C404 if the weights do not fit.
    """
    shares = check_weights(names, weights)
    kind = UNIFORM if weights is None else "given"
    return FixedWeights(
        shares, {"weighting": kind, "weights": dict(zip(names, shares, strict=True))}
    )


def read_weights(path: Path, names: Sequence[str]) -> FixedWeights:
    """Read the weights of teachers by name, such as those of an earlier run.

    path (Path): JSON file: `{"en": 0.7, "de": 0.3}`, or a `weighting.json`.
    names (Sequence[str]): The teachers.
    RETURNS (FixedWeights): The weights.
    RAISES (ConcnerError): C413 if the file cannot be read or its names are not those of the
        teachers, C404 for numbers that are no weights.
    """
    try:
        given = _named_numbers(read_json_object(path), names)
    except (OSError, ValueError) as error:
        reason = show_reason(error)
        if isinstance(error, FileNotFoundError):
            reason = f"there is no such file, nor is it one of {', '.join((UNIFORM, *MEASURES))}"
        values = {"path": path, "names": list(names), "error": reason}
        raise ConcnerError(Errors.C413.format(**values)) from error
    found = fixed_weights(names, given)
    return FixedWeights(found.shares, {**found.summary, "weighting": "file"})


def _named_numbers(content: dict[str, Any], names: Sequence[str]) -> list[float]:
    """Give the numbers under names, or under names under "weights"; ValueError if they differ."""
    given = content.get("weights", content)
    if not isinstance(given, dict):
        raise ValueError("its weights are no object")
    if missing := [name for name in names if name not in given]:
        raise ValueError(f"no weight for {', '.join(missing)}")
    if unknown := [name for name in given if name not in names]:
        raise ValueError(f"a weight for {', '.join(unknown)}, which no teacher is called")
    if strange := [name for name in names if type(given[name]) not in (int, float)]:
        raise ValueError(f"what stands for {', '.join(strange)} is no number")
    return [float(given[name]) for name in names]


def measure_weights(
    measure: str,
    names: Sequence[str],
    sources: Mapping[str, Path],
    target: Iterable[Doc],
    encoder: Any,
    level: Level = "domain",
    limit: int = 2000,
) -> Weighting:
    """Weigh teachers by how alike the target text is to their languages.

    measure (str): "cosine" or "learned".
    names (Sequence[str]): The teachers.
    sources (Mapping[str, Path]): Text in the language of each teacher: `.spacy` files.
    target (Iterable[Doc]): Raw text of the target language.
    encoder (SentenceEncoder): Gives frozen sentence vectors.
    level (str): "domain": weights are means over target sentences; "sentence": each
        sentence has its own, and the summary tells the means.
    limit (int): Sentences read of each source, and of the target for its means.
    RETURNS (Weighting): The weights.
    RAISES (ConcnerError): C414 if a teacher has no source text, C415 if there are fewer
        than two teachers, C142, C143 for the source files.
    """
    if len(names) < 2:
        raise ConcnerError(Errors.C415.format(names=list(names), empty=[]))
    missing = [name for name in names if name not in sources]
    unknown = [name for name in sources if name not in names]
    if missing or unknown:
        raise ConcnerError(
            Errors.C414.format(measure=measure, missing=missing, unknown=unknown, names=list(names))
        )

    def vectors(docs: Iterable[Doc]) -> np.ndarray:
        texts = (doc.text for doc in docs if doc.text.strip())
        return np.asarray(list(encoder.vectors(islice(texts, limit))))

    blank = Vocab()
    found = {name: vectors(read_docs(sources[name], blank)) for name in names}
    similarity = MEASURES[measure](found)
    read = vectors(target)
    rows = similarity.weights(read) if len(read) else np.zeros((0, len(names)))
    means = rows.mean(axis=0) if len(rows) else np.full(len(names), np.nan)
    summary = {
        "weighting": measure,
        "level": level,
        "weights": dict(zip(names, means.tolist(), strict=True)) if len(rows) else None,
        "sentences": len(rows),
        "similarity": similarity.to_json(),
    }
    if level == "sentence":
        return SentenceWeights(similarity, encoder, summary)
    return FixedWeights(check_weights(names, means.tolist()), summary)
