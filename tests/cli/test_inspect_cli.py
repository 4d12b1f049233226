"""The verbs inspect, filter and export."""

from typer.testing import CliRunner

import spacy_concner.cli  # noqa: F401  (registers the verbs)
from spacy_concner.cli._util import concner_cli
from spacy_concner.corpora.segments import annotate
from tests.sentences import write_corpus


def run(*arguments, code: int = 0) -> str:
    done = CliRunner().invoke(concner_cli, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def test_filter_inspect_export_and_convert(tmp_path, bitexts):
    annotate(bitexts[0], ["B-PER"] + ["O"] * (len(bitexts[0]) - 1))
    path = write_corpus(bitexts, tmp_path / "in.spacy")
    kept = tmp_path / "kept.spacy"
    shown = run("filter", path, kept)
    assert "Rejected: entities lost 1" in shown and "3 of 4 documents kept" in shown
    rejects = tmp_path / "kept.rejects.jsonl"
    shown = run("inspect", kept, tmp_path / "look.html", "--rejects", rejects, "--limit", 2)
    assert "Rejected 1" in shown and "2 bitexts, 0 with problems" in shown
    assert (tmp_path / "look.html").read_text("utf8").startswith("<!doctype html>")
    assert "C128" in run("inspect", kept, tmp_path / "look.html", code=1)
    run("inspect", kept, tmp_path / "look.html", "--force")
    shown = run("export", kept, tmp_path / "out.jsonl", "--style", "doccano")
    assert "3 documents to correct" in shown
    assert "3 sentences written" in run("convert", tmp_path / "out.jsonl", tmp_path / "b.spacy")
    shown = run("filter", path, kept, "--min-entities-kept", 0, "--force")
    assert "4 of 4 documents kept" in shown


def test_errors_come_without_a_traceback(tmp_path, bitexts):
    path = write_corpus(bitexts, tmp_path / "in.spacy")
    assert "C132" in run("export", path, tmp_path / "o.jsonl", "--style", "brat", code=1)
    assert "C142" in run("inspect", tmp_path / "absent.spacy", tmp_path / "o.html", code=1)
    assert "C281" in run("filter", path, tmp_path / "o.spacy", "--strategy", "markers", code=1)
