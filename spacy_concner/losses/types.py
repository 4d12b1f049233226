"""What a loss receives: the tagger's output and the supervision of a batch, as tensors."""

from dataclasses import dataclass

import torch

MISSING = -1


@dataclass
class TaggerTensors:
    """Output of the tagger for a batch, tokens and segments of all Docs one after another.

    logits: `(n_tokens, n_labels)` float32, before softmax.
    token_vectors: `(n_tokens, token_width)` float32, after the projection head if any.
    segment_vectors: `(n_segments, segment_width)` float32, pooled and projected likewise.
    """

    logits: torch.Tensor
    token_vectors: torch.Tensor
    segment_vectors: torch.Tensor


@dataclass
class Supervision:
    """What is known of a batch, aligned with the rows of `TaggerTensors`.

    tags: `(n_tokens,)` int64, row of the label in `labels`, `MISSING` if not annotated.
    token_docs: `(n_tokens,)` int64, number of the Doc that a token belongs to.
    token_segments: `(n_tokens,)` int64, number of the segment that a token belongs to.
    segment_docs: `(n_segments,)` int64, number of the Doc that a segment belongs to; the
        segments of one Doc translate each other.
    segment_texts: `(n_segments,)` int64, equal for segments with identical text.
    segment_languages: `(n_segments,)` int64, equal for segments in the same language.
    soft_labels: `(n_tokens, n_labels)` float32 teacher probabilities, zeros where missing.
    soft_mask: `(n_tokens,)` bool, True where `soft_labels` holds.
    vectors: `(n_tokens, evaluator_width)` float32 vectors of the similarity evaluator, zeros
        where missing; no columns if no token has any.
    vector_mask: `(n_tokens,)` bool, True where `vectors` holds.
    labels: the BIO tags in the order of the columns of the logits.
    """

    tags: torch.Tensor
    token_docs: torch.Tensor
    token_segments: torch.Tensor
    segment_docs: torch.Tensor
    segment_texts: torch.Tensor
    segment_languages: torch.Tensor
    soft_labels: torch.Tensor
    soft_mask: torch.Tensor
    vectors: torch.Tensor
    vector_mask: torch.Tensor
    labels: list[str]
