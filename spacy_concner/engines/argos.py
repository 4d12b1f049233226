"""Argos Translate: offline models that a user has installed with its own tool."""

from ..errors import ConcnerError, Errors
from ..languages import find_code


class ArgosTranslator:
    """The installed models of the package argostranslate, also by way of a third language."""

    def __init__(self, source: str, target: str) -> None:
        """Find the model.

        source (str): ISO 639 code to translate from.
        target (str): ISO 639 code to translate to.
        RAISES (ConcnerError): C252 if the package is not installed, C253 if there is no
            model for the pair.
        """
        self.source = source
        self.target = target
        try:
            from argostranslate import translate
        except ImportError as error:
            raise ConcnerError(Errors.C252.format(error=error)) from error
        languages = {language.code: language for language in translate.get_installed_languages()}
        ours, theirs = find_code(source, languages), find_code(target, languages)
        translation = None
        if ours and theirs:
            translation = languages[ours].get_translation(languages[theirs])
        if translation is None:
            pairs = [
                f"{language.code}-{each.to_lang.code}"
                for language in languages.values()
                for each in language.translations_from
                if each.to_lang.code != language.code
            ]
            raise ConcnerError(
                Errors.C253.format(
                    source=source, target=target, installed=", ".join(sorted(pairs)) or "none"
                )
            )
        self._translation = translation

    def translate(self, texts: list[str]) -> list[str]:
        """Translate texts, one at a time.

        texts (list[str]): Sentences or phrases.
        RETURNS (list[str]): A translation for each.
        """
        return [self._translation.translate(text) for text in texts]
