"""When a translation is good enough."""

from dataclasses import dataclass

from ..errors import ConcnerError, Errors


@dataclass(frozen=True)
class Thresholds:
    """When a translation is good enough.

    max_length_factor: How many times longer or shorter than usual for its languages a
        translation may be; 0 for any length.
    max_untranslated: Share of words, outside entities, that may be those of the source; in
        translations of four such words and more.
    min_entities_kept: Share of the source's entities, by type, that must be there.
    max_entities_added: Entities that the translation may have more; -1 for any number.
    require_labels: Whether a translation without annotation is turned down.
    strategies: Ways of projection to take; empty for all.
    reject_notes: Notes of the projection to turn a translation down for.
    """

    max_length_factor: float = 3.0
    max_untranslated: float = 0.5
    min_entities_kept: float = 1.0
    max_entities_added: int = 0
    require_labels: bool = False
    strategies: tuple[str, ...] = ()
    reject_notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the numbers: C132 for one that is out of its range."""
        factor, added = self.max_length_factor, self.max_entities_added
        is_factor = factor == 0 or 1 <= factor < float("inf")
        check_threshold("--max-length-factor", factor, is_factor, "0, or a number from 1")
        check_share("--max-untranslated", self.max_untranslated)
        check_share("--min-entities-kept", self.min_entities_kept)
        check_threshold("--max-entities-added", added, added >= -1, "-1 (any number) or more")


def check_share(option: str, value: float) -> None:
    """Check a threshold from 0 to 1.

    option (str): What the user calls it.
    value (float): The threshold.
    RAISES (ConcnerError): C132 if it is out of range.
    """
    check_threshold(option, value, 0 <= value <= 1, "a number from 0 to 1")


def check_threshold(option: str, value: float, is_good: bool, expected: str) -> None:
    """Check a threshold.

    option (str): What the user calls it.
    value (float): The threshold.
    is_good (bool): Whether it will do.
    expected (str): What was expected, for the message.
    RAISES (ConcnerError): C132 if it will not.
    """
    if not is_good:
        raise ConcnerError(Errors.C132.format(setting=option, value=value, expected=expected))
