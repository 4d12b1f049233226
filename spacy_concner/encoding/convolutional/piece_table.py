"""Vectors of word pieces and words out of a shipped encoder, which reads each of them alone."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from spacy.language import Language

from ...errors import ConcnerError, Errors
from ..compact.architecture import CompactModel, encode_alone, get_engine
from .architecture import set_pieces
from .words import PieceTable, Words, WordSettings

# A longer word stands for none in particular.
LONGEST_WORD = 16
# The largest number of 8 bits.
MOST = 127


def make_piece_table(encoder: CompactModel, words: Sequence[str], width: int) -> PieceTable:
    """Give the vectors of all pieces of an encoder's vocabulary, and of some words.

    The encoder reads each as a sequence of its own. Its vectors have few directions that matter,
    so that the first principal components keep nearly all of their variance.

    encoder (Model): The compact encoder.
    words (Sequence[str]): The words; those of a single piece, or of very many, are left out.
    width (int): Principal components that are kept; no more than the encoder's width.
    RETURNS (PieceTable): The vectors, in 8 bits; their standard deviation over all numbers is one.
    """
    engine = get_engine(encoder)
    n_pieces = engine.tokenizer.get_vocab_size()
    ids = [[piece] for piece in range(n_pieces)]
    found = engine.tokenizer.encode_batch(list(words), add_special_tokens=False)
    kept = []
    for word, encoding in zip(words, found, strict=True):
        if 1 < len(encoding.ids) <= LONGEST_WORD:
            kept.append(word)
            ids.append(encoding.ids)
    components = principal_components(encode_alone(encoder, ids), width)
    components /= components.std()
    scales = np.abs(components).max(axis=0).clip(min=np.finfo("f4").tiny) / MOST
    vectors = np.round(components / scales).astype("i1")
    tokenizer = engine.weights.tokenizer
    return PieceTable(tokenizer, vectors[:n_pieces], kept, vectors[n_pieces:], scales.astype("f4"))


def principal_components(vectors: np.ndarray, width: int) -> np.ndarray:
    """Give the coordinates of vectors along the directions of their largest variance.

    vectors (ndarray): `(n, k)` floats.
    width (int): Directions, `k` at most.
    RETURNS (ndarray): `(n, width)` float64, the largest variance first.
    """
    centred = vectors - vectors.mean(axis=0, dtype="f8")
    _, directions = np.linalg.eigh(centred.T @ centred)
    return centred @ directions[:, ::-1][:, :width]


def write_piece_table(table: PieceTable, path: Path) -> None:
    """Write vectors of pieces to a file."""
    path.write_bytes(Words(WordSettings((), ()), table).to_bytes())


def read_piece_table(path: Path) -> PieceTable:
    """Read vectors of pieces from a file.

    RAISES (ConcnerError): C328 if it cannot be read or holds something else.
    """
    try:
        return Words(WordSettings((), ())).from_bytes(path.read_bytes()).table
    except (OSError, ConcnerError) as error:
        raise ConcnerError(Errors.C328.format(path=path, error=error)) from error


def create_load_pieces(path: Path | None) -> Callable[[Language], Language]:
    """Create a callback for `[initialize.before_init]`: vectors of pieces for small networks.

    path (Path): File of `write_piece_table`; without one there are none, which C327 tells.
    RETURNS (Callable[[Language], Language]): Callback that raises C328 if there is no such file.
    """

    def load_pieces(nlp: Language) -> Language:
        if path is not None:
            table = read_piece_table(Path(path))
            for _, pipe in nlp.pipeline:
                set_pieces(pipe, table)
        return nlp

    return load_pieces
