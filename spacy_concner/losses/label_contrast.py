"""Label contrast (LCL): tokens with the same label move together, across languages."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch

from ..errors import ConcnerError, Errors
from .across_ranks import gather_anchors
from .contrast import contrast_anchors
from .reduction import sum_of_document_means
from .settings import check_temperature, check_weight
from .types import MISSING, Supervision, TaggerTensors

OUTSIDE = "O"


def token_classes(
    tags: torch.Tensor, labels: Sequence[str], level: Literal["tag", "type"] = "tag"
) -> torch.Tensor:
    """Give the class of each token for the contrast.

    tags (Tensor): `(n_tokens,)` int64 rows of `labels`, or `MISSING`.
    labels (Sequence[str]): BIO tags.
    level (str): "tag" tells B-PER from I-PER, "type" makes them one class.
    RETURNS (Tensor): `(n_tokens,)` int64 classes from 0, the class of O at 0, or `MISSING`.
    """
    classes = {OUTSIDE: 0}
    columns = []
    for label in labels:
        # With its dash, a type that is called O is not the outside.
        name = label if level == "tag" or label == OUTSIDE else label[1:]
        columns.append(classes.setdefault(name, len(classes)))
    # MISSING is -1 and so looks up the last entry.
    return torch.tensor([*columns, MISSING], device=tags.device)[tags]


def draw_outside(
    classes: torch.Tensor, documents: torch.Tensor, outside: float = 1.0
) -> torch.Tensor:
    """Choose the tokens for the contrast: all in entities and some of the others.

    A document with n tokens in entities gives ⌈outside · n⌉ of its O tokens, or all that it
    has, evenly spaced from its beginning to its end. So the choice depends neither on the
    other documents of the batch nor on chance: training is repeatable, and gradient
    accumulation chooses what the whole batch would.

    classes (Tensor): `(n_tokens,)` int64 classes, 0 for O, or `MISSING`.
    documents (Tensor): `(n_tokens,)` int64 number of each token's document.
    outside (float): O tokens drawn for each token in an entity.
    RETURNS (Tensor): `(n_tokens,)` bool, True for the chosen tokens.
    """
    in_entity = classes > 0
    is_outside = classes == 0
    numbers, rows = torch.unique(documents, return_inverse=True)
    n_entity = rows[in_entity].bincount(minlength=len(numbers))
    n_outside = rows[is_outside].bincount(minlength=len(numbers))
    quotas = (n_entity.double() * outside).ceil().minimum(n_outside.double()).long()

    rows = rows[is_outside]
    sizes, quotas = n_outside[rows], quotas[rows]
    order = rows.argsort(stable=True)
    starts = (n_outside.cumsum(0) - n_outside)[rows]
    ranks = torch.empty_like(rows)
    ranks[order] = torch.arange(len(rows), device=rows.device)
    ranks -= starts
    # Half a step ahead, so that a single draw takes the middle and not the full stop.
    before = (ranks * quotas + sizes // 2) // sizes
    after = ((ranks + 1) * quotas + sizes // 2) // sizes

    chosen = in_entity.clone()
    chosen[is_outside] = after > before
    return chosen


def label_contrast(
    vectors: torch.Tensor,
    classes: torch.Tensor,
    documents: torch.Tensor,
    temperature: float = 0.1,
    languages: torch.Tensor | None = None,
    own: slice | None = None,
) -> torch.Tensor:
    """Contrast the tokens of the same class with all other tokens.

    The loss of a token a is that of `contrast_anchors` (Khosla et al. 2020,
    https://arxiv.org/abs/2004.11362): P(a) are the other tokens of the same class, in
    whatever document or language, C(a) all tokens but a. With languages given, tokens of a's
    own language and class are in neither set, so that only other languages pull. Tokens
    without positives are no anchors. Averaged over the anchors of a document, summed over
    documents. The label contrast of ConCNER (Fu et al. 2022,
    https://arxiv.org/abs/2204.00796) is such a loss over labelled tokens and those of their
    translations.

    vectors (Tensor): `(n_tokens, width)` vectors of the tokens to contrast.
    classes (Tensor): `(n_tokens,)` int64 classes, none of them missing.
    documents (Tensor): `(n_tokens,)` int64 number of each token's document.
    temperature (float): τ, greater than zero.
    languages (Tensor): `(n_tokens,)` int64 language of each token; None takes positives
        from every language.
    own (slice): The tokens that may be anchors; None for all.
    RETURNS (Tensor): Scalar; zero if there is no anchor.
    """
    candidates = ~torch.eye(len(classes), dtype=torch.bool, device=classes.device)
    positives = (classes[:, None] == classes[None, :]) & candidates
    if languages is not None:
        own_language = languages[:, None] == languages[None, :]
        candidates = candidates & ~(positives & own_language)
        positives = positives & ~own_language
    losses, anchors = contrast_anchors(vectors, positives, candidates, temperature, own)
    return sum_of_document_means(losses, documents[anchors])


@dataclass(frozen=True)
class LabelContrast:
    """Supervised contrast over the labelled tokens of a batch.

    weight (float): Factor of the loss in the total.
    temperature (float): Divisor of the cosines before softmax.
    level (str): "tag" tells B-PER from I-PER, "type" makes them one class.
    outside (float): O tokens drawn for each token in an entity, document by document (see
        `draw_outside`); 0 leaves O out. Documents without entities give none.
    positives (str): "all" tokens of the same class, or only those of an "other_language":
        batches without bitexts then have no anchors.
    balanced (bool): Pipelines of 0.2.0 may have set it: True loads, but trains no more.
    across_ranks (bool): In a training on several ranks contrast each token with those of all
        ranks, as in one batch of all; alone it changes nothing.
    RAISES (ConcnerError): If a setting is out of range.
    """

    needs: ClassVar[str] = "entities"
    weight: float = 0.1
    temperature: float = 0.1
    level: Literal["tag", "type"] = "tag"
    outside: float = 1.0
    positives: Literal["all", "other_language"] = "all"
    balanced: bool = False
    across_ranks: bool = False

    def __post_init__(self) -> None:
        """Check the settings."""
        check_weight(self.weight)
        check_temperature(self.temperature)
        if self.level not in ("tag", "type"):
            raise ConcnerError(Errors.C025.format(level=self.level))
        if not 0 <= self.outside < math.inf:
            raise ConcnerError(Errors.C026.format(outside=self.outside))
        if self.positives not in ("all", "other_language"):
            raise ConcnerError(Errors.C027.format(positives=self.positives))

    @property
    def gone(self) -> str:
        """What of the settings no training takes any more, empty if all is well."""
        return "balanced = true" if self.balanced else ""

    @property
    def instead(self) -> str:
        """What to set instead."""
        return "balanced = false"

    def __call__(self, output: TaggerTensors, supervision: Supervision) -> torch.Tensor:
        """Compute the loss of a batch.

        output (TaggerTensors): Output of the tagger.
        supervision (Supervision): What is known of the batch.
        RETURNS (Tensor): Unweighted scalar.
        """
        classes = token_classes(supervision.tags, supervision.labels, self.level)
        rows = draw_outside(classes, supervision.token_docs, self.outside).nonzero()[:, 0]
        languages = None
        if self.positives == "other_language":
            languages = supervision.segment_languages[supervision.token_segments[rows]]
        vectors, classes = output.token_vectors[rows], classes[rows]
        documents, own = supervision.token_docs[rows], None
        if self.across_ranks:
            vectors, documents, (classes, languages), own = gather_anchors(
                vectors, documents, classes, languages
            )
        return label_contrast(vectors, classes, documents, self.temperature, languages, own)
