"""Language similarity of TSL: how alike a target sentence is to each source language (pure).

Wu et al. 2020, https://arxiv.org/abs/2004.12440, section 3.2. A bilinear model learns to tell
the source languages apart by frozen sentence vectors; what it says of target sentences
weighs the teachers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..arrays import softmax, unit_vectors
from ..errors import ConcnerError, Errors

# Below this temperature the softmax takes the best teacher alone, whatever its lead.
MIN_TEMPERATURE = 0.05


@dataclass(frozen=True)
class LanguageSimilarity:
    """A trained measure of similarity.

    names: The source languages, K of them.
    center: `(width,)` mean of the source sentence vectors, taken off before all else:
        encoders give vectors that mostly point one way.
    scale: Mean length of the centred vectors, divided by.
    languages: `(K, width)` language vectors μ.
    text_weights: `(rank, width)` U, None for plain cosines.
    text_bias: `(rank,)` b_U, or None.
    language_weights: `(rank, width)` V, or None.
    language_bias: `(rank,)` b_V, or None.
    temperature: Variance of the scores of the source sentences.
    accuracy: Share of the source sentences whose own language scores best.
    """

    names: list[str]
    center: np.ndarray
    scale: float
    languages: np.ndarray
    text_weights: np.ndarray | None
    text_bias: np.ndarray | None
    language_weights: np.ndarray | None
    language_bias: np.ndarray | None
    temperature: float
    accuracy: float

    def scores(self, vectors: np.ndarray) -> np.ndarray:
        """Score the languages: s(x, k) = (U g(x) + b_U)·(V μ_k + b_V), or a cosine.

        vectors (ndarray): `(n, width)` sentence vectors g(x).
        RETURNS (ndarray): `(n, K)` float64 scores.
        """
        texts = (np.asarray(vectors, dtype="f8") - self.center) / self.scale
        if self.text_weights is None or self.language_weights is None:
            return unit_vectors(texts) @ unit_vectors(self.languages).T
        texts = texts @ self.text_weights.T + self.text_bias
        return texts @ (self.languages @ self.language_weights.T + self.language_bias).T

    def weights(self, vectors: np.ndarray) -> np.ndarray:
        """Weigh the languages for each sentence: softmax of scores over their variance.

        vectors (ndarray): `(n, width)` sentence vectors.
        RETURNS (ndarray): `(n, K)` float64 weights, rows sum to one.
        """
        return softmax(self.scores(vectors) / self.temperature)

    def to_json(self) -> dict:
        """Give the measure as plain numbers, seven digits each."""
        return {
            key: [[float(f"{x:.7g}") for x in row] for row in np.atleast_2d(value)]
            if isinstance(value, np.ndarray)
            else value
            for key, value in vars(self).items()
        }

    @classmethod
    def from_json(cls, content: Mapping) -> "LanguageSimilarity":
        """Read what `to_json` gave."""
        parts = dict(content)
        for key, value in parts.items():
            if key not in ("names", "scale", "temperature", "accuracy") and value is not None:
                rows = np.asarray(value, dtype="f8")
                flat = key in ("center", "text_bias", "language_bias")
                parts[key] = rows[0] if flat else rows
        return cls(**parts)


def cosine_similarity(vectors: Mapping[str, np.ndarray]) -> LanguageSimilarity:
    """Measure by cosines with the mean vector of each language, without learning.

    vectors (Mapping[str, ndarray]): `(n, width)` sentence vectors of each source language.
    RETURNS (LanguageSimilarity): The measure.
    RAISES (ConcnerError): C415 if there are fewer than two languages, or one without text.
    """
    names, center, scale, means, rows, own = _prepare(vectors)
    measure = LanguageSimilarity(
        names, center, scale, means, None, None, None, None, temperature=1.0, accuracy=0.0
    )
    return _finish(measure, rows * scale + center, own)


def learn_similarity(
    vectors: Mapping[str, np.ndarray],
    rank: int = 64,
    gamma: float = 0.01,
    epochs: int = 10,
    learn_rate: float = 1e-3,
    batch_size: int = 32,
    seed: int = 0,
) -> LanguageSimilarity:
    """Learn to tell source languages apart: CE(s(x, ·), lang(x)) + γ‖M Mᵀ - I‖²_F.

    M holds the language vectors μ, which start at the mean sentence vector of each language
    and are learned with U, V and their biases. Rank, γ and epochs are the paper's; its
    learning rate (1e-4) is for corpora ten times as large.

    vectors (Mapping[str, ndarray]): `(n, width)` sentence vectors of each source language.
    rank (int): Rows of U and V.
    gamma (float): Weight of the regulariser that keeps the languages apart.
    epochs (int): Passes over the sentences; a shorter corpus is drawn again as often as the
        longest needs, so that all languages count the same.
    learn_rate (float): Of AdamW.
    batch_size (int): Sentences a step.
    seed (int): Of the initial weights and the order.
    RETURNS (LanguageSimilarity): The measure.
    RAISES (ConcnerError): C415 if there are fewer than two languages, or one without text.
    """
    import torch
    from torch.nn.functional import cross_entropy

    names, center, scale, means, rows, own = _prepare(vectors)
    random = torch.Generator().manual_seed(seed)
    width = means.shape[1]

    def parameter(*shape: int) -> torch.Tensor:
        values = torch.randn(*shape, generator=random) / width**0.5
        return values.requires_grad_()

    text_weights, language_weights = parameter(rank, width), parameter(rank, width)
    text_bias = torch.zeros(rank, requires_grad=True)
    language_bias = torch.zeros(rank, requires_grad=True)
    languages = torch.tensor(means, dtype=torch.float32, requires_grad=True)
    parameters = [text_weights, text_bias, language_weights, language_bias, languages]
    optimizer = torch.optim.AdamW(parameters, lr=learn_rate)
    texts, answers = torch.tensor(rows, dtype=torch.float32), torch.tensor(own)
    counts = torch.bincount(answers)
    chances = 1.0 / counts[answers]
    n_steps = epochs * -(-int(counts.max()) * len(names) // batch_size)
    for _ in range(n_steps):
        batch = torch.multinomial(chances, batch_size, replacement=True, generator=random)
        left = texts[batch] @ text_weights.T + text_bias
        right = languages @ language_weights.T + language_bias
        apart = languages @ languages.T - torch.eye(len(names))
        loss = cross_entropy(left @ right.T, answers[batch]) + gamma * apart.square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    found = [p.detach().double().numpy() for p in parameters]
    measure = LanguageSimilarity(
        names,
        center,
        scale,
        found[4],
        text_weights=found[0],
        text_bias=found[1],
        language_weights=found[2],
        language_bias=found[3],
        temperature=1.0,
        accuracy=0.0,
    )
    return _finish(measure, rows * scale + center, own)


def _prepare(
    vectors: Mapping[str, np.ndarray],
) -> tuple[list[str], np.ndarray, float, np.ndarray, np.ndarray, np.ndarray]:
    empty = [name for name, rows in vectors.items() if not len(rows)]
    if len(vectors) < 2 or empty:
        raise ConcnerError(Errors.C415.format(names=list(vectors), empty=empty))
    means = np.stack([np.mean(rows, axis=0, dtype="f8") for rows in vectors.values()])
    # The mean of means: a longer corpus must not pull the center to its language.
    center = means.mean(axis=0)
    rows = np.concatenate([np.asarray(part, dtype="f8") for part in vectors.values()]) - center
    scale = float(np.linalg.norm(rows, axis=1).mean()) or 1.0
    own = np.repeat(np.arange(len(vectors)), [len(part) for part in vectors.values()])
    return list(vectors), center, scale, (means - center) / scale, rows / scale, own


def _finish(
    measure: LanguageSimilarity, vectors: np.ndarray, own: np.ndarray
) -> LanguageSimilarity:
    scores = measure.scores(vectors)
    return LanguageSimilarity(
        **{
            **vars(measure),
            "temperature": max(MIN_TEMPERATURE, float(scores.var())),
            "accuracy": float((scores.argmax(axis=1) == own).mean()),
        }
    )
