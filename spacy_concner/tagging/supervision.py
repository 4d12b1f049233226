"""Examples into the arrays that losses understand; what is missing is masked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from spacy.training import Example

from ..corpora.segments import get_segments, is_bitext, text_ids
from ..errors import ConcnerError, Errors
from .gold_tags import tag_rows
from .soft_targets import aligned_soft_labels, aligned_vectors

if TYPE_CHECKING:
    import torch

    from ..losses.types import Supervision


def get_supervision(
    examples: Sequence[Example], labels: Sequence[str], name: str, device: str = "cpu"
) -> "Supervision":
    """Collect what a batch teaches.

    examples (Sequence[Example]): The batch.
    labels (Sequence[str]): BIO tags in the order of the logits' columns.
    name (str): Name of the component, for messages.
    device (str): Where to put the tensors, as torch names it.
    RETURNS (Supervision): Tensors aligned with the tagger's output for
        `[eg.predicted for eg in examples]`.
    RAISES (ConcnerError): C002, C003, C004, C005, C045 or C141 as of `gold_tags` and
        `soft_targets`, C010 if the predicted Doc of a bitext has lost its segments, C044 if
        evaluator's vectors differ in width, C102 if segments do not tile a Doc.
    """
    import torch

    from ..losses.types import Supervision

    columns = {label: i for i, label in enumerate(labels)}
    n_tokens = sum(len(eg.predicted) for eg in examples)
    tags: list[int] = []
    token_docs: list[int] = []
    token_segments: list[int] = []
    segment_docs: list[int] = []
    segment_texts: list[str] = []
    segment_languages: list[str] = []
    soft_labels = np.zeros((n_tokens, len(labels)), dtype="f4")
    soft_mask = np.zeros(n_tokens, dtype=bool)
    vectors = np.zeros((n_tokens, 0), dtype="f4")
    vector_mask = np.zeros(n_tokens, dtype=bool)
    for i, example in enumerate(examples):
        doc = example.predicted
        if is_bitext(example.reference) and not is_bitext(doc):
            raise ConcnerError(Errors.C010.format(name=name, text=doc.text[:80]))
        offset = len(tags)
        tags.extend(tag_rows(example, columns, name))
        token_docs.extend([i] * len(doc))
        for segment in get_segments(doc):
            token_segments.extend([len(segment_docs)] * len(segment))
            segment_docs.append(i)
            segment_texts.append(segment.text)
            segment_languages.append(segment.label_)
        soft = aligned_soft_labels(example.reference, doc, labels, name)
        if soft is not None:
            soft_labels[offset : offset + len(doc)] = soft
            # Rows of zeros are tokens that the teachers were not sure of.
            sure = soft.any(axis=1)
            words = doc.to_array("IS_SPACE") == 0
            soft_mask[offset : offset + len(doc)] = words & sure
        own = aligned_vectors(example.reference, doc)
        if own is not None and len(own):
            if not vector_mask.any():
                vectors = np.zeros((n_tokens, own.shape[1]), dtype="f4")
            elif own.shape[1] != vectors.shape[1]:
                raise ConcnerError(
                    Errors.C044.format(
                        found=own.shape[1], expected=vectors.shape[1], text=doc.text[:80]
                    )
                )
            vectors[offset : offset + len(doc)] = own
            vector_mask[offset : offset + len(doc)] = True

    def integers(values: Sequence[int]) -> "torch.Tensor":
        return torch.tensor(values, dtype=torch.int64, device=device)

    return Supervision(
        tags=integers(tags),
        token_docs=integers(token_docs),
        token_segments=integers(token_segments),
        segment_docs=integers(segment_docs),
        segment_texts=integers(text_ids(segment_texts)),
        segment_languages=integers(text_ids(segment_languages)),
        soft_labels=torch.from_numpy(soft_labels).to(device),
        soft_mask=torch.from_numpy(soft_mask).to(device),
        vectors=torch.from_numpy(vectors).to(device),
        vector_mask=torch.from_numpy(vector_mask).to(device),
        labels=list(labels),
    )
