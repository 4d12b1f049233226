"""What a translation run did, in counts."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Summary:
    """What a translation run did.

    sentences: Sentences read.
    kept: Bitexts made.
    unlabelled: Those kept with a target whose annotation is missing since labels were lost.
    lost: Sentences whose labels were lost, by reason.
    entities: Entities of the targets.
    expanded: Those widened to token boundaries, such as a name with a glued ending.
    unchanged: Bitexts whose target is the source, letter by letter.
    length_ratios: Sum over the bitexts of target characters for a source character.
    translated: Texts that the engine translated in this run.
    seconds: Time taken.
    """

    sentences: int = 0
    kept: int = 0
    unlabelled: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    entities: int = 0
    expanded: int = 0
    unchanged: int = 0
    length_ratios: float = 0.0
    translated: int = 0
    seconds: float = 0.0

    @property
    def length_ratio(self) -> float:
        """Give the mean target characters for a source character."""
        return self.length_ratios / self.kept if self.kept else 0.0

    @property
    def unchanged_share(self) -> float:
        """Give the share of bitexts whose target is the source."""
        return self.unchanged / self.kept if self.kept else 0.0
