"""Examples into the arrays that losses understand; what is missing is masked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from spacy.tokens import Doc
from spacy.training import Example

from ..corpora.segments import get_segments, is_bitext, text_ids
from ..corpora.soft_labels import get_soft_labels
from ..errors import ConcnerError, Errors

if TYPE_CHECKING:
    from ..losses.types import Supervision

MISSING = -1
# What float16 may take from or add to a sum of many probabilities.
SUM_TOLERANCE = 0.02


def align_tags(example: Example) -> list[str | None]:
    """Give the gold BIO tag of each predicted token, None where it is not known.

    Tokens are unknown when their annotation is missing or when an entity does not begin
    and end with the tokens of the prediction. White space that the reference lacks is
    outside, if the reference has annotation at all.

    example (Example): The example.
    RETURNS (list[str | None]): A tag for each token of `example.predicted`.
    """
    # spaCy takes all white space to be outside, also where the annotation is missing.
    annotated = example.reference.has_annotation("ENT_IOB")
    known = [iob != 0 and annotated for iob in example.get_aligned("ENT_IOB")]
    tags: list[str | None] = []
    for tag, is_known in zip(example.get_aligned_ner(), known, strict=True):
        if not is_known or not tag or tag[0] == "-":
            tags.append(None)
        elif tag[:2] == "U-":
            tags.append(f"B-{tag[2:]}")
        elif tag[:2] == "L-":
            tags.append(f"I-{tag[2:]}")
        else:
            tags.append(tag)
    return tags


def tag_rows(example: Example, labels: dict[str, int], name: str) -> list[int]:
    """Give the column of the gold tag of each predicted token, `MISSING` where unknown.

    example (Example): The example.
    labels (dict[str, int]): Column of each BIO tag.
    name (str): Name of the component, for messages.
    RETURNS (list[int]): A column for each token.
    RAISES (ConcnerError): C002 if a gold tag is not among the labels.
    """
    rows = []
    for tag in align_tags(example):
        if tag is not None and tag not in labels:
            raise ConcnerError(
                Errors.C002.format(
                    tag=tag, name=name, labels=sorted(labels), text=example.reference.text[:80]
                )
            )
        rows.append(MISSING if tag is None else labels[tag])
    return rows


def aligned_soft_labels(
    reference: Doc, predicted: Doc, labels: Sequence[str], name: str
) -> np.ndarray | None:
    """Give the soft labels of a Doc with columns in the order of the component's labels.

    reference (Doc): The Doc that may carry soft labels.
    predicted (Doc): The Doc to train on: its tokens must be the same.
    labels (Sequence[str]): BIO tags of the component.
    name (str): Name of the component, for messages.
    RETURNS (ndarray | None): `(n_tokens, n_labels)` float32 probabilities, or None.
    RAISES (ConcnerError): C003 if the labels differ, C004 if the tokens do, C005 if a
        row is no distribution, C141 if there is not one column a label.
    """
    soft = get_soft_labels(reference)
    if soft is None:
        return None
    text = reference.text[:80]
    if set(soft.labels) != set(labels):
        raise ConcnerError(
            Errors.C003.format(found=soft.labels, name=name, expected=list(labels), text=text)
        )
    if [t.orth for t in reference] != [t.orth for t in predicted] or len(soft.probabilities) != len(
        predicted
    ):
        raise ConcnerError(
            Errors.C004.format(
                rows=len(soft.probabilities),
                reference=len(reference),
                predicted=len(predicted),
                text=text,
            )
        )
    if soft.probabilities.shape[1:] != (len(soft.labels),):
        raise ConcnerError(
            Errors.C141.format(
                shape=soft.probabilities.shape,
                n_tokens=len(predicted),
                labels=soft.labels,
                text=text,
            )
        )
    columns = [soft.labels.index(label) for label in labels]
    probabilities = np.asarray(soft.probabilities, dtype="f4")[:, columns]
    sums = probabilities.sum(axis=1, keepdims=True)
    # float16 storage loses the last digits of the sum; a token without label has zeros.
    is_one_or_zero = (abs(sums - 1) < SUM_TOLERANCE) | (sums == 0)
    is_sound = is_one_or_zero[:, 0] & (probabilities >= 0).all(axis=1)
    if not is_sound.all():
        i = int(is_sound.argmin())
        found = [round(float(value), 3) for value in probabilities[i]]
        raise ConcnerError(Errors.C005.format(token=reference[i].text, found=found, text=text))
    return probabilities / sums.clip(min=1e-6)


def aligned_vectors(reference: Doc, predicted: Doc) -> np.ndarray | None:
    """Give the evaluator's vectors of a Doc with soft labels whose tokens were found to fit.

    reference (Doc): The Doc that may carry vectors.
    predicted (Doc): The Doc to train on.
    RETURNS (ndarray | None): `(n_tokens, width)` float32 vectors of length one, or None.
    RAISES (ConcnerError): C045 if the vectors do not fit the tokens or are no numbers.
    """
    soft = get_soft_labels(reference)
    if soft is None or soft.vectors is None:
        return None
    vectors = np.asarray(soft.vectors, dtype="f4")
    if vectors.ndim != 2 or len(vectors) != len(predicted) or not np.isfinite(vectors).all():
        raise ConcnerError(
            Errors.C045.format(
                shape=vectors.shape, n_tokens=len(predicted), text=reference.text[:80]
            )
        )
    return vectors


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
    RAISES (ConcnerError): C002, C003, C004, C005, C045 or C141 as of the functions above,
        C010 if the predicted Doc of a bitext has lost its segments, C044 if evaluator's
        vectors differ in width, C102 if segments do not tile a Doc.
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
            words = np.array([not token.is_space for token in doc], dtype=bool)
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
