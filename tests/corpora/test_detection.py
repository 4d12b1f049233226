"""Which reader reads a file."""

import json

import pytest

from spacy_concner.corpora.detection import Source, find_sources
from spacy_concner.corpora.read_options import ReadOptions
from spacy_concner.errors import ConcnerError

CONLL = "Anna B-PER\nsings O\n\nSofia B-LOC\n"
JSONL = '{"text": "Anna sings."}\n{"text": "Paul reads."}\n'
ARRAY = '[\n  {"text": "Anna sings."},\n  {"text": "Paul reads."}\n]\n'
TABLE = "Sentence #,Word,Tag\n1,Anna,B-PER\n,sings,O\n"
WEBANNO = "#FORMAT=WebAnno TSV 3.2\n#T_SP=x.NamedEntity|value\n\n\n#Text=A\n1-1\t0-1\tA\tPER\t\n"
TEXT = "Anna sings.\nPaul reads [a] book, too.\n"


def find(path, format="auto", **settings):
    return [
        source.format for source in find_sources(str(path), format, ReadOptions(**settings)).files
    ]


@pytest.mark.parametrize(
    "name, content, expected",
    [
        ("a.conll", CONLL, "conll"),
        ("a.IOB2", CONLL, "conll"),
        ("a.tsv", CONLL.replace(" ", "\t"), "conll"),
        ("a.tsv", "tokens\tner_tags\nAnna sings\tB-PER O\n", "csv"),
        ("a.tsv", WEBANNO, "webanno"),
        ("a.txt", WEBANNO, "webanno"),
        ("a.jsonl", JSONL, "jsonl"),
        ("a.jsonl", ARRAY, "jsonl"),
        ("a.json", ARRAY, "jsonl"),
        ("a.json", JSONL, "jsonl"),
        ("a.csv", TABLE, "csv"),
        ("a.txt", TEXT, "text"),
        ("a.txt", "", "text"),
        ("a.txt", "[1] A note.\n{and} more\n", "text"),
        ("a.txt", "Anna O\nPaul sings\nPaul O\nPaul reads\nPaul sits\n", "text"),
        ("a.txt", "Oscar\tO\nPaul\tP\nRia\tR\n", "text"),
        ("a.txt", "1\tAnna sings.\nPaul reads.\n", "text"),
        ("a.txt", "We eat bread, butter\nand jam, too\n", "text"),
        ("a.tsv", "Word\tTag\n" + "Anna\tB-PER\nsings\tO\n" * 20, "csv"),
        ("a.tsv", "tokens\tner_tags\n" + "Anna sings\tB-PER O\n" * 20, "csv"),
        ("a.tsv", "text tag\tO\nword\tO\n", "conll"),
        ("a.txt", "A <b>book</b>, too\nAnna sings.\nSee [a](x.html) and/or this\n", "text"),
        ("a.parquet", "PAR1", "datasets"),
        ("a.data", JSONL, "jsonl"),
        ("a.data", CONLL, "conll"),
        ("a.iob", "Anna|B-PER sings|O\n", "inline"),
    ],
)
def test_content_and_name_tell_the_format(tmp_path, name, content, expected):
    (tmp_path / name).write_text(content, "utf8")
    assert find(tmp_path / name) == [expected]


@pytest.mark.parametrize(
    "name, content, told",
    [
        ("a.txt", CONLL, "--format conll, or --format text"),
        ("a.txt", "Anna\tperson-artist\nsings\tO\nhere\tO\n", "--format conll, or --format text"),
        ("a.txt", "Anna\tPER\nBerg\tPER\nsings\tO\n", "--format conll, or --format text"),
        ("a.txt", "EU\tORG-B\nis\tO\nin\tO\nOslo\tB_LOC\nX\tX\n", "--format conll"),
        ("a.txt", "EU ORG\nis O\n\nAnna PER\nof O\nOslo LOC\n", "--format conll"),
        ("a.txt", "Anna|NNP|B-PER sings|VBZ|O\n", "--format inline, or --format text"),
        ("a.txt", JSONL, "--format jsonl, or --format text"),
        ("a.txt", ARRAY, "--format jsonl, or --format text"),
        ("a.txt", TABLE, "--format csv, or --format text"),
        ("a.csv", JSONL, "--format jsonl, or --format csv"),
        ("a.csv", CONLL, "--format conll, or --format csv"),
        ("a.tsv", JSONL, "--format jsonl, or --format conll"),
        ("a.jsonl", CONLL, "--format conll, or --format jsonl"),
        ("a.json", TABLE, "--format csv, or --format jsonl"),
    ],
)
def test_files_in_disguise_are_told_with_the_option(tmp_path, name, content, told):
    (tmp_path / name).write_text(content, "utf8")
    with pytest.raises(ConcnerError, match=f"C149.*{told}"):
        find(tmp_path / name)
    named = told.split()[-1]
    assert find(tmp_path / name, named) == [named]


@pytest.mark.parametrize(
    "content, told",
    [
        ("7|t|Anna sings\n7|a|She does.\n7\t0\t4\tAnna\tPerson\tP1\n", "PubTator"),
        ("<PER>Anna</PER> sings.\n", "tags of XML"),
        ('<ENAMEX TYPE="PERSON">Anna</ENAMEX> sings.\nSo.\n<PER>Paul</PER>\n', "tags of XML"),
        ("<START:person> Anna <END> sings .\n", "OpenNLP"),
        ("- [Anna](person) sings\n", "Rasa"),
        ("Anna/PERSON sings/O ./O\n", "after a slash"),
        ("Anna,B-PER\nsings,O\n\nSofia,B-LOC\n", "after a comma"),
        ("Anna;B-PER\nsings;O\n", "after a comma"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.PubTator"])
def test_text_that_is_annotated_in_another_way_is_told(tmp_path, content, told, name):
    (tmp_path / name).write_text(content, "utf8")
    with pytest.raises(ConcnerError, match=f"C166.*{told}.*--format text"):
        find(tmp_path / name)
    assert find(tmp_path / name, "text") == ["text"]


def test_numbers_of_lines_are_no_tokens(tmp_path):
    (tmp_path / "a.txt").write_text("1\tAnna sings.\n2\tPaul reads.\n")
    with pytest.raises(ConcnerError, match="C170.*cut -f 2"):
        find(tmp_path / "a.txt")
    assert find(tmp_path / "a.txt", "text") == ["text"]


@pytest.mark.parametrize("head", [b"x\x9c", b"PK\x03\x04", b"\x1f\x8b", b"%PDF-1.4"])
def test_archives_and_documents_are_told(tmp_path, head):
    (tmp_path / "a.txt").write_bytes(head + b"\0\1\2")
    with pytest.raises(ConcnerError, match="C103.*it is (an?|packed) ?"):
        find(tmp_path / "a.txt")


@pytest.mark.parametrize("source", ["a.docx", "/no/path", "./x"])
def test_nothing_tells_the_format(tmp_path, monkeypatch, source):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.docx").write_text("Some words.")
    with pytest.raises(ConcnerError, match="C104"):
        find(source)


@pytest.mark.parametrize("source", ["wikiann/bg", "owner/name/config"])
def test_other_names_are_of_the_hub(tmp_path, monkeypatch, source):
    monkeypatch.chdir(tmp_path)
    assert find_sources(source, "auto", ReadOptions()).files == [Source(source, "datasets")]


def make(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", ".").replace("_in_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf8")


def names(folder, **settings):
    sources = find_sources(str(folder), "auto", ReadOptions(**settings)).files
    return [source.path.removeprefix(f"{folder}/") for source in sources]


def test_folders_are_read_file_by_file(tmp_path):
    make(tmp_path, b__conll=CONLL, a__conll=CONLL, sub_in_c__tsv=CONLL, README__md="x", LICENSE="y")
    (tmp_path / ".hidden").write_text("z")
    assert names(tmp_path) == ["a.conll", "b.conll", "sub/c.tsv"]
    assert find(tmp_path) == ["conll"] * 3


def test_folders_have_splits(tmp_path):
    make(tmp_path, train__conll=CONLL, eng__testa=CONLL, my_dev__conll=CONLL)
    assert names(tmp_path) == ["train.conll"]
    others = find_sources(str(tmp_path), "auto", ReadOptions()).other_splits
    assert [path.name for path in others] == ["eng.testa", "my_dev.conll"]
    assert names(tmp_path, split="dev") == ["eng.testa", "my_dev.conll"]
    with pytest.raises(ConcnerError, match="C160.*'test'.*train, validation"):
        names(tmp_path, split="test")


def test_what_no_reader_knows_is_not_passed_over(tmp_path):
    make(tmp_path, a__txt=TEXT, a__xyz="some notes")
    with pytest.raises(ConcnerError, match="C158.*a.xyz"):
        names(tmp_path)
    (tmp_path / "a.xyz").rename(tmp_path / "b.jsonl")
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": "a"}))
    with pytest.raises(ConcnerError, match=r"C159.*jsonl \(.*b.jsonl\), text"):
        names(tmp_path)
    assert find(tmp_path, "text") == ["text", "text"]


@pytest.mark.parametrize("name", ["a.conll~", "a.conll.bak", "train.conll.ORIG"])
def test_copies_of_editors_are_no_data(tmp_path, name):
    make(tmp_path, train__conll=CONLL)
    (tmp_path / name).write_text(CONLL)
    assert find(tmp_path / name) == ["conll"]
    (tmp_path / "train.conll").rename(tmp_path / "b.conll")
    with pytest.raises(ConcnerError, match=f"C172.*{name}"):
        names(tmp_path)


def test_annotations_of_brat_are_not_passed_over(tmp_path):
    make(tmp_path, a__txt=TEXT, a__ann="T1\tPER 0 4\tAnna\n", b__txt=TEXT, annotation__conf="x")
    assert find(tmp_path) == ["brat", "brat"]
    assert find(tmp_path / "a.txt") == find(tmp_path / "a.ann") == ["brat"]
    assert find(tmp_path / "b.txt") == find(tmp_path / "a.txt", "text") == ["text"]
    (tmp_path / "c.ann").write_text("")
    with pytest.raises(ConcnerError, match="C163.*c.ann"):
        find(tmp_path)
