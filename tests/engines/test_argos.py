import sys
import types

import pytest

from spacy_concner.engines.argos import ArgosTranslator
from spacy_concner.errors import ConcnerError


class Language:
    """As argostranslate.translate.Language."""

    def __init__(self, code):
        self.code = code
        self.translations_from = []

    def get_translation(self, to):
        found = [each for each in self.translations_from if each.to_lang.code == to.code]
        return found[0] if found else None


class Translation:
    def __init__(self, to_lang):
        self.to_lang = to_lang

    def translate(self, text):
        return f"{self.to_lang.code}: {text}"


@pytest.fixture
def argos(monkeypatch):
    english, german, chinese = Language("en"), Language("de"), Language("zh")
    english.translations_from = [Translation(german), Translation(english)]
    translate = types.ModuleType("argostranslate.translate")
    translate.get_installed_languages = lambda: [english, german, chinese]
    package = types.ModuleType("argostranslate")
    package.translate = translate
    monkeypatch.setitem(sys.modules, "argostranslate", package)
    monkeypatch.setitem(sys.modules, "argostranslate.translate", translate)


def test_installed_models_translate(argos):
    translator = ArgosTranslator("en", "de")
    assert translator.translate(["one", "two"]) == ["de: one", "de: two"]


@pytest.mark.parametrize("pair", [("en", "zh"), ("de", "en"), ("en", "bg"), ("bg", "de")])
def test_missing_models_are_named(argos, pair):
    message = f"C253.*installed: en-de. .*argospm install translate-{pair[0]}_{pair[1]}"
    with pytest.raises(ConcnerError, match=message):
        ArgosTranslator(*pair)


def test_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "argostranslate", None)
    with pytest.raises(ConcnerError, match=r'C252.*pip install "spacy-concner\[translate-argos\]"'):
        ArgosTranslator("en", "de")
