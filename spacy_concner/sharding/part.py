"""Parts of a work: the i-th of n runs makes every n-th shard, and knows nothing of the others."""

import re
from dataclasses import dataclass

from ..errors import ConcnerError, Errors

WRITTEN = re.compile(r"(\d{1,9})/(\d{1,9})")


@dataclass(frozen=True)
class Part:
    """A part of a work.

    number: Which, from 1.
    n_parts: Of how many.
    """

    number: int = 1
    n_parts: int = 1

    @classmethod
    def read(cls, text: str) -> "Part":
        """Read a part as it is typed.

        text (str): Such as "2/8"; empty for all of the work.
        RETURNS (Part): The part.
        RAISES (ConcnerError): C630 if it is none.
        """
        if not text:
            return cls()
        found = WRITTEN.fullmatch(text.strip())
        number, n_parts = map(int, found.groups()) if found else (0, 0)
        if not 1 <= number <= n_parts:
            raise ConcnerError(Errors.C630.format(value=text))
        return cls(number, n_parts)

    @property
    def is_all(self) -> bool:
        """Whether there is no other part."""
        return self.n_parts == 1

    @property
    def folder(self) -> str:
        """Name of the folder in which its run makes shards; empty for all of the work."""
        return "" if self.is_all else f"{self.number}-of-{self.n_parts}"

    def has(self, shard: int) -> bool:
        """Tell whether a shard, numbered from 1, is of this part."""
        return (shard - self.number) % self.n_parts == 0
