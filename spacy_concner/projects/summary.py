"""What a project has made, told at its end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import srsly

from .smoke_test import Example, find_wheel


@dataclass(frozen=True)
class Package:
    """A package that a project has made.

    language: Code of the language that it is for.
    wheel: The file.
    score: Its F1 as a part of a sentence.
    examples: Sentences and what it finds in them.
    is_small: Whether it is a small one.
    """

    language: str
    wheel: Path
    score: str
    examples: list[Example] = field(default_factory=list)
    is_small: bool = False

    @property
    def title(self) -> str:
        """What it is called: by its language, and its size if that is small."""
        return f"{self.language}, small" if self.is_small else self.language


def summarise(
    packages: Path, examples: Path, *, name: str, languages: Sequence[str], suffix: str = ""
) -> list[Package]:
    """Gather what a project has made.

    packages (Path): Output folder of `spacy package`.
    examples (Path): Folder with `LANG.jsonl` of `smoke_test`.
    name (str): Name of the packages, between xx and the language.
    languages (Sequence[str]): Codes of the languages.
    suffix (str): What the names of packages end in after the language.
    RETURNS (list[Package]): A package a language.
    RAISES (ConcnerError): C615 if there is no wheel of one.
    """
    found = []
    for language in languages:
        wheel = find_wheel(packages, f"xx_{name}_{language}{suffix}")
        meta = srsly.read_json(wheel.parents[1] / "meta.json")
        file = examples / f"{language}.jsonl"
        rows = srsly.read_jsonl(file) if file.exists() else []
        sentences = [Example(**row) for row in rows]
        found.append(Package(language, wheel, _score(meta), sentences, bool(suffix)))
    return found


def _score(meta: dict) -> str:
    own = meta["concner"]
    if own["elsewhere"]:
        score = 100 * own["elsewhere"]["ents_f"]
        return f"not measured (F1 {score:.1f} on sentences in {own['measured_in']})"
    score = meta["performance"].get("ents_f")
    return "not measured" if score is None else f"F1 {100 * score:.1f}"
