"""A person's files become a project, or all that is wrong with them is told."""

import json
import shlex
import shutil
from pathlib import Path

import pytest
import spacy
import srsly
import yaml
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from spacy_concner.errors import ConcnerError
from spacy_concner.projects import probe
from spacy_concner.projects.assets import split_dev
from spacy_concner.projects.new import Files, FurtherTeachers, new_project
from spacy_concner.teaching.voting import Voting

NAMES = ["Anna", "Boris", "Clara", "Dimitar", "Elena", "Filip", "Greta", "Hans", "Ivan", "Jana"]
ROWS = [
    {"text": f"{name} is here.", "spans": [{"start": 0, "end": len(name), "label": "FOLK"}]}
    for name in NAMES
]


@pytest.fixture
def files(tmp_path, encoder_folder):
    """Labelled sentences and raw text of two languages."""
    folder = tmp_path / "my"
    folder.mkdir()
    srsly.write_jsonl(folder / "en.jsonl", ROWS)
    for language, text in (("de", "Hier ist Anna.\nDa ist Boris.\n"), ("bg", "Ана е тук.\n")):
        (folder / f"{language}.txt").write_text(text, encoding="utf8")
    raw = {"de": folder / "de.txt", "bg": folder / "bg.txt"}
    return Files(folder / "en.jsonl", raw)


@pytest.fixture
def make(tmp_path, files, encoder_folder):
    def run(given=files, **settings):
        encoder = settings.pop("encoder", str(encoder_folder))
        return new_project(tmp_path / "trials", given, encoder=encoder, **settings)

    return run


def read(folder: Path) -> dict:
    return yaml.safe_load((folder / "project.yml").read_text("utf8"))


def read_texts(path: Path) -> list[str]:
    return [row["text"] for row in srsly.read_jsonl(path)]


def test_two_files_a_language(make, files, tmp_path):
    made = make()
    assert made.folder == tmp_path / "trials" and made.n_dev == 1
    assets = made.folder / "assets"
    names = {path.name for path in assets.iterdir()}
    assert names == {"train.jsonl", "dev.jsonl", "raw.de.txt", "raw.bg.txt", "sources.json"}
    assert srsly.read_json(assets / "sources.json")[0] == {
        "name": str(files.labelled),
        "license": "not stated",
    }
    both = read_texts(assets / "train.jsonl") + read_texts(assets / "dev.jsonl")
    assert sorted(both) == sorted(row["text"] for row in ROWS)
    assert (assets / "raw.de.txt").read_text("utf8") == "Hier ist Anna.\nDa ist Boris.\n"
    project = read(made.folder)
    found = project["vars"]
    assert (found["name"], found["languages"], found["corpus"]) == ("trials", "de bg", "assets")
    assert found["teachers"].count("--teacher") == 1
    assert "bitext-teachers" not in project["workflows"]["all"]
    assert (made.folder / "configs" / "student.cfg").is_file()


def test_what_else_there_may_be(make, files, tmp_path):
    folder = files.labelled.parent
    srsly.write_jsonl(folder / "dev.jsonl", ROWS[:2])
    srsly.write_jsonl(folder / "test.jsonl", ROWS[:3])
    (folder / "par.tsv").write_text("Here it is.\tHier ist es.\n" * 3, encoding="utf8")
    srsly.write_json(folder / "who.json", [{"name": "Mine", "license": "MIT"}])
    given = Files(
        files.labelled,
        files.raw,
        dev=folder / "dev.jsonl",
        tests={"de": folder / "test.jsonl"},
        parallel={"de": folder / "par.tsv"},
        sources=folder / "who.json",
    )
    made = make(given, name="mine", seed=7)
    assets = made.folder / "assets"
    assert read_texts(assets / "train.jsonl") == [row["text"] for row in ROWS]
    assert (
        len(read_texts(assets / "dev.jsonl")) == 2
        and len(read_texts(assets / "test.de.jsonl")) == 3
    )
    assert (assets / "parallel.de.tsv").is_file() and (assets / "sources.json").is_file()
    found = read(made.folder)["vars"]
    assert (found["name"], found["seed"]) == ("mine", 7)
    assert made.plan.n_students == 4


def test_translations_go_with_the_sentences_that_stay(make, files):
    path = files.labelled.with_name("pt.txt")
    path.write_text("".join(f"{name} está aqui.\n" for name in NAMES), encoding="utf8")
    made = make(Files(files.labelled, files.raw, translations={"pt": path}))
    assets = made.folder / "assets"
    kept = [text.split()[0] for text in read_texts(assets / "train.jsonl")]
    lines = (assets / "translations.pt.txt").read_text("utf8").splitlines()
    assert [line.split()[0] for line in lines] == kept and len(kept) == 9
    project = read(made.folder)
    assert "--translations assets/translations.pt.txt" in project["vars"]["translate_options"]
    assert {"translate", "bitext-teachers"} <= set(project["workflows"]["all"])
    assert made.plan.n_teachers == 3


class Copy:
    """Translates nothing."""

    def __init__(self, source: str, target: str) -> None:
        self.source, self.target = source, target

    def translate(self, texts: list[str]) -> list[str]:
        return texts


def test_an_engine_translates(make):
    spacy.registry.translators.register("tests.Copy", func=Copy)
    made = make(engines={"pt": "tests.Copy"})
    project = read(made.folder)
    assert {"translate", "bitext-teachers"} <= set(project["workflows"]["all"])
    assert project["vars"]["translate_to"] == "pt"
    assert "--engine tests.Copy" in project["vars"]["translate_options"]
    assert made.plan.n_teachers == 3


def test_other_pipelines_teach_beside(make, trained_folder, tmp_path):
    voting = Voting({"rules": 0.95}, ["rules"])
    others = FurtherTeachers({"rules": str(trained_folder)}, voting, start_from=str(trained_folder))
    teachers = read(make(others=others).folder)["vars"]["teachers"]
    assert teachers == (
        f"--teacher rules={trained_folder} --teacher start={trained_folder} --partial rules "
        "--confidence rules=0.95 --join-labels --teacher direct=training/direct/model-last"
    )
    project = read(tmp_path / "trials")
    (distil,) = (command for command in project["commands"] if command["name"] == "distil")
    # What changes in a teacher is labelled anew.
    assert distil["deps"].count(str(trained_folder)) == 2
    # Nothing makes these.
    assert "training/concner/model-last" not in distil["deps"]
    wrong = FurtherTeachers({"direct": "none"}, Voting({}, ["nobody"]))
    with pytest.raises(ConcnerError, match=r"(?s)C429.*nobody.*C515.*none.*C426.*direct"):
        make(others=wrong, force=True)


def test_bitexts_bring_their_own_teachers(make, files):
    rows = [{"segments": [{"lang": "en", **row}, {"lang": "de", **row}]} for row in ROWS]
    srsly.write_jsonl(files.labelled, rows)
    made = make()
    project = read(made.folder)
    assert "bitext-teachers" in project["workflows"]["all"]
    assert "translate" not in project["workflows"]["all"]
    row = next(iter(srsly.read_jsonl(made.folder / "assets" / "train.jsonl")))
    assert len(row["segments"]) == 2
    assert made.amounts.bitexts_words == 2 * made.amounts.labelled_words == 72


def test_all_problems_are_told_together_and_nothing_is_written(make, files, tmp_path):
    files.raw["de"].unlink()
    files.labelled.write_text('{"text": "Anna", "spans": 3}\n{"text": "B', encoding="utf8")
    short = tmp_path / "pt.txt"
    short.write_text("Um.\n", encoding="utf8")
    given = Files(
        files.labelled,
        {**files.raw, "xyzzy": files.raw["bg"], "en": files.raw["bg"]},
        tests={"hu": files.labelled},
        translations={"pt": short},
        sources=files.labelled,
    )
    with pytest.raises(ConcnerError) as raised:
        make(given, name="my name", encoder=str(tmp_path / "none"), engines={"fr": "none"})
    told = str(raised.value)
    assert told.startswith("[C619]")
    for code in ("C217", "C216", "C301", "C563", "C560", "C208", "C624"):
        assert f"[{code}]" in told or code in told, (code, told)
    assert "en.jsonl" in told and "line 1" in told and "line 2" in told
    assert not (tmp_path / "trials").exists()


def test_translations_of_other_sentences_are_told(make, files, tmp_path):
    path = tmp_path / "pt.txt"
    path.write_text("Um.\n", encoding="utf8")
    with pytest.raises(ConcnerError, match=r"C623.*1 lines for 10"):
        make(Files(files.labelled, files.raw, translations={"pt": path}))


def test_raw_text_in_another_encoding(make, files):
    files.raw["bg"].write_text("Ана е тук.\n", encoding="cp1251")
    with pytest.raises(ConcnerError, match=r"--raw bg: \[C105\].*Name .* with --raw-encoding"):
        make()
    files.raw["de"].write_text("Hier ist Anna.\n", encoding="ascii")
    made = make(raw_encoding="cp1251")
    assert (made.folder / "assets" / "raw.bg.txt").read_text("utf8") == "Ана е тук.\n"


def test_the_folder_that_one_is_in_is_not_moved_away(make, tmp_path, monkeypatch):
    (tmp_path / "trials").mkdir()
    monkeypatch.chdir(tmp_path / "trials")
    with pytest.raises(ConcnerError, match=r"C129.*you are in"):
        make()


def test_steps_follow_from_the_words_that_are_left(make):
    made = make()
    assert made.amounts.labelled_words == 36
    assert made.plan.notes["teacher_steps"].endswith("over 36 words")


def test_nothing_of_others_is_replaced(make, files, tmp_path):
    make()
    with pytest.raises(ConcnerError, match="C128"):
        make()
    make(force=True, seed=5)
    assert read(tmp_path / "trials")["vars"]["seed"] == 5
    (tmp_path / "trials" / "notes.txt").write_text("mine", encoding="utf8")
    with pytest.raises(ConcnerError, match=r"C408.*notes\.txt"):
        make(force=True)


def test_copies_of_a_sentence_stay_together(make, files):
    texts = [f"w{n}" for n in range(30)] * 2
    chosen = split_dev(texts)
    assert len(chosen) == 3 and chosen == split_dev(texts[::-1])
    assert split_dev(texts[:1]) == set()
    srsly.write_jsonl(files.labelled, ROWS * 3)
    made = make()
    assert made.n_dev == 3
    assets = made.folder / "assets"
    dev, train = (set(read_texts(assets / f"{name}.jsonl")) for name in ("dev", "train"))
    assert len(dev) == 1 and not dev & train


def test_folders_with_blanks_in_their_names(make, encoder_folder, tmp_path):
    encoder = shutil.copytree(encoder_folder, tmp_path / "my encoder")
    project = read(make(encoder=str(encoder)).folder)
    assert shlex.split(project["vars"]["encoder"]) == [str(encoder)]
    (command,) = (command for command in project["commands"] if command["name"] == "encoder")
    assert str(encoder) in command["deps"]


@pytest.mark.slow
def test_command_line(files, tmp_path, encoder_folder, monkeypatch):
    monkeypatch.setattr(probe, "LAYERS", 1)
    arguments = ["new", tmp_path / "trials", "--labelled", files.labelled]
    arguments += [f"--raw={language}={path}" for language, path in files.raw.items()]
    arguments += ["--encoder", encoder_folder]
    result = CliRunner().invoke(concner_cli, [str(part) for part in arguments])
    assert result.exit_code == 0, result.output
    printed = " ".join(result.output.split())
    for part in ("FOLK 10", "1 teacher of 150 steps", "Not measured in de bg", "minutes"):
        assert part in printed, printed
    assert f"project run all {tmp_path / 'trials'}" in printed.replace("\n", "")
    wrong = ["new", str(tmp_path / "other"), "--labelled", str(files.labelled)]
    broken = CliRunner().invoke(concner_cli, [*wrong, "--raw=de=none.txt", "--raw=fr=no.txt"])
    assert broken.exit_code == 1
    lines = [line for line in broken.output.splitlines() if line.startswith("- --raw")]
    assert len(lines) == 2, broken.output
    wrong += ["--raw", "de"]
    result = CliRunner().invoke(concner_cli, wrong)
    assert result.exit_code == 1 and "C521" in result.output
    assert json.loads((tmp_path / "trials" / "concner.json").read_text("utf8"))["verb"] == "new"
