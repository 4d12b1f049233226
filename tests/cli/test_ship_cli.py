"""`spacy concner ship` from the command line."""

import pytest
from typer.testing import CliRunner

from spacy_concner.cli._util import concner_cli
from tests.sentences import make_sentences, write_corpus


def run(*arguments):
    return CliRunner().invoke(concner_cli, ["ship", *map(str, arguments)])


@pytest.mark.slow
def test_report(student, tmp_path):
    corpus = write_corpus(make_sentences() * 4, tmp_path / "test.spacy")
    output = tmp_path / "bg"
    done = run(student, output, "--lang", "bg", "--keep-from", corpus, "--test", corpus)
    assert done.exit_code == 0, done.output
    shown = " ".join(done.output.split())
    stages = (
        "Find entities in 16 sentences, as it was trained",
        "Export the encoder in int8 and cut its vocabulary",
        "Find entities in 16 sentences, as it is shipped",
    )
    assert all(shown.count(stage) == 1 for stage in stages)
    for part in ("MB", "words a second", "F1 100.00 100.00", "changed in 0 of 16", "Shipped"):
        assert part in shown
    assert "F1 is the same." in shown
    done = run(student, output, "--lang", "bg", "--shared", "--force")
    assert done.exit_code == 0 and "Nothing was compared" in done.output


def test_errors(student, tmp_path):
    (tmp_path / "file").write_text("")
    done = run(student, tmp_path / "file", "--lang", "bg")
    assert done.exit_code == 1 and "[C129]" in done.output
    done = run(student, tmp_path / "bg", "--lang", "bg", "--engine", "tpu")
    assert done.exit_code == 1 and "[C547]" in done.output
    done = run(student, tmp_path / "bg", "--lang", "bg", "--keep-top", "3")
    assert done.exit_code == 1 and "[C306]" in done.output
