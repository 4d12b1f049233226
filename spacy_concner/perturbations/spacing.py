"""`spacy-concner.removed_spaces.v1` and `….inserted_spaces.v1`: words run together or apart."""

from .perturb import Augmenter
from .settings import check_rate, import_library


def create_removed_spaces(rate: float = 0.05) -> Augmenter:
    """Create augmenty's augmenter that leaves out spaces.

    rate (float): Share of the spaces that are left out.
    RETURNS (Callable): The augmenter.
    RAISES (ConcnerError): C700 without augmenty, C704 for the rate.
    """
    check_rate("rate", rate)
    return import_library("augmenty").load("remove_spacing_v1", level=rate)


def create_inserted_spaces(rate: float = 0.01) -> Augmenter:
    """Create augmenty's augmenter that puts spaces into words, one a word at most.

    By itself it keeps such a word as one gold token, with a blank in it.

    rate (float): Share of the letters that a space follows.
    RETURNS (Callable): The augmenter.
    RAISES (ConcnerError): C700 without augmenty, C704 for the rate.
    """
    check_rate("rate", rate)
    return import_library("augmenty").load("spacing_insertion_v1", level=rate)
