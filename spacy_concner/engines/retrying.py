"""Retries with growing waits, for engines behind a network."""

import time

from spacy.util import logger

from .protocol import Translator
from .settings import check_setting


class RetryingTranslator:
    """An engine behind a network, or one that fails now and then, asked again when it fails."""

    def __init__(self, translator: Translator, retries: int = 3, wait: float = 1.0) -> None:
        """Wrap an engine.

        translator (Translator): The engine.
        retries (int): How often a batch is given to it again.
        wait (float): Seconds before the second try; doubled before each further one.
        RAISES (ConcnerError): C241 for a negative number.
        """
        for key, value in (("retries", retries), ("wait", wait)):
            check_setting(key, value, value >= 0, "a number of 0 or more")
        self.source = translator.source
        self.target = translator.target
        self._translator = translator
        self._retries = retries
        self._wait = wait

    def translate(self, texts: list[str]) -> list[str]:
        """Translate texts, in as many tries as are allowed.

        texts (list[str]): Sentences or phrases.
        RETURNS (list[str]): A translation for each.
        """
        for number in range(self._retries):
            try:
                return self._translator.translate(texts)
            except Exception as error:
                seconds = self._wait * 2**number
                reason = str(error).rstrip(".")
                logger.warning("%s. Trying again in %g seconds.", reason, seconds)
                time.sleep(seconds)
        return self._translator.translate(texts)
