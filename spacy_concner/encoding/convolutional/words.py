"""What a small network sees of a word: its pieces' vectors, its shape, its beginning and its end.

The vectors are not trained. They come from a large encoder, which has read each piece and the
common words alone, so that words that the raw text lacks are not unknown.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import srsly
from spacy.strings import (  # type: ignore[attr-defined]
    StringStore,
    hash_string,
)
from spacy.vocab import Vocab
from thinc.api import Shim

from ...errors import ConcnerError, Errors

# Words that are remembered between batches: those of a text come again and again.
MOST_WORDS = 30_000


@dataclass(frozen=True)
class PieceTable:
    """Vectors of word pieces, and of whole words that are common.

    tokenizer (str): Content of tokenizer.json.
    pieces (ndarray): `(n_pieces, width)` int8, by the tokenizer's numbers.
    words (list[str]): The words.
    word_vectors (ndarray): `(n_words, width)` int8.
    scales (ndarray): `(width,)` float32, what one is worth in each column.
    """

    tokenizer: str
    pieces: np.ndarray
    words: list[str]
    word_vectors: np.ndarray
    scales: np.ndarray

    @property
    def width(self) -> int:
        """Width of the vectors."""
        return self.pieces.shape[1]


@dataclass(frozen=True)
class WordSettings:
    """Which beginnings and ends of a word are features.

    prefixes, suffixes (tuple[int, ...]): Their lengths in characters.
    """

    prefixes: tuple[int, ...]
    suffixes: tuple[int, ...]

    @property
    def n_features(self) -> int:
        """Features of a word: its shape, beginnings and ends."""
        return 1 + len(self.prefixes) + len(self.suffixes)

    def describe(self, word: str, shape: int) -> list[int]:
        """Give the hashes of a word's features.

        word (str): The word.
        shape (int): Hash of its shape.
        RETURNS (list[int]): A hash for each feature.
        """
        low = word.lower()
        beginnings = [hash_string(f"{n}<{low[:n]}") for n in self.prefixes]
        return [shape, *beginnings, *(hash_string(f"{n}>{low[-n:]}") for n in self.suffixes)]


@dataclass(frozen=True)
class WordRows:
    """Words, a row for each.

    features (ndarray): `(n_words, n_features)` uint64 hashes.
    whole (ndarray): `(n_words, width)` float32 vectors; of words that are not common the mean over
        the vectors of their pieces, zeros for a word without any.
    of_pieces (ndarray): `(n_words, width)` float32 means over the vectors of the pieces.
    """

    features: np.ndarray
    whole: np.ndarray
    of_pieces: np.ndarray

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """All three."""
        return self.features, self.whole, self.of_pieces

    def take(self, rows: Sequence[int]) -> "WordRows":
        """Give some of the words."""
        places = np.array(rows, dtype="i8")
        return WordRows(*(array[places] for array in self.arrays))


class Words(Shim):
    """Vectors and features of words, remembered between batches.

    Copies, pickles and bytes hold the vectors of the pieces alone.
    """

    _model: PieceTable | None
    _backend: Any
    _common: dict[str, int]
    _numbers: dict[int, int]
    _known: "WordRows"

    def __init__(self, settings: WordSettings, table: PieceTable | None = None) -> None:
        """Take settings; the table can also come later, by `from_bytes` or `set_table`."""
        super().__init__(table)
        self.settings = settings
        self._forget()

    @property
    def table(self) -> PieceTable:
        """The vectors of the pieces.

        RAISES (ConcnerError): C327 if there are none.
        """
        if self._model is None:
            raise ConcnerError(Errors.C327)
        return self._model

    @property
    def width(self) -> int:
        """Width of the vectors."""
        return self.table.width

    def set_table(self, table: PieceTable) -> None:
        """Take vectors of pieces."""
        self._model = table
        self._forget()

    def look_up(self, words: Sequence[int], vocab: Vocab) -> "WordRows":
        """Give the features and vectors of words.

        words (Sequence[int]): Hashes of different words.
        vocab (Vocab): Where they stand.
        RETURNS (WordRows): A row for each.
        """
        with self._lock:
            unknown = [word for word in words if word not in self._numbers]
            if len(self._numbers) + len(unknown) > len(self._known.whole):
                self._start_anew(max(MOST_WORDS, len(words)))
                unknown = list(words)
            if unknown:
                self._learn(unknown, vocab)
            return self._known.take([self._numbers[word] for word in words])

    def _start_anew(self, most: int) -> None:
        """Forget all words, and make place for so many."""
        self._numbers = {}
        self._known = WordRows(
            np.empty((most, self.settings.n_features), dtype="u8"),
            np.empty((most, self.width), dtype="f4"),
            np.empty((most, self.width), dtype="f4"),
        )

    def _learn(self, words: Sequence[int], vocab: Vocab) -> None:
        """Remember words, for which there is place."""
        first = len(self._numbers)
        found = self._describe(words, vocab)
        for array, rows in zip(self._known.arrays, found.arrays, strict=True):
            array[first : first + len(words)] = rows
        self._numbers.update({word: first + number for number, word in enumerate(words)})

    def _describe(self, words: Sequence[int], vocab: Vocab) -> "WordRows":
        strings: StringStore = vocab.strings
        texts = [strings[word] for word in words]
        features = [
            self.settings.describe(text, vocab[word].shape)
            for word, text in zip(words, texts, strict=True)
        ]
        found = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        ids = [encoding.ids for encoding in found]
        lengths = np.array([len(pieces) for pieces in ids])
        flat = np.array([piece for pieces in ids for piece in pieces], dtype="i8")
        sums = np.zeros((len(ids), self.width), dtype="f4")
        np.add.at(sums, np.repeat(np.arange(len(ids)), lengths), self.table.pieces[flat])
        of_pieces = sums / np.maximum(lengths, 1)[:, None].astype("f4") * self.table.scales
        whole = of_pieces.copy()
        rows = [row for row, text in enumerate(texts) if text in self._common]
        numbers = [self._common[texts[row]] for row in rows]
        whole[rows] = self.table.word_vectors[numbers] * self.table.scales
        return WordRows(np.array(features, dtype="u8"), whole, of_pieces)

    @property
    def _tokenizer(self) -> Any:
        if self._backend is None:
            from tokenizers import Tokenizer

            try:
                self._backend = Tokenizer.from_str(self.table.tokenizer)
            # tokenizers raises nothing more precise.
            except Exception as error:
                raise ConcnerError(Errors.C326.format(path="The tokenizer", error=error)) from error
        return self._backend

    def _forget(self) -> None:
        self._backend = None
        words = [] if self._model is None else self._model.words
        self._common = {word: number for number, word in enumerate(words)}
        self._numbers = {}
        self._known = WordRows(*[np.zeros((0, 0))] * 3)
        self._lock = threading.Lock()

    def to_bytes(self) -> bytes:
        """Give the table as bytes; empty without one."""
        return srsly.msgpack_dumps(None if self._model is None else vars(self._model))

    def from_bytes(self, data: bytes) -> "Words":
        """Take the table from bytes.

        data (bytes): What `to_bytes` gave.
        RETURNS (Words): Itself.
        RAISES (ConcnerError): C326 if they hold something else.
        """
        try:
            message = srsly.msgpack_loads(data)
            self._model = None if message is None else PieceTable(**message)
        except (TypeError, ValueError) as error:
            raise ConcnerError(Errors.C326.format(path="The model", error=error)) from error
        self._forget()
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Give what a pickle holds: no words, no tokenizer, no lock."""
        return {"_model": self._model, "settings": self.settings}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take what a pickle held."""
        self.__init__(state["settings"], state["_model"])  # type: ignore[misc]

    def copy(self) -> "Words":
        """Copy it; the table, which never changes, is shared."""
        return Words(self.settings, self._model)

    def __deepcopy__(self, memo: dict) -> "Words":
        """Copy as `copy` does."""
        return self.copy()

    def finish_update(self, optimizer: Any) -> None:
        """Do nothing: the vectors are not trained."""

    def to_device(self, device_type: str, device_id: int) -> None:
        """Do nothing: words are looked up on the CPU."""
