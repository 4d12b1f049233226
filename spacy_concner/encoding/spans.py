"""`spacy-concner.segment_spans.v1`: what a transformer sees as one sequence."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

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
