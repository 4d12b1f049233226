"""What a pair of parallel text must be like to be kept."""

from dataclasses import dataclass

from ..errors import ConcnerError, Errors


@dataclass(frozen=True)
class Thresholds:
    """What a pair must be like to be kept.

    length_ratio: Most characters of the longer side for one of the shorter, once both have
        `short` or more.
    most_words: Most words of a side.
    least_confidence: Least score of a teacher's entity, else the pair loses its labels.
    least_share: Share of the source's entities that must find a place in the target.
    short: Characters up to which a side may have any ratio.
    """

    length_ratio: float = 3.0
    most_words: int = 200
    least_confidence: float = 0.0
    least_share: float = 1.0
    short: int = 20

    def __post_init__(self) -> None:
        """Check the numbers."""
        for setting, value, low, high in (
            ("length_ratio", self.length_ratio, 1, float("inf")),
            ("most_words", self.most_words, 1, float("inf")),
            ("least_confidence", self.least_confidence, 0, 1),
            ("least_share", self.least_share, 0, 1),
        ):
            if not low <= value <= high:
                expected = f"a number from {low} to {high}"
                raise ConcnerError(
                    Errors.C229.format(setting=setting, value=value, expected=expected)
                )
