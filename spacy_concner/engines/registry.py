"""Translation engines: what they have in common, and where they are found by name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import catalogue
import spacy

from ..errors import ConcnerError, Errors
from .settings import check_complete, read_settings

ENGINES = {
    "file": "spacy-concner.FileTranslator.v1",
    "bergamot": "spacy-concner.BergamotTranslator.v1",
    "huggingface": "spacy-concner.HuggingFaceTranslator.v1",
    "apertium": "spacy-concner.ApertiumTranslator.v1",
    "argos": "spacy-concner.ArgosTranslator.v1",
    "lexicon": "spacy-concner.LexiconTranslator.v1",
    "command": "spacy-concner.CommandTranslator.v1",
}

spacy.registry.translators = catalogue.create(  # type: ignore[attr-defined]
    "spacy", "translators", entry_points=True
)


class Translator(Protocol):
    """A translation engine.

    It may also have `fingerprint` (str), what beside the settings tells its translations from
    others in a cache, and `speed_settings` (frozenset[str]), settings that change no
    translation.

    source: ISO 639 code of the language it reads.
    target: ISO 639 code of the language it writes.
    """

    source: str
    target: str

    def translate(self, texts: list[str]) -> list[str]:
        """Translate texts.

        texts (list[str]): Sentences or phrases, each without line breaks.
        RETURNS (list[str]): A translation for each.
        """
        ...


def make_translator(
    name: str,
    source: str,
    target: str,
    translations: Path | None = None,
    options: Sequence[str] = (),
) -> tuple[Translator, str]:
    """Make an engine by name.

    name (str): A name of `ENGINES` or of the registry `translators`, whose function takes
        `source` and `target`.
    source (str): ISO 639 code to translate from.
    target (str): ISO 639 code to translate to.
    translations (Path): The file of translations; for the engine "file" and no other.
    options (Sequence[str]): Further settings, each "key=value".
    RETURNS (tuple[Translator, str]): The engine, and what tells its translations from others
        in a cache.
    RAISES (ConcnerError): C208 if there is no such engine, C210 if the file of translations
        does not go with it, C240 to C243 for the settings, and those of the engine.
    """
    if (name in ("file", ENGINES["file"])) != (translations is not None):
        raise ConcnerError(Errors.C210.format(name=name, path=translations))
    registry = spacy.registry.translators  # type: ignore[attr-defined]
    registered = ENGINES.get(name, name)
    if registered not in registry:
        known = [*ENGINES, *sorted(set(registry.get_all()) - set(ENGINES.values()))]
        raise ConcnerError(Errors.C208.format(name=name, known=", ".join(known)))
    engine = registry.get(registered)
    settings = read_settings(name, engine, options)
    key_settings = dict(settings)
    if translations is not None:
        settings["path"] = str(translations)
    check_complete(name, engine, settings)
    translator = engine(source=source, target=target, **settings)
    for key in getattr(translator, "speed_settings", ()):
        key_settings.pop(key, None)
    return translator, engine_key(registered, key_settings, getattr(translator, "fingerprint", ""))


def engine_key(name: str, settings: dict[str, Any], fingerprint: str = "") -> str:
    """Write what tells an engine's translations from others in a cache.

    name (str): The engine in the registry.
    settings (dict[str, Any]): Its settings, those left out that change no translation.
    fingerprint (str): What beside its settings decides about its translations.
    RETURNS (str): The key; the name alone where there is nothing else.
    """
    parts = [f"{key}={settings[key]!r}" for key in sorted(settings)]
    return " ".join([name, *parts, *([fingerprint] if fingerprint else [])])
