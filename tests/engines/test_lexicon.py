import gzip

import pytest

from spacy_concner.engines import lexicon
from spacy_concner.engines.dictionaries import BASE64, FreeDict
from spacy_concner.engines.lexicon import LexiconTranslator, keep_case
from spacy_concner.errors import ConcnerError

WORDS = """the\tdas
house\tHaus
white house\tWeißes Haus
Polish\tpolnisch
polish\tpolieren
well-known\tbekannt\tadjective
house\tHeim
"""
# As FreeDict writes them: senses with glosses, stress marks, examples, remarks.
ENTRIES = {
    "house": [
        "house //haʊs// <n>\n1. стопа́нство, къща\nan establishment\n2. къ́ща\na home\n",
        "house /haʊz/ <v>\n1. помещавам\nkeep within\n",
    ],
    "areca-nut": ["areca-nut /ˈaɹɛkə/\n[Br.] [[арека]] <masc>, ядка (bot.)\n see: {areca}\n\n"],
    "live": ["live //lɪv// <v>\n1. живея 2.\nbe alive\n 3.\ndwell\n"],
    "in": ['in /ˈɪn/\n в ([wo?]) <prep>,  /ɪ/\n   "in it"  - там\n'],
    "Polish": ["Polish /p/\nполски\n"],
    "polish": ["polish /p/\nлъскам\n"],
    "empty": ["empty /e/\n see: {none}\n"],
}


def number(value):
    letters = ""
    while value or not letters:
        value, last = divmod(value, 64)
        letters = BASE64[last] + letters
    return letters


@pytest.fixture
def freedict(tmp_path):
    content = b"00-database\n"
    rows = ["00databaseshort\tA\tL"]
    for headword, entries in ENTRIES.items():
        for entry in entries:
            key = headword.lower().replace("-", "")
            rows.append(f"{key}\t{number(len(content))}\t{number(len(entry.encode()))}")
            content += entry.encode()
    path = tmp_path / "freedict-eng-bul.dict.dz"
    path.write_bytes(gzip.compress(content))
    (tmp_path / "freedict-eng-bul.index").write_text("\n".join(rows) + "\n", encoding="utf8")
    return path


@pytest.fixture
def translator(tmp_path):
    path = tmp_path / "words.tsv"
    path.write_text(WORDS, encoding="utf8")
    return LexiconTranslator("en", "de", str(path))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("The house, the HOUSE!", "Das Haus, das HAUS!"),
        ("The white  house stands.", "Das Weißes Haus stands."),
        ("White House", "Weißes Haus"),
        ("Polish or polish a well-known house", "Polnisch or polieren a bekannt Haus"),
        ("PER0 the LOC1, (ORG2) house3", "PER0 das LOC1, (ORG2) house3"),
        ("the's house's don't", "the's house's don't"),
        ("", ""),
        ("…", "…"),
        ("  the\u2028house ", "  das\u2028Haus "),
        ("‏הבית the", "‏הבית das"),
    ],
)
def test_words_phrases_case_and_all_between(translator, text, expected):
    assert translator.translate([text]) == [expected]


def test_case():
    assert keep_case("I", "ich") == "Ich"
    assert keep_case("NATO", "nato") == "NATO"
    assert keep_case("big", "groß") == "groß"


def test_freedict(freedict):
    dictionary = FreeDict(freedict)
    assert dictionary.look_up("house") == "къща"
    assert dictionary.look_up("areca-nut") == "арека"
    assert dictionary.look_up("live") == "живея"
    assert dictionary.look_up("in") == "в"
    assert (dictionary.look_up("Polish"), dictionary.look_up("polish")) == ("полски", "лъскам")
    assert dictionary.look_up("empty") is dictionary.look_up("00databaseshort") is None
    assert LexiconTranslator("en", "bg", str(freedict)).translate(["PER0 IN house."]) == [
        "PER0 В къща."
    ]


def test_freedict_of_debian_is_found_or_its_package_named(freedict, monkeypatch):
    monkeypatch.setattr(lexicon, "DEBIAN_FOLDER", freedict.parent)
    assert LexiconTranslator("en", "bg").translate(["House"]) == ["Къща"]
    with pytest.raises(ConcnerError, match="C254.*apt-get install dict-freedict-eng-hun"):
        LexiconTranslator("en", "hu")


def test_other_dictionaries_have_other_fingerprints(translator, tmp_path):
    first = translator.fingerprint
    path = tmp_path / "words.tsv"
    assert LexiconTranslator("en", "de", str(path)).fingerprint == first
    path.write_text(WORDS.replace("Haus", "Bude"), encoding="utf8")
    assert LexiconTranslator("en", "de", str(path)).fingerprint != first


@pytest.mark.parametrize(
    "content, message",
    [
        (b"house\tHaus\nno tab\n", "C255.*line 2: .*'no tab'"),
        (b"house\t \n", "C255.*line 1"),
        (b"\n \n", "C260"),
        ("h\tGrüße".encode("latin-1"), "C205"),
        (None, "C217"),
    ],
)
def test_bad_tables_are_told(tmp_path, content, message):
    path = tmp_path / "words.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConcnerError, match=message):
        LexiconTranslator("en", "de", str(path))


def test_bad_dictionaries_are_told(freedict):
    index = freedict.with_name("freedict-eng-bul.index")
    freedict.write_bytes(b"not packed")
    with pytest.raises(ConcnerError, match="C205"):
        LexiconTranslator("en", "bg", str(freedict))
    freedict.write_bytes(gzip.compress(b"x"))
    index.write_text("")
    with pytest.raises(ConcnerError, match="C260"):
        LexiconTranslator("en", "bg", str(freedict))
    index.unlink()
    with pytest.raises(ConcnerError, match="C217.*index"):
        LexiconTranslator("en", "bg", str(freedict))
