"""`spacy-concner.names.v1`: people under other names, by origin and gender."""

from collections.abc import Iterator
from pkgutil import iter_modules

from spacy.language import Language
from spacy.training import Example

from ..errors import ConcnerError, Errors
from ..languages import find_code, script_of
from .perturb import Augmenter, language_of
from .settings import check_choice, import_library

GENDERS = ("female", "male")
PERSON_LABELS = ("PER", "PERSON", "PRS")
# Drawn once of each locale: a sentence takes some of them.
N_NAMES = 200
SEED = 0
FAMILY_FIRST = ("hu", "ja", "ko", "vi", "zh")


def create_names(locale: str | None = None, gender: str = "female") -> Augmenter:
    """Create the augmenter that gives people other names: augmenty's, with names of Faker.

    A sentence whose people are written in another script than the names stays as it is.

    locale (str): Locale of Faker, such as "tr_TR", that the names are of; null for the language of
        the sentence.
    gender (str): "female" or "male".
    RETURNS (Callable): The augmenter.
    RAISES (ConcnerError): C700 without augmenty or Faker, C705 for the gender, C706 for a locale
        without names.
    """
    return Names(locale, gender)


class Names:
    """Other names for people: see `create_names`."""

    def __init__(self, locale: str | None, gender: str) -> None:
        """Initialise; arguments as for `create_names`."""
        check_choice("gender", gender, GENDERS)
        self.locale = locale
        self.gender = gender
        self.augmenty = import_library("augmenty")
        # A locale without names of its own would get American ones.
        places = import_library("faker.providers.person").__path__
        self.known = sorted(module.name for module in iter_modules(places))
        self.made: dict[str, tuple[str, dict[str, Augmenter]] | None] = {}
        if locale is not None and self._of(locale) is None:
            told = {"gender": gender, "locale": locale, "known": self.known}
            raise ConcnerError(Errors.C706.format(**told))

    def __call__(self, nlp: Language, example: Example) -> Iterator[Example]:
        """Disturb an Example."""
        language = language_of(nlp, example)
        made = self._of(self.locale or find_code(language, self.known) or "")
        people = [ent for ent in example.reference.ents if ent.label_ in PERSON_LABELS]
        if made is None or any(script_of(ent.text) != made[0] for ent in people):
            yield example
            return
        labels = {ent.label_ for ent in people}
        chosen = [augmenter for label, augmenter in made[1].items() if label in labels]
        yield from self.augmenty.combine(chosen)(nlp, example)

    def _of(self, locale: str) -> tuple[str, dict[str, Augmenter]] | None:
        """Give script and augmenters by label of a locale, None if it has no names."""
        if locale not in self.made:
            self.made[locale] = self._make(locale) if locale in self.known else None
        return self.made[locale]

    def _make(self, locale: str) -> tuple[str, dict[str, Augmenter]]:
        faker = import_library("faker").Faker(locale, use_weighting=False)
        faker.seed_instance(SEED)
        kinds = {"first": f"first_name_{self.gender}", "last": f"last_name_{self.gender}"}
        names = {
            kind: sorted({getattr(faker, method)() for _ in range(N_NAMES)})
            for kind, method in kinds.items()
        }
        order = ["last", "first"] if locale.split("_")[0] in FAMILY_FIRST else ["first", "last"]
        settings = {"names": names, "patterns": [order], "level": 1.0}
        augmenters = {
            label: self.augmenty.load("per_replace_v1", person_tag=label, **settings)
            for label in PERSON_LABELS
        }
        return script_of(names["last"][0]), augmenters
