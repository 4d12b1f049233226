"""How what teachers say counts: how sure they are, and what their silence means."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import ConcnerError, Errors

DEFAULT_CONFIDENCE = 0.9


@dataclass(frozen=True)
class Voting:
    """How what teachers say counts.

    confidence: By name of a teacher that gives entities and no probabilities, the probability of
        what it says; 0.9 without. An entity's own score comes before it.
    partial: Names of teachers, such as word lists, whose silence is no vote: where they find
        nothing, the others alone decide.
    join_labels: Whether teachers may know different labels, so that the student learns all of
        them; what a teacher calls no entity then says nothing of types that it does not know.
    """

    confidence: Mapping[str, float] = field(default_factory=dict)
    partial: Collection[str] = ()
    join_labels: bool = False

    def check(self, names: Sequence[str]) -> None:
        """Check that the teachers are there, and the probabilities are some.

        names (Sequence[str]): Names of the teachers.
        RAISES (ConcnerError): C429 for a name that no teacher has, C430 for a number that is no
            probability, or 0.
        """
        for option, given in (("--confidence", self.confidence), ("--partial", self.partial)):
            if unknown := sorted(set(given) - set(names)):
                values = {"option": option, "unknown": unknown, "names": list(names)}
                raise ConcnerError(Errors.C429.format(**values))
        for name, value in self.confidence.items():
            if not 0 < value <= 1:
                raise ConcnerError(Errors.C430.format(name=name, value=value))

    def among(self, names: Collection[str]) -> "Voting":
        """Give what holds for some of the teachers."""
        confidence = {name: value for name, value in self.confidence.items() if name in names}
        partial = [name for name in self.partial if name in names]
        return Voting(confidence, partial, self.join_labels)

    def to_json(self) -> dict[str, Any]:
        """Give what soft labels depend on, the same for the same."""
        return {
            "confidence": dict(sorted(self.confidence.items())),
            "partial": sorted(self.partial),
            "join_labels": self.join_labels,
        }
