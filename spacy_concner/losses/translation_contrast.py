"""Translation contrast (TCL): segments that translate each other move together."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from .across_ranks import gather_anchors
from .contrast import contrast_anchors
from .reduction import sum_of_document_means
from .settings import check_temperature, check_weight
from .types import Supervision, TaggerTensors


def translation_contrast(
    vectors: torch.Tensor,
    documents: torch.Tensor,
    texts: torch.Tensor,
    temperature: float = 0.1,
    own: slice | None = None,
) -> torch.Tensor:
    """Contrast the translations of each segment with the segments of other documents.

    The loss of a segment a is that of `contrast_anchors`, a symmetric NT-Xent (Chen et al.
    2020, https://arxiv.org/abs/2002.05709): P(a) are the other segments of the same
    document, so that k languages give k - 1 positives, and C(a) all segments but a and its
    false negatives: the segments of other documents whose text is also a text of a's
    document. Where a bitext occurs twice, a's translation in the copy would otherwise push
    as hard as the translation pulls. A document with one segment gives negatives but no
    anchor. Averaged over the segments of a document, summed over documents. The translation
    contrast of ConCNER (Fu et al. 2022, https://arxiv.org/abs/2204.00796) is such a loss
    over pairs of sentence and translation.

    vectors (Tensor): `(n_segments, width)` vectors of the segments.
    documents (Tensor): `(n_segments,)` int64 number of each segment's document.
    texts (Tensor): `(n_segments,)` int64, equal for segments with identical text.
    temperature (float): τ, greater than zero.
    own (slice): The segments that may be anchors; None for all.
    RETURNS (Tensor): Scalar; zero if there is no anchor.
    """
    same_document = documents[:, None] == documents[None, :]
    same_text = texts[:, None] == texts[None, :]
    text_in_document = (same_document.float() @ same_text.float()) > 0
    others = ~torch.eye(len(documents), dtype=torch.bool, device=documents.device)
    positives = same_document & others
    candidates = positives | ~text_in_document
    losses, anchors = contrast_anchors(vectors, positives, candidates, temperature, own)
    return sum_of_document_means(losses, documents[anchors])


@dataclass(frozen=True)
class TranslationContrast:
    """Contrast over the segments of a batch, labelled or not.

    weight (float): Factor of the loss in the total.
    temperature (float): Divisor of the cosines before softmax.
    across_ranks (bool): In a training on several ranks contrast each segment with those of all
        ranks, as in one batch of all; alone it changes nothing.
    RAISES (ConcnerError): If a setting is out of range.
    """

    needs: ClassVar[str] = "bitexts"
    weight: float = 0.1
    temperature: float = 0.1
    across_ranks: bool = False

    def __post_init__(self) -> None:
        """Check the settings."""
        check_weight(self.weight)
        check_temperature(self.temperature)

    def __call__(self, output: TaggerTensors, supervision: Supervision) -> torch.Tensor:
        """Compute the loss of a batch.

        output (TaggerTensors): Output of the tagger.
        supervision (Supervision): What is known of the batch.
        RETURNS (Tensor): Unweighted scalar.
        """
        vectors, documents = output.segment_vectors, supervision.segment_docs
        texts, own = supervision.segment_texts, None
        if self.across_ranks:
            vectors, documents, (texts,), own = gather_anchors(vectors, documents, texts)
        return translation_contrast(vectors, documents, texts, self.temperature, own)
