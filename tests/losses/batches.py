"""Random batches for the tests of the losses, parts of them, and gradients."""

from collections.abc import Callable, Sequence

import torch

from spacy_concner.losses.types import MISSING, Supervision, TaggerTensors

LABELS = ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]

Batch = tuple[TaggerTensors, Supervision]


def random_batch(
    seed: int,
    lengths: Sequence[Sequence[int]] = ((4, 3), (5,), (2, 3, 2), (3, 4)),
    *,
    missing: float = 0.2,
    soft: float = 0.6,
    vectors: float = 0.9,
    n_texts: int = 6,
    width: int = 5,
    dtype: torch.dtype = torch.float64,
) -> Batch:
    """Give a random batch of Docs with segments of the given lengths."""
    random = torch.Generator().manual_seed(seed)
    segment_lengths = torch.tensor([n for doc in lengths for n in doc], dtype=torch.int64)
    segment_docs = torch.tensor([i for i, doc in enumerate(lengths) for _ in doc]).long()
    token_segments = torch.arange(len(segment_lengths)).repeat_interleave(segment_lengths)
    n_tokens, n_segments = len(token_segments), len(segment_lengths)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=random, dtype=dtype)

    def uniform() -> torch.Tensor:
        return torch.rand(n_tokens, generator=random)

    tags = torch.randint(len(LABELS), (n_tokens,), generator=random)
    tags[uniform() < missing] = MISSING
    soft_mask = uniform() < soft
    soft_labels = (2 * normal(n_tokens, len(LABELS))).softmax(dim=-1)
    soft_labels[~soft_mask] = 0
    output = TaggerTensors(
        logits=normal(n_tokens, len(LABELS)).requires_grad_(),
        token_vectors=normal(n_tokens, width).requires_grad_(),
        segment_vectors=normal(n_segments, width).requires_grad_(),
    )
    segment_texts = torch.randint(n_texts, (n_segments,), generator=random)
    vector_mask = uniform() < vectors
    evaluator_vectors = torch.nn.functional.normalize(normal(n_tokens, 3), dim=-1)
    evaluator_vectors[~vector_mask] = 0
    supervision = Supervision(
        tags=tags,
        token_docs=segment_docs[token_segments],
        token_segments=token_segments,
        segment_docs=segment_docs,
        segment_texts=segment_texts,
        # The languages of a Doc's segments differ, as those of a bitext do.
        segment_languages=torch.tensor([k for doc in lengths for k in range(len(doc))]).long(),
        soft_labels=soft_labels,
        soft_mask=soft_mask,
        vectors=evaluator_vectors,
        vector_mask=vector_mask,
        labels=list(LABELS),
    )
    return output, supervision


def take_documents(batch: Batch, documents: Sequence[int]) -> Batch:
    """Give the batch of some documents in the given order, numbered as a new batch would be."""
    output, supervision = batch
    tokens = [i for doc in documents for i in (supervision.token_docs == doc).nonzero()[:, 0]]
    segments = [i for doc in documents for i in (supervision.segment_docs == doc).nonzero()[:, 0]]
    t = torch.tensor(tokens, dtype=torch.int64)
    s = torch.tensor(segments, dtype=torch.int64)

    def renumber(values: torch.Tensor) -> torch.Tensor:
        numbers: dict[int, int] = {}
        return torch.tensor(
            [numbers.setdefault(value, len(numbers)) for value in values.tolist()],
            dtype=torch.int64,
        )

    taken = TaggerTensors(output.logits[t], output.token_vectors[t], output.segment_vectors[s])
    return taken, Supervision(
        tags=supervision.tags[t],
        token_docs=renumber(supervision.token_docs[t]),
        token_segments=renumber(supervision.token_segments[t]),
        segment_docs=renumber(supervision.segment_docs[s]),
        segment_texts=renumber(supervision.segment_texts[s]),
        segment_languages=renumber(supervision.segment_languages[s]),
        soft_labels=supervision.soft_labels[t],
        soft_mask=supervision.soft_mask[t],
        vectors=supervision.vectors[t],
        vector_mask=supervision.vector_mask[t],
        labels=supervision.labels,
    )


def gradients(loss: Callable[..., torch.Tensor], batch: Batch) -> TaggerTensors:
    """Give the gradients of a loss of a batch, zeros where it does not reach."""
    output, supervision = batch
    leaves = [output.logits, output.token_vectors, output.segment_vectors]
    found = torch.autograd.grad(loss(output, supervision), leaves, allow_unused=True)
    return TaggerTensors(
        *(torch.zeros_like(x) if g is None else g for x, g in zip(leaves, found, strict=True))
    )
