"""How a long text is cut into windows, which an encoder sees one at a time.

While a pipeline trains, spacy-transformers asks for spans of tokens before it makes word pieces:
`spacy-concner.segment_spans.v1`. A shipped encoder has the word pieces first, and cuts these.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc, Span

from ..corpora.segments import get_segments
from ..errors import ConcnerError, Errors


def create_segment_spans(
    window: int = 128, stride: int = 96, max_characters: int = 480
) -> Callable[[Iterable[Doc]], list[list[Span]]]:
    """Create a `get_spans` for spacy-transformers that keeps segments apart.

    window (int): Most tokens in a sequence.
    stride (int): Tokens from the start of a full window to the start of the next one.
    max_characters (int): Most characters in a sequence. A word piece holds at least one
        character, so 480 always fit models of 512 pieces and no token is left without a
        vector; models with byte-level pieces need a quarter.
    RETURNS (Callable[[Iterable[Doc]], list[list[Span]]]): The function; it can be pickled.
    RAISES (ConcnerError): C309 unless 1 <= stride <= window and max_characters >= 1.
    """
    return SegmentSpans(window, stride, max_characters)


@dataclass(frozen=True)
class SegmentSpans:
    """Cut Docs into the sequences that a transformer sees.

    Each segment of a bitext (the whole of a plain Doc) is cut on its own, into windows that
    overlap if it is too long for one. Every token lies in at least one window.

    window, stride, max_characters (int): As in `create_segment_spans`.
    """

    window: int = 128
    stride: int = 96
    max_characters: int = 480

    def __post_init__(self) -> None:
        """Check the settings."""
        if not 1 <= self.stride <= self.window or self.max_characters < 1:
            raise ConcnerError(
                Errors.C309.format(
                    window=self.window, stride=self.stride, max_characters=self.max_characters
                )
            )

    def __call__(self, docs: Iterable[Doc]) -> list[list[Span]]:
        """Cut Docs.

        docs (Iterable[Doc]): The Docs.
        RETURNS (list[list[Span]]): For each Doc its windows in order; none if it is empty.
        RAISES (ConcnerError): C102 if the segments of a Doc do not tile it.
        """
        return [
            [window for segment in get_segments(doc) for window in self.cut(segment)]
            for doc in docs
        ]

    def cut(self, segment: Span) -> list[Span]:
        """Cut one segment into windows.

        segment (Span): The segment.
        RETURNS (list[Span]): Its windows in order. A token longer than `max_characters` is
            a window of its own.
        """
        sizes = [count_characters(token.text) + 1 for token in segment]
        windows = []
        start = 0
        while start < len(sizes):
            end = start + 1
            size = sizes[start]
            while (
                end < len(sizes)
                and end - start < self.window
                and size + sizes[end] <= self.max_characters
            ):
                size += sizes[end]
                end += 1
            windows.append(segment[start:end])
            if end == len(sizes):
                break
            # A window that characters cut short overlaps the next by the same share.
            start += max(1, (end - start) * self.stride // self.window)
        return windows


def count_characters(text: str) -> int:
    """Count the characters that a tokenizer's normaliser may make of a text.

    text (str): The text.
    RETURNS (int): Length of its longest Unicode normal form: "½" counts three.
    """
    return len(text) if text.isascii() else len(unicodedata.normalize("NFKD", text))


@dataclass(frozen=True)
class Windows:
    """Stretches of word pieces that a shipped encoder sees at once, all texts one after another.

    starts, ends (ndarray): `(n_windows,)` int64 pieces that a window sees.
    kept_starts, kept_ends (ndarray): `(n_windows,)` int64 pieces whose vectors are taken from
        it; these tile the pieces.
    """

    starts: np.ndarray
    ends: np.ndarray
    kept_starts: np.ndarray
    kept_ends: np.ndarray


def cut_windows(n_pieces: Sequence[int], is_start: np.ndarray, most: int, overlap: int) -> Windows:
    """Cut texts into windows.

    The windows of a long text are equally long; where two overlap each piece is taken from the
    one in which it stands farther from the edge, and tokens are not torn if they fit.

    n_pieces (Sequence[int]): Pieces of each text, without special ones.
    is_start (ndarray): `(sum(n_pieces),)` bool, whether a token begins with the piece.
    most (int): Most pieces of a window.
    overlap (int): Pieces that neighbouring windows share at least, less than `most`.
    RETURNS (Windows): The windows in order; none for a text without pieces.
    """
    sizes = np.asarray(n_pieces, dtype="i8")
    firsts = np.cumsum(sizes) - sizes
    is_short = sizes <= most
    if is_short.all():
        starts = firsts[sizes > 0]
        ends = starts + sizes[sizes > 0]
        return Windows(starts, ends, starts, ends)
    rows: list[tuple[int, int, int, int]] = []
    for first, size in zip(firsts.tolist(), sizes.tolist(), strict=True):
        if size:
            rows.extend(_cut(first, size, is_start, most, overlap))
    starts, ends, kept_starts, kept_ends = np.array(rows, dtype="i8").reshape(-1, 4).T
    return Windows(starts, ends, kept_starts, kept_ends)


def _cut(
    first: int, size: int, is_start: np.ndarray, most: int, overlap: int
) -> list[tuple[int, int, int, int]]:
    n_windows = max(1, -(-(size - overlap) // (most - overlap)))
    width = -(-(size + (n_windows - 1) * overlap) // n_windows)
    step = (size - width) / max(1, n_windows - 1)
    starts = [first + round(number * step) for number in range(n_windows)]
    cuts = [first]
    for before, after in zip(starts, starts[1:], strict=False):
        end = before + width
        middle = (after + end) // 2
        begins = np.flatnonzero(is_start[after:end]) + after
        nearest = begins[np.abs(begins - middle).argmin()] if len(begins) else middle
        cuts.append(int(nearest))
    cuts.append(first + size)
    return [
        (start, start + width, kept_start, kept_end)
        for start, kept_start, kept_end in zip(starts, cuts, cuts[1:], strict=False)
    ]
