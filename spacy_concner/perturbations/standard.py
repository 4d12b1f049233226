"""The perturbations that the report shows."""

from collections.abc import Mapping
from typing import Any

from .names import GENDERS
from .perturb import Perturbation, make_perturbation

# Origins by Faker's locale: some in either script, so that a language has at least three.
ORIGINS = {
    "Turkish": "tr_TR",
    "Indian": "en_IN",
    "Yoruba": "yo_NG",
    "Russian": "ru_RU",
    "Ukrainian": "uk_UA",
    "Macedonian": "mk_MK",
}
KEYSTROKE_RATES = (0.02, 0.05, 0.15)


def standard_perturbations() -> list[Perturbation]:
    """Make the perturbations of the report.

    RETURNS (list[Perturbation]): After the page on robustness of DaCy, in order.
    RAISES (ConcnerError): C700 without augmenty or Faker.
    """
    return [make_perturbation(*described) for described in describe_standard()]


def describe_standard() -> list[tuple[str, str, Mapping[str, Any]]]:
    """Give the perturbations of the report as they are made: name, registered name, settings."""
    described: list[tuple[str, str, Mapping[str, Any]]] = [
        (f"keystrokes, {rate:.0%}", "spacy-concner.keystrokes.v1", {"rate": rate})
        for rate in KEYSTROKE_RATES
    ]
    described += [
        (f"{case} case", "spacy-concner.casing.v1", {"case": case})
        for case in ("lower", "upper", "title")
    ]
    described += [
        ("lost diacritics", "spacy-concner.lost_diacritics.v1", {}),
        ("removed spaces, 5%", "spacy-concner.removed_spaces.v1", {"rate": 0.05}),
        ("inserted spaces, 1%", "spacy-concner.inserted_spaces.v1", {"rate": 0.01}),
        ("read by OCR, 5%", "spacy-concner.ocr.v1", {"rate": 0.05}),
    ]
    origins: dict[str, str | None] = {"own language": None, **ORIGINS}
    described += [
        (f"names, {origin}, {gender}", "spacy-concner.names.v1", {"locale": of, "gender": gender})
        for origin, of in origins.items()
        for gender in GENDERS
    ]
    return described
