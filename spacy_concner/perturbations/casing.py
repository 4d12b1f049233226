"""`spacy-concner.casing.v1`: text in lower, upper or title case."""

from typing import Any

from spacy import registry

from .perturb import Augmenter
from .settings import check_choice, import_library

AUGMENTERS: dict[str, tuple[str, dict[str, Any]]] = {
    "lower": ("spacy.lower_case.v1", {"level": 1.0}),
    "upper": ("upper_case_v1", {"level": 1.0}),
    "title": (
        "conditional_token_casing_v1",
        {"level": 1.0, "upper": True, "conditional": lambda token: True},
    ),
}


def create_casing(case: str = "lower") -> Augmenter:
    """Create the augmenter of case: spaCy's own and augmenty's.

    case (str): "lower", "upper", or "title", where each word begins with a capital letter and has
        no other.
    RETURNS (Callable): The augmenter.
    RAISES (ConcnerError): C700 without augmenty, C705 for the case.
    """
    check_choice("case", case, AUGMENTERS)
    # Registers its augmenters.
    import_library("augmenty")
    name, settings = AUGMENTERS[case]
    return registry.get("augmenters", name)(**settings)
