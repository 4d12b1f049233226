"""`spacy-concner.CompactEncoder.v1`: token vectors from a shipped encoder, without torch."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from spacy.attrs import LENGTH, SPACY
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from ...corpora.segments import SEGMENTS_KEY, get_segments
from ..windows import cut_windows
from .engine import Engine, EngineSettings
from .pieces import align, make_batches, pad_lengths
from .weights import CompactWeights

CompactModel = Model[list[Doc], list[Floats2d]]
NAME = "compact_encoder"
# Texts are read in parts of about so many characters, so that memory is bounded.
MOST_CHARACTERS = 200_000


def build_compact_encoder(
    window: int = 128,
    overlap: int = 16,
    batch_pieces: int = 384,
    device: str = "cpu",
    compute_type: str = "default",
    threads: int = 0,
) -> CompactModel:
    """Build a shipped encoder: `spacy-concner.CompactEncoder.v1`.

    `spacy concner ship` makes pipelines with it; the weights come from their folder. A token's
    vector is the mean over its word pieces, as with spacy-transformers. The weights are not
    trained: gradients end here.

    window (int): Most word pieces in a sequence, special ones included; no more than the
        encoder has positions.
    overlap (int): Pieces that the windows of a longer text share with their neighbours.
    batch_pieces (int): Most pieces that the engine gets at once, padding included: a bound on
        memory. Small batches stay in a CPU's cache; a GPU wants some ten thousand.
    device (str): "cpu", "cuda" or "auto".
    compute_type (str): "default", "int8", "float16", "float32", or another of CTranslate2's;
        weights for ONNX Runtime have "default" alone, and run on the CPU.
    threads (int): Batches that a process encodes at once on CPU, each on a thread: 0 is one a
        core, up to four, or what `OMP_NUM_THREADS` says, and a single one with `n_process`.
    RETURNS (Model[List[Doc], List[Floats2d]]): The model.
    RAISES (ConcnerError): C322 for settings that cannot be.
    """
    settings = EngineSettings(
        window=window,
        overlap=overlap,
        batch_pieces=batch_pieces,
        device=device,
        compute_type=compute_type,
        threads=threads,
    )
    # In the shim, not in attrs: these would be stored with the weights and override the config.
    return Model(NAME, forward, init=init, dims={"nO": None}, shims=[Engine(settings)])


def set_weights(model: CompactModel, weights: CompactWeights) -> CompactModel:
    """Give a compact encoder its weights.

    model (Model): What `build_compact_encoder` gave, changed in place.
    weights (CompactWeights): The weights.
    RETURNS (Model): The model.
    """
    engine = get_engine(model)
    engine.from_bytes(Engine(engine.settings, weights).to_bytes())
    model.set_dim("nO", weights.width)
    return model


def compact_encoders_of(model: Model) -> Iterator[CompactModel]:
    """Give the compact encoders in the layers of a model."""
    yield from (node for node in model.walk() if node.name == NAME)


def encode_alone(model: CompactModel, sequences: Sequence[Sequence[int]]) -> np.ndarray:
    """Give the mean vector of each of some short sequences of word pieces.

    model (Model): The compact encoder.
    sequences (Sequence[Sequence[int]]): Pieces of each, one at least, without special ones.
    RETURNS (ndarray): `(n_sequences, width)` float32.
    """
    lengths = [len(sequence) for sequence in sequences]
    pieces = np.fromiter(chain.from_iterable(sequences), dtype="i4", count=sum(lengths))
    each = np.ones(len(pieces), dtype="i4")
    vectors = _encode_pieces(model, pieces, lengths, np.arange(len(pieces)), each)
    return model.ops.to_numpy(_mean(model, vectors, np.array(lengths, dtype="i4")))


def get_engine(model: CompactModel) -> Engine:
    """Give the engine of a compact encoder."""
    engine = model.shims[0]
    assert isinstance(engine, Engine)
    return engine


def init(model: CompactModel, X: Any = None, Y: Any = None) -> None:
    """Check that there are weights, for they do not come from training.

    model (Model): The model.
    X, Y (Any): Not used.
    RAISES (ConcnerError): C321 if there are none.
    """
    model.set_dim("nO", get_engine(model).weights.width)


def forward(
    model: CompactModel, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    """Give the vectors of all tokens.

    model (Model): The model.
    docs (list[Doc]): The batch.
    is_train (bool): Makes no difference.
    RETURNS (tuple[list[Floats2d], Callable]): For each Doc `(n_tokens, width)` float32 vectors,
        zeros for tokens of which the tokenizer leaves nothing, and a function that takes their
        gradients and leads nowhere.
    """
    engine = get_engine(model)
    width = engine.weights.width
    parts = [encode_part(model, texts, starts) for texts, starts in _parts(docs)]
    flat = np.concatenate(parts) if len(parts) > 1 else parts[0] if parts else _nothing(width)
    vectors: Any = model.ops.asarray2f(flat)  # type: ignore[arg-type]
    ends = np.cumsum([len(doc) for doc in docs]).tolist()
    begins = [0, *ends[:-1]]
    return [vectors[begin:end] for begin, end in zip(begins, ends, strict=True)], _no_gradient


def _no_gradient(d_vectors: list[Floats2d]) -> list[Doc]:
    return []


def _nothing(width: int) -> np.ndarray:
    return np.zeros((0, width), dtype="f4")


def _parts(docs: list[Doc]) -> Iterator[tuple[list[str], list[np.ndarray]]]:
    """Give texts and the starts of their tokens, so many at once that memory is bounded.

    Segments of a Doc are texts of their own, as is each part of a very long segment.
    """
    texts: list[str] = []
    starts: list[np.ndarray] = []
    size = 0
    for text, token_starts in _texts(docs):
        if texts and size + len(text) > MOST_CHARACTERS:
            yield texts, starts
            texts, starts, size = [], [], 0
        texts.append(text)
        starts.append(token_starts)
        size += len(text)
    if texts:
        yield texts, starts


def _texts(docs: list[Doc]) -> Iterator[tuple[str, np.ndarray]]:
    for doc in docs:
        if not len(doc):
            continue
        attributes = doc.to_array([LENGTH, SPACY]).astype("i8")
        ends = attributes.sum(axis=1).cumsum()
        token_starts = np.concatenate([[0], ends[:-1]])
        text = doc.text
        if SEGMENTS_KEY not in doc.spans and len(text) <= MOST_CHARACTERS:
            # The transformer sees a span's text without the white space after it.
            yield text[: len(text) - int(attributes[-1, 1])], token_starts
            continue
        for segment in get_segments(doc):
            begin = segment.start
            while begin < segment.end:
                limit = int(token_starts[begin]) + MOST_CHARACTERS
                end = int(np.searchsorted(ends, limit, side="right"))
                end = min(max(end, begin + 1), segment.end)
                first = int(token_starts[begin])
                last = int(ends[end - 1] - attributes[end - 1, 1])
                yield text[first:last], token_starts[begin:end] - first
                begin = end


def encode_part(model: CompactModel, texts: list[str], starts: list[np.ndarray]) -> np.ndarray:
    """Give the vectors of the tokens of some texts.

    model (Model): The model.
    texts (list[str]): The texts.
    starts (list[ndarray]): First character of each token of each text.
    RETURNS (ndarray): `(n_tokens, width)` float32 vectors, all texts one after another.
    """
    engine = get_engine(model)
    weights = engine.weights
    encode = engine.tokenizer.encode
    encodings = [encode(text, add_special_tokens=False) for text in texts]
    ids = [encoding.ids for encoding in encodings]
    n_pieces = [len(row) for row in ids]
    total = sum(n_pieces)
    # A text begins where the one before it ends, and a character later, which is nobody's.
    text_starts = np.cumsum([0, *(len(text) + 1 for text in texts[:-1])])
    pairs = chain.from_iterable(encoding.offsets for encoding in encodings)
    offsets = np.fromiter(chain.from_iterable(pairs), dtype="i8", count=2 * total).reshape(-1, 2)
    offsets += np.repeat(text_starts, n_pieces)[:, None]
    n_tokens = [len(row) for row in starts]
    token_starts = np.concatenate(starts) + np.repeat(text_starts, n_tokens)
    alignment = align(offsets, token_starts)
    pieces = np.fromiter(chain.from_iterable(ids), dtype="i4", count=total)
    vectors = _encode_pieces(model, pieces, n_pieces, alignment.pieces, alignment.lengths)
    if not len(alignment.pieces):
        return np.zeros((len(token_starts), weights.width), dtype="f4")
    if len(alignment.pieces) != total or (alignment.pieces[1:] < alignment.pieces[:-1]).any():
        vectors = vectors[alignment.pieces]
    return model.ops.to_numpy(_mean(model, vectors, alignment.lengths))


def _mean(model: CompactModel, vectors: np.ndarray, lengths: np.ndarray) -> Any:
    ops = model.ops
    return ops.reduce_mean(ops.asarray2f(vectors), ops.asarray1i(lengths))  # type: ignore[arg-type]


def _encode_pieces(
    model: CompactModel,
    pieces: np.ndarray,
    n_pieces: list[int],
    aligned: np.ndarray,
    token_lengths: np.ndarray,
) -> np.ndarray:
    """Give a vector for each piece, seen in its window."""
    engine = get_engine(model)
    weights = engine.weights
    before, after = len(weights.prefix), len(weights.suffix)
    most = min(engine.settings.window, weights.n_positions) - before - after
    is_start = np.zeros(len(pieces), dtype=bool)
    real = token_lengths[token_lengths > 0]
    is_start[aligned[np.cumsum(real) - real]] = True
    overlap = min(engine.settings.overlap, most // 2)
    windows = cut_windows(n_pieces, is_start, most, overlap)
    lengths = windows.ends - windows.starts + before + after
    padded = pad_lengths(lengths, weights.n_positions)
    vectors = np.empty((len(pieces), weights.width), dtype="f4")

    def encode(batch: np.ndarray) -> None:
        shape = (len(batch), int(padded[batch[0]]))
        filled = np.full(shape, weights.padding, dtype="i4")
        filled[:, :before] = weights.prefix
        for row, number in enumerate(batch.tolist()):
            start, end = windows.starts[number], windows.ends[number]
            filled[row, before : before + end - start] = pieces[start:end]
            filled[row, before + end - start : before + end - start + after] = weights.suffix
        hidden = engine.encode(filled, lengths[batch].astype("i4"))
        for row, number in enumerate(batch.tolist()):
            start, kept_end = windows.kept_starts[number], windows.kept_ends[number]
            shift = before - windows.starts[number]
            vectors[start:kept_end] = hidden[row, start + shift : kept_end + shift]

    engine.for_each(encode, make_batches(padded, engine.settings.batch_pieces))
    return vectors
