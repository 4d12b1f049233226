"""`spacy-concner.keystrokes.v1`: keys hit beside the right one."""

import warnings
from collections.abc import Iterator

from spacy.language import Language
from spacy.training import Example

from ..errors import Warnings
from ..languages import script_of
from .perturb import Augmenter, language_of
from .settings import check_rate, import_library

# Neighbours beside, above, below and across.
DISTANCE = 1.5
BY_SCRIPT = {"Latin": "en_qwerty_v1", "Cyrillic": "ru_v1", "Greek": "el_v1"}
BULGARIAN = "bg_bds_v1"
# BDS 5237, which augmenty lacks.
BULGARIAN_ROWS = {
    "default": ["1234567890-.", ",уеишщксдзц;", "ьяаожгтнвмч", "юйъэфхпрлб"],
    "shift": ['!?+"%=:/№$€', "ыУЕИШЩКСДЗЦ§", "ѝЯАОЖГТНВМЧ", "ЮЙЪЭФХПРЛБ"],
}


def create_keystrokes(rate: float = 0.05) -> Augmenter:
    """Create the augmenter of typing errors: augmenty's, on the keyboard of the language.

    A language is what the gold Doc's `user_data["language"]` says, or else the pipeline's; one
    without a layout is typed on the commonest of its script.

    rate (float): Share of characters that turn into a neighbour on the keyboard.
    RETURNS (Callable): The augmenter.
    RAISES (ConcnerError): C700 without augmenty, C704 for the rate.
    """
    return Keystrokes(rate)


class Keystrokes:
    """Typing errors: see `create_keystrokes`."""

    def __init__(self, rate: float) -> None:
        """Initialise; arguments as for `create_keystrokes`."""
        check_rate("rate", rate)
        self.rate = rate
        self.augmenty = import_library("augmenty")
        self.augmenty.util.registry.keyboards(BULGARIAN, func=bulgarian_keyboard)
        self.augmenters: dict[str, Augmenter] = {}

    def __call__(self, nlp: Language, example: Example) -> Iterator[Example]:
        """Disturb an Example."""
        language = language_of(nlp, example)
        layout = find_layout(language, example.text, self.augmenty.keyboards())
        if not layout:
            told = {"language": language, "text": example.text[:40]}
            warnings.warn(Warnings.W700.format(**told), stacklevel=2)
            yield example
            return
        if layout not in self.augmenters:
            settings = {"level": self.rate, "distance": DISTANCE, "keyboard": layout}
            self.augmenters[layout] = self.augmenty.load("keystroke_error_v1", **settings)
        yield from self.augmenters[layout](nlp, example)


def find_layout(language: str, text: str, layouts: list[str]) -> str:
    """Find a keyboard.

    language (str): Language code.
    text (str): Text, for its script.
    layouts (list[str]): Names of the layouts that there are, each beginning with a language code.
    RETURNS (str): One of the names, empty if none serves.
    """
    own = (name for name in sorted(layouts) if name.startswith(f"{language}_"))
    return next(own, "") or BY_SCRIPT.get(script_of(text), "")


def bulgarian_keyboard() -> dict[str, list[list[str]]]:
    """Give the keys of the Bulgarian standard, by rows."""
    return {level: [list(row) for row in rows] for level, rows in BULGARIAN_ROWS.items()}
