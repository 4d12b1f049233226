from pathlib import Path

import pytest
import srsly
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from spacy_concner.corpora.reader import read_docs
from spacy_concner.errors import ConcnerError
from spacy_concner.projects.collect import collect

SEGMENTS = [
    {"lang": "en", "text": "Anna is here.", "spans": [{"start": 0, "end": 4, "label": "PER"}]},
    {"lang": "bg", "text": "Ана е тук.", "spans": [{"start": 0, "end": 3, "label": "PER"}]},
    {"lang": "de", "text": "Anna ist da.", "spans": [{"start": 0, "end": 4, "label": "PER"}]},
]


@pytest.fixture
def own(tmp_path):
    """Corpora of an own project: no bitexts, parallel text for one language of two."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "train.tsv").write_text("Anna\tB-PER\nis\tO\n\nHere\tO\n", encoding="utf8")
    srsly.write_jsonl(folder / "dev.jsonl", SEGMENTS[:1])
    for segment in SEGMENTS[1:]:
        srsly.write_jsonl(folder / f"test.{segment['lang']}.jsonl", [segment])
        (folder / f"raw.{segment['lang']}.txt").write_text(segment["text"] + "\n", encoding="utf8")
    (folder / "parallel.bg.tsv").write_text("a\tа\n", encoding="utf8")
    (folder / "sources.json").write_text("[]", encoding="utf8")
    return folder


def texts(path: Path) -> list[str]:
    return [doc.text for doc in read_docs(path, Vocab())]


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_all_corpora_are_gathered(tmp_path, own):
    output = tmp_path / "collected"
    made = collect(own, output, languages=["bg", "de"])
    assert files(output) == {
        *("labelled.spacy", "dev.spacy", "raw/bg.spacy", "raw/de.spacy", "test/bg.spacy"),
        *("test/de.spacy", "parallel/bg.tsv", "sources.json", "concner.json"),
    }
    assert made.sentences["labelled"] == 2 and made.parallel == ["bg"]
    assert texts(output / "raw" / "bg.spacy") == texts(output / "test" / "bg.spacy")
    gold = next(read_docs(output / "test" / "de.spacy", Vocab()))
    assert [ent.label_ for ent in gold.ents] == ["PER"]


def test_of_bitexts_the_language_is_taken(tmp_path, own):
    for name in ("train.tsv", "dev.jsonl", "test.bg.jsonl", "test.de.jsonl"):
        (own / name).unlink()
    for name in ("train", "dev", "test"):
        srsly.write_jsonl(own / f"{name}.jsonl", [{"segments": SEGMENTS}])
    output = tmp_path / "collected"
    collect(own, output, languages=["bg", "de"])
    assert texts(output / "labelled.spacy") == texts(output / "dev.spacy") == ["Anna is here."]
    assert [len(doc.spans["segments"]) for doc in read_docs(output / "bitexts.spacy", Vocab())] == [
        3
    ]
    assert texts(output / "test" / "bg.spacy") == ["Ана е тук."]
    assert texts(output / "test" / "de.spacy") == ["Anna ist da."]


def test_a_language_that_is_dropped_leaves_no_trace(tmp_path, own):
    output = tmp_path / "collected"
    collect(own, output, languages=["bg", "de"])
    with pytest.raises(ConcnerError, match="C128"):
        collect(own, output, languages=["de"])
    collect(own, output, languages=["de"], force=True)
    assert not [name for name in files(output) if "bg" in name]
    assert (output / "parallel").is_dir()


@pytest.mark.parametrize(
    "missing, code",
    [
        ("train.tsv", r"C611.*nothing for train"),
        ("raw.de.txt", r"C611.*raw\.de"),
    ],
)
def test_what_is_missing_is_told_before_anything_is_made(tmp_path, own, missing, code):
    (own / missing).unlink()
    with pytest.raises(ConcnerError, match=code):
        collect(own, tmp_path / "collected", languages=["bg", "de"])
    assert not (tmp_path / "collected").exists()


def test_what_may_be_missing_is_told(tmp_path, own):
    for name in ("test.de.jsonl", "sources.json"):
        (own / name).unlink()
    output = tmp_path / "collected"
    made = collect(own, output, languages=["bg", "de"])
    assert made.untested == ["de"] and not made.has_sources
    assert files(output / "test") == {"bg.spacy"}
    assert srsly.read_json(output / "sources.json") == []


def test_labels_of_raw_text_are_left_out(tmp_path, own):
    (own / "raw.bg.txt").unlink()
    srsly.write_jsonl(own / "raw.bg.jsonl", [SEGMENTS[1]])
    collect(own, tmp_path / "collected", languages=["bg"])
    docs = list(read_docs(tmp_path / "collected" / "raw" / "bg.spacy", Vocab()))
    assert [doc.text for doc in docs] == ["Ана е тук."]
    assert not docs[0].has_annotation("ENT_IOB")


def test_two_files_for_one_corpus_are_told(tmp_path, own):
    (own / "train.txt").write_text("Anna\n", encoding="utf8")
    with pytest.raises(ConcnerError, match=r"C611.*train\.tsv train\.txt"):
        collect(own, tmp_path / "collected", languages=["bg"])
    (own / "train.txt").unlink()
    (own / "train").mkdir()
    with pytest.raises(ConcnerError, match=r"C611.*train train\.tsv"):
        collect(own, tmp_path / "collected", languages=["bg"])


def test_notes_and_copies_beside_a_corpus_are_no_corpus(tmp_path, own):
    for name in ("train.md", "train.tsv.bak"):
        (own / name).write_text("notes", encoding="utf8")
    (own / "test.old").mkdir()
    (own / "test.de.jsonl").rename(own / "test.jsonl")
    made = collect(own, tmp_path / "collected", languages=["de"])
    assert made.sentences["labelled"] == 2 and made.sentences["test/de"] == 1
    (own / "train.tsv").unlink()
    with pytest.raises(
        ConcnerError, match=r"C611.*nothing but train\.md train\.tsv\.bak for train"
    ):
        collect(own, tmp_path / "collected", languages=["de"], force=True)


def test_a_corpus_may_be_a_folder(tmp_path, own):
    (own / "train").mkdir()
    (own / "train.tsv").rename(own / "train" / "a.tsv")
    made = collect(own, tmp_path / "collected", languages=["bg"])
    assert made.sentences["labelled"] == 2
    with pytest.raises(ConcnerError, match="C217.*none.*folder of the corpora"):
        collect(own / "none", tmp_path / "other", languages=["bg"])


@pytest.mark.parametrize(
    "text, why",
    [("a ||| а\nb ||| б\n", "C232.*one of the 2 lines"), ("", "C234"), ("en\tЕхо\n" * 3, "C233")],
)
def test_parallel_text_that_is_none_is_told_before_anything_is_made(tmp_path, own, text, why):
    (own / "parallel.bg.tsv").write_text(text, encoding="utf8")
    with pytest.raises(ConcnerError, match=why):
        collect(own, tmp_path / "collected", languages=["bg"])
    assert not (tmp_path / "collected").exists()


def test_command_line(tmp_path, own):
    arguments = ["collect", str(own), str(tmp_path / "collected"), "--languages", "bg de"]
    result = CliRunner().invoke(concner_cli, arguments)
    assert result.exit_code == 0, result.output
    assert "Parallel text for bg" in result.output
    assert "No parallel text for de" in " ".join(result.output.split())
    again = CliRunner().invoke(concner_cli, arguments)
    assert again.exit_code == 1 and "C128" in again.output
