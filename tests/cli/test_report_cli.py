"""The verb report."""

import pytest
import spacy
from typer.testing import CliRunner

import spacy_concner.cli  # noqa: F401  (registers the verbs)
from spacy_concner.cli._util import concner_cli
from tests.sentences import SENTENCES, labelled_doc, write_corpus


@pytest.fixture
def corpus(tmp_path):
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, words, tags) for words, tags in SENTENCES]
    docs.append(labelled_doc(vocab, ["nobody", "knows"], None))
    return write_corpus(docs, tmp_path / "gold.spacy")


def run(*arguments, code: int = 0) -> str:
    done = CliRunner().invoke(concner_cli, ["report", *(str(argument) for argument in arguments)])
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def test_a_page_is_written(tmp_path, corpus, trained_folder):
    page = tmp_path / "page.html"
    shown = run(page, "--pipeline", f"mine={trained_folder}", "--corpus", f"en={corpus}")
    assert "1 pipelines on 1 corpora, 4 sentences" in shown
    assert "1 documents have no annotation" in shown
    assert page.read_text("utf8").startswith("<!doctype html>")
    settings = ("--pipeline", f"mine={trained_folder}", "--corpus", f"en={corpus}")
    assert "C128" in run(page, *settings, code=1)
    run(page, *settings, "--force")


def test_a_folder_of_tests_is_a_corpus_a_language(tmp_path, corpus, trained_folder):
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "bg.spacy").write_bytes(corpus.read_bytes())
    given = ["--pipeline", f"mine={trained_folder}", "--corpus", f"en={corpus}"]
    shown = run(tmp_path / "page.html", *given, "--tests", folder)
    assert "1 pipelines on 2 corpora, 8 sentences" in shown
    assert shown.count("Load mine:") == shown.count("Draw intervals") == 1
    assert ">bg<" in (tmp_path / "page.html").read_text("utf8")


def test_errors_come_without_a_traceback(tmp_path, corpus, trained_folder):
    page = tmp_path / "page.html"
    assert "C520" in run(page, code=1)
    given = ["--pipeline", f"mine={trained_folder}", "--corpus", f"en={corpus}"]
    assert "C217" in run(page, *given, "--tests", tmp_path / "none", code=1)
    assert "C521" in run(page, "--pipeline", trained_folder, code=1)
    assert "C521" in run(page, "--corpus", "=x", code=1)
    assert "C522" in run(page, "--corpus", "a=x", "--corpus", "a=y", code=1)
    settings = ("--pipeline", f"a={trained_folder}", "--corpus", f"en={corpus}")
    assert "C407" in run(tmp_path, *settings, code=1)
    assert not page.exists()


def test_text_is_disturbed_in_ones_own_way(tmp_path, corpus, trained_folder):
    code = tmp_path / "own.py"
    code.write_text(
        "import spacy\n"
        "from spacy.training.augment import create_lower_casing_augmenter\n"
        "spacy.registry.augmenters('quiet.v1', func=lambda: create_lower_casing_augmenter(1.0))\n",
        "utf8",
    )
    given = ["--pipeline", f"mine={trained_folder}", "--corpus", f"en={corpus}"]
    page = tmp_path / "page.html"
    run(page, *given, "--code", code, "--perturbation", "quiet=quiet.v1", "--seen", corpus)
    text = page.read_text("utf8")
    assert "On disturbed text" in text and ">quiet<" in text and "type-confusable" in text
    nothing = tmp_path / "nothing.txt"
    nothing.write_text("", "utf8")
    for options, told in (
        (["--robust", "--perturbation", "lower case=quiet.v1"], "C551"),
        (["--seen", nothing], "C528"),
        (["--perturbation", "quiet"], "C521"),
        (["--perturbation", "x=absent.v1"], "C701"),
        (["--seen", tmp_path / "none.txt"], "C143"),
    ):
        assert told in run(tmp_path / "o.html", *given, "--code", code, *options, code=1)
    assert "C217" in run(page, *given, "--code", tmp_path / "none.py", "--force", code=1)
