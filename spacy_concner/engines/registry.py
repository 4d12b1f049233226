"""Translation engines by name: where they are found, and how they are made."""

from collections.abc import Sequence
from pathlib import Path

import catalogue
import spacy

from ..errors import ConcnerError, Errors
from .cache import cache_key
from .own_code import tell_fault
from .protocol import Translator
from .retrying import RetryingTranslator
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

# What an engine must have.
PARTS = ("source", "target", "translate")

spacy.registry.translators = catalogue.create(  # type: ignore[attr-defined]
    "spacy", "translators", entry_points=True
)


def make_translator(
    name: str,
    source: str,
    target: str,
    *,
    translations: Path | None = None,
    options: Sequence[str] = (),
    retries: int = 0,
) -> tuple[Translator, str]:
    """Make an engine by name.

    name (str): A name of `ENGINES` or of the registry `translators`, whose function takes
        `source` and `target`.
    source (str): ISO 639 code to translate from.
    target (str): ISO 639 code to translate to.
    translations (Path): The file of translations; for the engine "file" and no other.
    options (Sequence[str]): Further settings, each "key=value".
    retries (int): How often a batch is given to the engine again when it fails; translations
        from a file are not retried.
    RETURNS (tuple[Translator, str]): The engine, and its `cache_key`.
    RAISES (ConcnerError): C208 if there is no such engine, C210 if the file of translations
        does not go with it, C240 to C243 for the settings, C263 if it cannot be made, and those
        of the engine.
    """
    if (name in ("file", ENGINES["file"])) != (translations is not None):
        found = f"--translations {translations}" if translations else "no --translations"
        raise ConcnerError(Errors.C210.format(name=name, found=found))
    registry = spacy.registry.translators  # type: ignore[attr-defined]
    registered = ENGINES.get(name, name)
    if registered not in registry:
        known = [*ENGINES, *sorted(set(registry.get_all()) - set(ENGINES.values()))]
        raise ConcnerError(Errors.C208.format(name=name, known=", ".join(known)))
    engine = registry.get(registered)
    files = {} if translations is None else {"path": str(translations)}
    try:
        settings = read_settings(name, engine, options)
        check_complete(name, engine, settings | files)
        translator = engine(source=source, target=target, **settings, **files)
        for part in PARTS:
            getattr(translator, part)
    except ConcnerError:
        raise
    # Whatever the code of a user may raise; the imports of ours are told by what they belong to.
    except Exception as error:
        if isinstance(error, ImportError) and registered in ENGINES.values():
            raise
        told = tell_fault(error, engine)
        raise ConcnerError(Errors.C263.format(name=name, error=told)) from error
    key = cache_key(registered, settings, translator)
    if retries and translations is None:
        translator = RetryingTranslator(translator, retries)
    return translator, key
