import shutil

import pytest
import spacy
import srsly
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from spacy_concner.errors import ConcnerError
from spacy_concner.projects import scores
from spacy_concner.projects.scores import Dev, LanguageScores, make_table, score_pipelines
from tests.sentences import SENTENCES, TRANSLATIONS, labelled_doc, write_corpus


@pytest.fixture
def labelled(tmp_path):
    vocab = spacy.blank("xx").vocab
    for language, pairs in (("en", SENTENCES), ("bg", TRANSLATIONS)):
        docs = [labelled_doc(vocab, *pair) for pair in pairs]
        write_corpus(docs, tmp_path / "test" / f"{language}.spacy")
    return {language: tmp_path / "test" / f"{language}.spacy" for language in ("en", "bg")}


@pytest.mark.slow
def test_each_pipeline_on_each_language(labelled, trained_folder, tmp_path):
    for language in labelled:
        shutil.copytree(trained_folder, tmp_path / "shipped" / language)
    table = tmp_path / "metrics" / "summary.md"
    pipelines = {"direct": str(trained_folder), "student": str(tmp_path / "shipped" / "{lang}")}
    rows = score_pipelines(pipelines, labelled, table)
    assert [(row.language, row.pipeline) for row in rows] == [
        *(("en", "direct"), ("en", "student"), ("bg", "direct"), ("bg", "student"))
    ]
    assert rows[0].row == ["en", "direct", "100.0", "100.0", "100.0"]
    assert float(rows[2].row[-1]) < 100
    assert table.read_text("utf8") == make_table(rows)
    details = table.with_suffix("")
    saved = srsly.read_json(details / "student.bg.json")
    assert saved["ents_f"] == pytest.approx(rows[3].scores["ents_f"])
    assert len(list(details.glob("*.*.json"))) == 4
    with pytest.raises(ConcnerError, match="C128"):
        score_pipelines(pipelines, labelled, table)
    # Nothing of a language or a pipeline that is no longer asked for.
    del labelled["en"], pipelines["direct"]
    score_pipelines(pipelines, labelled, table, force=True)
    assert [path.name for path in details.glob("*.*.json")] == ["student.bg.json"]


@pytest.mark.slow
def test_languages_without_a_test_are_measured_on_the_source(labelled, trained_folder, tmp_path):
    for language in ("de", "en", "hu"):
        shutil.copytree(trained_folder, tmp_path / "shipped" / language)
    corpora = {"en": labelled["en"], "de": tmp_path / "de.spacy", "hu": tmp_path / "hu.spacy"}
    table = tmp_path / "metrics" / "summary.md"
    pipelines = {"direct": str(trained_folder), "student": str(tmp_path / "shipped" / "{lang}")}
    rows = score_pipelines(pipelines, corpora, table, dev=Dev(labelled["en"], "en"))
    assert [(row.language, row.pipeline, row.measured_in) for row in rows] == [
        *(("en", "direct", ""), ("en", "student", "")),
        *(("de", "direct", "en"), ("de", "student", "en"), ("hu", "student", "en")),
    ]
    assert "| de not measured; en dev | student | 100.0" in table.read_text("utf8")
    assert srsly.read_json(table.with_suffix("") / "student.de.json")["measured_in"] == "en"
    assert "measured_in" not in srsly.read_json(table.with_suffix("") / "student.en.json")


def test_a_run_that_ends_before_the_table_is_made_good_by_the_next(
    labelled, trained_folder, tmp_path, monkeypatch
):
    table = tmp_path / "summary.md"
    pipelines, tests = {"direct": str(trained_folder)}, {"bg": labelled["bg"]}

    def stop(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(scores, "whole_file", stop)
        score_pipelines(pipelines, tests, table)
    assert table.with_suffix("").is_dir() and not table.exists()
    score_pipelines(pipelines, tests, table)
    assert table.exists()


def test_a_student_that_finds_nothing_rightly_stops_the_project(labelled, trained_folder, tmp_path):
    shutil.copytree(trained_folder, tmp_path / "shipped" / "bg")
    wrong = [labelled_doc(spacy.blank("xx").vocab, SENTENCES[2][0], ["B-PER"] + ["O"] * 9)]
    wrong[0].ents = wrong[0].ents[:1]
    write_corpus(wrong, labelled["bg"])
    table = tmp_path / "summary.md"
    pipelines = {"student": str(tmp_path / "shipped" / "{lang}")}
    with pytest.raises(ConcnerError, match="C625.*student.*bg"):
        score_pipelines(pipelines, {"bg": labelled["bg"]}, table)
    assert "| bg | student | 0.0" in table.read_text("utf8")


def test_the_table():
    rows = [
        LanguageScores("bg", "direct", {"ents_p": 0.5, "ents_r": None, "ents_f": 0.5}),
        LanguageScores("bg", "student", {"ents_p": 0.5, "ents_r": 1.0, "ents_f": 0.625}),
    ]
    assert make_table(rows).splitlines() == [
        "| language | pipeline | precision | recall | F1 |",
        "| --- | --- | --- | --- | --- |",
        "| bg | direct | 50.0 | 0.0 | 50.0 |",
        "| bg | student | 50.0 | 100.0 | 62.5 |",
    ]


def test_what_is_not_there_is_told(labelled, trained_folder, tmp_path):
    table = tmp_path / "metrics" / "summary.md"
    with pytest.raises(ConcnerError, match="C515.*none"):
        score_pipelines({"none": str(tmp_path / "none")}, labelled, table)
    with pytest.raises(ConcnerError, match="C142"):
        score_pipelines({"a": str(trained_folder)}, {"de": tmp_path / "de.spacy"}, table)
    assert not table.parent.exists()
    other = tmp_path / "notes.md"
    other.write_text("mine", encoding="utf8")
    with pytest.raises(ConcnerError, match="C408"):
        score_pipelines({"a": str(trained_folder)}, labelled, other, force=True)
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "a.en.json").write_text("{}", encoding="utf8")
    with pytest.raises(ConcnerError, match="C408.*all"):
        score_pipelines({"a": str(trained_folder)}, labelled, tmp_path / "all.md", force=True)
    raw = write_corpus([spacy.blank("xx")("Anna")], tmp_path / "raw.spacy")
    with pytest.raises(ConcnerError, match="C523.*raw.spacy"):
        score_pipelines({"a": str(trained_folder)}, {"en": raw}, tmp_path / "all.md")
    labelled["bg"].write_bytes(b"no corpus")
    with pytest.raises(ConcnerError, match="C143.*bg.spacy"):
        score_pipelines({"a": str(trained_folder)}, labelled, table)


def test_command_line(labelled, trained_folder, tmp_path):
    arguments = ["scores", str(tmp_path / "summary.md"), f"--pipeline=direct={trained_folder}"]
    arguments += ["--test", str(tmp_path / "test"), "--languages"]
    for languages, code in (("", "C425"), ("en xyzzy", "C216")):
        result = CliRunner().invoke(concner_cli, [*arguments, languages])
        assert result.exit_code == 1 and code in result.output, result.output
    result = CliRunner().invoke(concner_cli, [*arguments, "en"])
    assert result.exit_code == 0 and "100.0" in result.output, result.output
