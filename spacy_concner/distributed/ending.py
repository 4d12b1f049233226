"""A rank that is told to end does so between two steps, and leaves whole models behind."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import ConcnerError, Errors
from .ranks import Ranks


class Ending:
    """Whether this process was told to end (SIGTERM), as torchrun does once a rank has ended."""

    def __init__(self, ranks: Ranks) -> None:
        """Take which rank this is."""
        self.ranks = ranks
        self.is_told = False

    def check(self) -> None:
        """End here, if it was told.

        RAISES (ConcnerError): C671 if so.
        """
        if self.is_told:
            raise ConcnerError(Errors.C671.format(rank=self.ranks.rank, size=self.ranks.size))


@contextmanager
def held_back(ranks: Ranks) -> Iterator[Ending]:
    """Hold SIGTERM back, so that it cuts no model that is being written.

    ranks (Ranks): Which rank this is.
    YIELDS (Ending): What tells whether the signal has come.
    """
    ending = Ending(ranks)
    if threading.current_thread() is not threading.main_thread():
        yield ending
        return

    def note(number: int, frame: object) -> None:
        ending.is_told = True

    before = signal.signal(signal.SIGTERM, note)
    try:
        yield ending
    finally:
        signal.signal(signal.SIGTERM, before)
