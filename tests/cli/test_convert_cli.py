import json
import re

import pytest
from spacy.tokens import DocBin
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli

CONLL = "Anna\tB-PER\nslept\tO\n\nin\tO\nSofia\tB-LOC\n\nx\tI-PER\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.tsv").write_text(CONLL, encoding="utf8")

    def invoke(*arguments):
        result = CliRunner().invoke(concner_cli, ["convert", *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.exit_code, re.sub(r"\x1b\[[0-9;]*m", "", " ".join(result.output.split()))

    return invoke


def test_convert_reports_what_it_wrote(run, tmp_path):
    code, output = run("train.tsv", "out/train.spacy", "--skip-invalid", "--labels", "PER, ORG")
    assert code == 0
    for text in (
        "Format conll",
        "Sentences 2",
        "Tokens 4",
        "Entities PER 1",
        "Turned into O: LOC 1",
        "Rejected C110 1",
        "No entity of type ORG",
        "1 broken records left out",
        "train.rejects.jsonl",
        "2 sentences written: out/train.spacy",
    ):
        assert text in output
    docs = DocBin().from_disk(tmp_path / "out/train.spacy").get_docs(Vocab())
    assert [[entity.text for entity in doc.ents] for doc in docs] == [["Anna"], []]


def test_broken_input_ends_with_its_code_and_line(run, tmp_path):
    code, output = run("train.tsv", "train.spacy")
    assert code == 1
    assert "[C110] train.tsv, line 7: I-PER" in output
    assert not (tmp_path / "train.spacy").exists()


def test_options_reach_the_conversion(run, tmp_path):
    code, output = run(
        "train.tsv", "shards", "--rejects", "bad.jsonl", "--shard-size", "1", "--unlabelled"
    )
    assert (code, "3 shard(s) in shards" in output) == (0, True)
    assert "Sentences not (fully) annotated 3" in output
    assert not (tmp_path / "bad.jsonl").exists()
    code, output = run("train.tsv", "shards", "--scheme", "iob1")
    assert (code, "[C128]" in output) == (1, True)
    code, output = run("train.tsv", "shards", "--scheme", "iob1", "--force", "--limit", "2")
    assert (code, "2 sentences written" in output) == (0, True)
    assert [path.name for path in (tmp_path / "shards").glob("*.spacy")] == ["shards-00001.spacy"]


def test_datasets_and_segments(run, tmp_path):
    row = {"words": ["Sofia"], "tags": [1]}
    (tmp_path / "rows.json").write_text(json.dumps(row) + "\n")
    code, output = run(
        "rows.json", "a.spacy", "--tag-names", "O,B-LOC", "--tokens-field", "words",
        "--tags-field", "tags", "--sample", "1", "--seed", "2",
    )  # fmt: skip
    assert (code, "Entities LOC 1" in output) == (0, True)
    segments = [{"lang": "en", "text": "Yes"}, {"lang": "de", "text": "Ja"}]
    (tmp_path / "b.jsonl").write_text(
        json.dumps({"segments": segments}) + "\n" + json.dumps({"text": "plain"}) + "\n"
    )
    code, output = run("b.jsonl", "b.spacy", "--segment", "de", "--limit", "0")
    assert (code, "Left out: no de segment 1" in output) == (0, True)


def test_other_splits_and_prefixes_are_told(run, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("train", "dev"):
        (folder / f"{name}.tsv").write_text("en:Anna\tB-PER\nen:sings\tO\n")
    code, output = run("folder", "a.spacy")
    assert code == 0
    assert "Not read, of other splits than train: 1 files (dev.tsv)" in output
    assert "2 of 2 tokens begin with en: (--strip-prefix en:)" in output
    code, output = run("folder", "a.spacy", "--force", "--split", "dev", "--strip-prefix", "en:")
    assert (code, "begin" in output) == (0, False)


def test_prefixes_that_are_not_there_or_stay_are_told(run, tmp_path):
    (tmp_path / "a.tsv").write_text("Anna\tB-PER\nsings\tO\n")
    code, output = run("a.tsv", "a.spacy", "--strip-prefix", "en:")
    assert (code, "No token begins with en: (--strip-prefix)" in output) == (0, True)
    (tmp_path / "b.tsv").write_text("de:Anna\tB-PER\nen:sings\tO\n")
    code, output = run("b.tsv", "b.spacy", "--strip-prefix", "en:")
    assert (code, "No token begins" in output) == (0, False)
    assert "1 of 2 tokens begin with de: (--strip-prefix de:)" in output


def test_text_of_columns_is_warned_of(run, tmp_path):
    (tmp_path / "a.txt").write_text("Anna sings.\tShe does.\nPaul reads.\tHe does.\n")
    code, output = run("a.txt", "a.spacy")
    assert code == 0 and "Each line holds a tab" in output
    (tmp_path / "a.txt").write_text("Anna sings.\tShe does.\nPaul reads.\n")
    code, output = run("a.txt", "b.spacy")
    assert code == 0 and "holds a tab" not in output


def test_what_annotators_took_out_is_in_the_summary(run, tmp_path):
    rows = [{"text": "a", "answer": answer} for answer in ("accept", "reject", "ignore", "reject")]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, output = run("a.jsonl", "a.spacy", "--limit", "1")
    assert (code, "1 sentences written" in output) == (0, True)
    code, output = run("a.jsonl", "a.spacy", "--force")
    assert "Skipped, answer ignore 1 Skipped, answer reject 2" in output
