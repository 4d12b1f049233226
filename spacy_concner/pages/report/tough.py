"""Recall of entities that are hard by what training has seen (pure).

Tough Mentions Recall: Tu and Lignos 2021, https://aclanthology.org/2021.eacl-srw.21/. There the
types in the test data tell which are confusable; here those in the training data do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...scoring.gain import Estimate
from ...scoring.matches import Comparison, EntitySpan
from ...scoring.seen import SeenEntities
from .estimates import estimate_recall
from .groups import FEW


@dataclass(frozen=True)
class ToughRow:
    """Recall of some of the gold entities.

    name: which.
    n_gold: how many there are.
    recalls: of each pipeline.
    """

    name: str
    n_gold: int
    recalls: list[Estimate]

    @property
    def is_few(self) -> bool:
        """Tell whether they are too few for recall to say much."""
        return self.n_gold < FEW


def tough_rows(
    pipelines: Sequence[Sequence[Comparison]], seen: SeenEntities | None
) -> list[ToughRow]:
    """Give recall of all entities, and of those that are hard.

    pipelines (Sequence[Sequence[Comparison]]): Sentences as each pipeline sees them.
    seen (SeenEntities | None): Entities of the training data.
    RETURNS (list[ToughRow]): Rows; none without training data.
    """
    if seen is None:
        return []
    kinds: dict[str, Callable[[EntitySpan], bool]] = {
        "all": lambda span: True,
        "unseen": lambda span: span not in seen,
        "type-confusable": seen.is_confusable,
    }
    return [
        ToughRow(
            name,
            sum(keep(span) for comparison in pipelines[0] for span in comparison.gold),
            [estimate_recall(comparisons, keep) for comparisons in pipelines],
        )
        for name, keep in kinds.items()
    ]
