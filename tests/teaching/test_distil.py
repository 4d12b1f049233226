import multiprocessing
import os
import shutil
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
import spacy
import srsly
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from spacy_concner.corpora.reader import corpus_files, read_docs
from spacy_concner.errors import ConcnerError
from spacy_concner.teaching import distil as distil_module
from spacy_concner.teaching.distil import MIN_TRIED, distil
from spacy_concner.teaching.distillation_inputs import ParallelText, Training
from spacy_concner.teaching.voting import Voting
from tests.sentences import SENTENCES, TRANSLATIONS, labelled_doc, write_corpus
from tests.tiny_pipelines import build_tiny_config, train_tiny

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    """A pipeline that knows the sentences of both languages by heart."""
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, *pair) for pair in SENTENCES + TRANSLATIONS]
    folder = tmp_path_factory.mktemp("teacher") / "both"
    train_tiny(build_tiny_config(), docs, steps=80).to_disk(folder)
    return folder


@pytest.fixture
def settings(tmp_path, trained_folder, teacher):
    """What a distillation of two languages by two teachers is given."""
    vocab = spacy.blank("xx").vocab
    texts = {"bg": TRANSLATIONS[:2], "de": SENTENCES[:2]}
    raw = {
        language: write_corpus(
            [labelled_doc(vocab, words, None) for words, _ in text],
            tmp_path / "raw" / f"{language}.spacy",
        )
        for language, text in texts.items()
    }
    dev = write_corpus([labelled_doc(vocab, *SENTENCES[0])], tmp_path / "dev.spacy")
    config = tmp_path / "student.cfg"
    config.write_text("[training]\n", encoding="utf8")
    (tmp_path / "encoder").mkdir()
    (tmp_path / "encoder" / "config.json").write_text("{}", encoding="utf8")
    return {
        "raw": raw,
        "output": tmp_path / "student",
        "teachers": {"first": trained_folder, "second": teacher},
        "student": Training(config, 7),
        "dev": dev,
        "encoder": tmp_path / "encoder",
        "progress": False,
    }


class Trainer:
    """Stands for `spacy train`: the pipeline stays what it starts from, and calls are noted."""

    def __init__(self):
        self.trained = []
        self.texts = []
        self.options = []
        self.die_at = self.fail_at = self.interrupt_at = ""

    def __call__(self, command, **_):
        words = command[3:]
        options = {name: words[i + 1] for i, name in enumerate(words) if name.startswith("--")}
        name = Path(options["--paths.metrics"]).stem
        (Path(options["--output"]) / "model-last").mkdir(parents=True)
        if name == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if name == self.interrupt_at:
            raise KeyboardInterrupt
        if name == self.fail_at:
            return subprocess.CompletedProcess(command, 3)
        shutil.copytree(
            options["--paths.start_from"],
            Path(options["--output"]) / "model-last",
            dirs_exist_ok=True,
        )
        meta = Path(options["--output"]) / "model-last" / "meta.json"
        srsly.write_json(meta, {**srsly.read_json(meta), "description": name})
        Path(options["--paths.metrics"]).write_text("{}\n", encoding="utf8")
        docs = read_docs(options["--paths.train"], Vocab())
        self.trained.append(name)
        self.options.append({"config": words[0], **options})
        self.texts.append([doc.text for doc in docs])
        return subprocess.CompletedProcess(command, 0)


@pytest.fixture
def trainer(monkeypatch):
    trainer = Trainer()
    monkeypatch.setattr(subprocess, "run", trainer)
    return trainer


class PositionEncoder:
    """Finds the words of two sentences alike that stand at one place."""

    def encode(self, sentences):
        return [np.eye(32)[: len(words)] for words in sentences]


@pytest.fixture
def parallel(tmp_path, monkeypatch, bitexts):
    """Parallel text in which Bulgarian has pairs that the teacher knows, and German has none."""
    monkeypatch.setattr(distil_module, "load_word_encoder", lambda *_, **__: PositionEncoder())
    (tmp_path / "parallel").mkdir()
    lines = [
        f"{' '.join(ours)}\t{' '.join(theirs)}\n"
        for (ours, _), (theirs, _) in zip(SENTENCES, TRANSLATIONS, strict=True)
    ]
    texts = {"bg": lines[:1] * 3, "de": ["Nothing happened today .\tNichts geschah heute .\n"]}
    for language, text in texts.items():
        (tmp_path / "parallel" / f"{language}.tsv").write_text("".join(text), encoding="utf8")
    config = tmp_path / "concner.cfg"
    config.write_text("[nlp]\n", encoding="utf8")
    return ParallelText(
        {language: tmp_path / "parallel" / f"{language}.tsv" for language in texts},
        write_corpus(bitexts, tmp_path / "bitexts.spacy"),
        Training(config, 9),
    )


def labelled_with(output: Path, name: str, language: str = "bg") -> dict:
    """Give what the soft labels of a round were made with."""
    return srsly.read_json(output / "soft" / name / language / "label.json")


def test_round_by_round(settings, trainer, teacher):
    done = distil(**settings, rounds=2, min_confidence=0.5)
    assert done.steps == trainer.trained == ["round-1", "round-2"] and not done.kept
    output = settings["output"]
    assert done.student == output / "model-last"
    assert spacy.load(done.student)("Anna Berg lives in Sofia .").ents
    first, second = trainer.options
    assert first["config"] == str(settings["student"].config)
    assert first["--paths.start_from"] == str(teacher)
    assert second["--paths.start_from"] == str(output / "round-1" / "model-last")
    for options in trainer.options:
        assert options["--training.max_steps"] == "7"
        # Or model-best would be what there was before the first step.
        assert options["--training.eval_frequency"] == "7"
    assert [len(texts) for texts in trainer.texts] == [4, 4]
    assert list(labelled_with(output, "round-1")["teachers"]) == ["first", "second"]
    assert list(labelled_with(output, "round-2")["teachers"]) == ["first", "second", "round-1"]
    assert {path.name for path in output.iterdir()} == {
        *("cache", "distil.json", "metrics", "model-last", "round-1", "round-2", "soft")
    }


def test_the_least_confidence_holds_from_the_second_round_on(settings, trainer):
    distil(**settings, rounds=2, min_confidence=0.5)
    found = [labelled_with(settings["output"], f"round-{n}") for n in (1, 2)]
    assert [labels["min_confidence"] for labels in found] == [0.0, 0.5]


def test_a_run_of_the_same_makes_nothing(settings, trainer):
    distil(**settings, rounds=2)
    student = settings["output"] / "model-last" / "config.cfg"
    before = student.stat()
    again = distil(**settings, rounds=2)
    assert again.kept == ["round-1", "round-2"] and not again.steps
    assert len(trainer.trained) == 2
    assert student.stat().st_ino == before.st_ino


def test_a_further_round_goes_on(settings, trainer):
    distil(**settings)
    done = distil(**settings, rounds=2)
    assert (done.kept, done.steps) == (["round-1"], ["round-2"])


def test_a_killed_run_goes_on_at_the_round_that_it_was_in(settings, trainer):
    output = settings["output"]
    trainer.die_at = "round-2"
    context = multiprocessing.get_context("fork")
    process = context.Process(target=distil, kwargs={**settings, "rounds": 3})
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert not (output / "round-2").exists() and not (output / "model-last").exists()
    first = (output / "round-1" / "model-last" / "config.cfg").stat()
    trainer.die_at = ""
    done = distil(**settings, rounds=3)
    assert (done.kept, done.steps) == (["round-1"], ["round-2", "round-3"])
    assert trainer.trained == ["round-2", "round-3"]
    assert (output / "round-1" / "model-last" / "config.cfg").stat().st_ino == first.st_ino
    assert not list(output.glob(".*"))


def test_a_language_that_is_dropped_leaves_no_trace(settings, trainer):
    distil(**settings, rounds=2)
    assert len(trainer.texts[0]) == 4
    bulgarian = {**settings, "raw": {"bg": settings["raw"]["bg"]}}
    with pytest.raises(ConcnerError, match="C405.*round-1: raw.*--force"):
        distil(**bulgarian, rounds=2)
    done = distil(**bulgarian, rounds=2, force=True)
    assert done.steps == ["round-1", "round-2"]
    expected = [doc.text for doc in read_docs(settings["raw"]["bg"], Vocab())]
    assert trainer.texts[2:] == [expected, expected]
    assert not [path for path in settings["output"].rglob("*") if path.name == "de"]


def test_a_teacher_and_a_round_that_are_dropped_leave_no_trace(settings, trainer, teacher):
    output = settings["output"]
    distil(**settings, rounds=2)
    with pytest.raises(ConcnerError, match="C405.*round-2"):
        distil(**settings)
    kept = distil(**settings, force=True)
    assert kept.kept == ["round-1"] and not (output / "round-2").exists()
    assert srsly.read_json(output / "model-last" / "meta.json")["description"] == "round-1"
    assert not (output / "soft" / "round-2").exists()
    assert not (output / "metrics" / "round-2.jsonl").exists()
    alone = {**settings, "teachers": {"second": teacher}}
    assert distil(**alone, force=True).steps == ["round-1"]
    assert list(labelled_with(output, "round-1")["teachers"]) == ["second"]


@pytest.mark.parametrize("changed", ["config", "steps", "seed", "encoder", "dev", "overrides"])
def test_what_changes_is_made_anew(settings, trainer, monkeypatch, tmp_path, changed):
    distil(**settings)
    config = settings["student"].config
    if changed == "config":
        config.write_text("[nlp]\n", encoding="utf8")
    elif changed == "steps":
        settings["student"] = Training(config, 8)
    elif changed == "seed":
        settings["seed"] = 2
    elif changed == "encoder":
        (settings["encoder"] / "vocab.txt").write_text("a", encoding="utf8")
    elif changed == "dev":
        shutil.copy(settings["raw"]["bg"], settings["dev"])
    else:
        monkeypatch.setenv("SPACY_CONFIG_OVERRIDES", "--training.dropout=0.2")
    with pytest.raises(ConcnerError, match=f"C405.*round-1: {changed}"):
        distil(**settings)
    assert distil(**settings, force=True).steps == ["round-1"]


def test_a_round_with_missing_files_is_made_anew(settings, trainer):
    distil(**settings)
    (settings["output"] / "round-1" / "model-last" / "meta.json").unlink()
    assert distil(**settings).steps == ["round-1"]


def test_parallel_text_brings_pairs_and_a_teacher(settings, trainer, parallel):
    done = distil(**settings, parallel=parallel)
    assert done.steps == ["round-1", "pairs", "parallel", "round-2", "round-3"]
    assert trainer.trained == ["round-1", "parallel", "round-2", "round-3"]
    output = settings["output"]
    beside, second, third = trainer.options[1:]
    assert beside["config"] == str(parallel.training.config)
    assert beside["--paths.start_from"] == str(output / "round-1" / "model-last")
    assert beside["--training.max_steps"] == "9"
    assert beside["--training.optimizer.learn_rate.initial_rate"] == "5e-05"
    assert second["--paths.start_from"] == str(output / "round-1" / "model-last")
    assert third["--paths.start_from"] == str(output / "round-2" / "model-last")
    assert list(labelled_with(output, "round-2")["teachers"]) == ["round-1", "parallel"]
    assert list(labelled_with(output, "round-3")["teachers"]) == ["round-1", "parallel", "round-2"]
    # Snippets of Bulgarian with two words around each entity, and the bitexts; no German.
    names = [path.name for path in corpus_files(output / "pairs")]
    assert names == ["bg.spacy", "en-bitexts.spacy"]
    assert len(trainer.texts[1]) == 6 + len(SENTENCES)


def test_parallel_text_in_which_nothing_is_alike_brings_no_round(settings, trainer, parallel):
    shutil.copy(parallel.texts["de"], parallel.texts["bg"])
    done = distil(**settings, parallel=parallel)
    assert done.steps == ["round-1", "pairs"] and trainer.trained == ["round-1"]
    assert (done.student / "config.cfg").exists()
    again = distil(**settings, parallel=parallel)
    assert again.kept == ["round-1", "pairs"] and not again.steps


def test_parallel_text_that_is_dropped_leaves_no_trace(settings, trainer, parallel):
    distil(**settings, parallel=parallel)
    done = distil(**settings, force=True)
    assert done.kept == ["round-1"]
    left = {path.name for path in settings["output"].iterdir()}
    assert left == {"cache", "distil.json", "metrics", "model-last", "round-1", "soft"}


def test_a_training_that_fails_stops_the_run(settings, trainer):
    trainer.fail_at = "round-2"
    with pytest.raises(ConcnerError, match="C427.*status 3.*round-2"):
        distil(**settings, rounds=2)
    assert not (settings["output"] / "round-2").exists()
    trainer.fail_at = ""
    assert distil(**settings, rounds=2).kept == ["round-1"]


def test_an_interrupted_run_leaves_nothing_half_made(settings, trainer):
    trainer.interrupt_at = "round-1"
    with pytest.raises(KeyboardInterrupt):
        distil(**settings)
    left = {path.name for path in settings["output"].iterdir()}
    assert left == {"cache", "distil.json", "metrics", "soft"}


def test_what_cannot_be_distilled(settings, trainer, parallel, tmp_path):
    for changes, code in (
        ({"teachers": {}}, "C425.*teacher"),
        ({"raw": {}}, "C425.*language"),
        ({"teachers": {"round-1": "x"}}, "C426.*round-1"),
        ({"teachers": {"parallel": "x"}}, "C426.*parallel"),
        ({"rounds": 0}, "C406.*--rounds is 0"),
        ({"student": Training(settings["student"].config, 0)}, "C406.*--steps is 0"),
        ({"min_confidence": 1.0}, "C417.*--min-confidence is 1.0"),
        ({"raw": {"bg": tmp_path / "none.spacy"}}, "C142.*none"),
        ({"dev": settings["student"].config}, "C14[23].*cfg"),
        ({"student": Training(tmp_path / "none.cfg", 7)}, "C217.*none.cfg"),
        ({"encoder": tmp_path / "none"}, "C217.*none"),
        ({"teachers": {"first": tmp_path / "none"}}, "C515.*none"),
        ({"output": settings["raw"]["bg"].parent}, "C407"),
        ({"output": tmp_path}, "C407"),
        ({"output": settings["student"].config}, "C407"),
    ):
        with pytest.raises(ConcnerError, match=code):
            distil(**{**settings, **changes})
    parallel.texts["bg"].write_text("a ||| b\n", encoding="utf8")
    with pytest.raises(ConcnerError, match="C232"):
        distil(**settings, parallel=parallel)
    assert not trainer.trained and not settings["output"].exists()


def test_what_made_nothing_keeps_nothing_from_a_run_of_other_inputs(settings, trainer):
    trainer.fail_at = "round-1"
    with pytest.raises(ConcnerError, match="C427"):
        distil(**settings)
    trainer.fail_at = ""
    distil(**{**settings, "seed": 9})
    assert trainer.trained


def test_a_student_that_finds_nothing_is_told(settings, trainer):
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, SENTENCES[2][0], None)] * MIN_TRIED
    write_corpus(docs[1:], settings["raw"]["de"])
    distil(**settings)
    write_corpus(docs, settings["raw"]["de"])
    for _ in range(2):
        with pytest.raises(ConcnerError, match=r"C436.*50 raw sentences of de.*de\.spacy"):
            distil(**settings, force=True)


@pytest.mark.parametrize("force", [False, True])
def test_files_of_others_are_left_alone(settings, trainer, force):
    note = settings["output"] / "note.txt"
    note.parent.mkdir()
    note.write_text("mine", encoding="utf8")
    with pytest.raises(ConcnerError, match="C408.*distil.json"):
        distil(**settings, force=force)
    assert note.read_text("utf8") == "mine" and not trainer.trained


def test_command_line(settings, trainer, parallel, tmp_path):
    given = {
        "--languages": "bg de",
        "--config": settings["student"].config,
        "--dev": settings["dev"],
        "--encoder": settings["encoder"],
        "--steps": 7,
        "--parallel": tmp_path / "parallel",
        "--parallel-config": parallel.training.config,
    }
    command = ["distil", tmp_path / "raw", settings["output"]]
    command += [f"--teacher={name}={path}" for name, path in settings["teachers"].items()]
    command += [part for option in given.items() for part in option]
    parallel.texts["de"].unlink()

    def run(*more):
        return CliRunner().invoke(concner_cli, [str(part) for part in (*command, *more)])

    without = run()
    assert without.exit_code == 1 and "C428" in without.output and "--bitexts" in without.output
    result = run("--bitexts", parallel.bitexts)
    assert result.exit_code == 0, result.output
    printed = " ".join(result.output.split())
    assert "No parallel text for de" in printed
    assert "first + second label bg" in printed
    assert "Student of round-3" in printed
    again = " ".join(run("--bitexts", parallel.bitexts).output.split())
    assert again.count("Made by an earlier run of the same") == 5
    lacking = run("--parallel", tmp_path / "none")
    assert lacking.exit_code == 1 and "C217" in lacking.output
    changed = run("--bitexts", parallel.bitexts, "--seed", 2)
    assert changed.exit_code == 1 and "C405" in changed.output


def test_any_pipeline_teaches_beside_the_last(settings, trainer, tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "CITY", "pattern": "Berlin"}])
    nlp.to_disk(tmp_path / "rules")
    rules = {"rules": tmp_path / "rules"}
    settings["teachers"] = {**rules, **settings["teachers"]}
    changes = {
        "voting": Voting({"rules": 0.5}, ["rules"]),
        "map_labels": {"rules": {"CITY": "LOC"}},
        "rounds": 2,
    }
    distil(**settings, **changes)
    told = srsly.read_json(settings["output"] / "distil.json")["inputs"]["round-2"]
    assert told["voting"]["partial"] == ["rules"]
    soft = settings["output"] / "soft" / "round-2" / "de"
    assert srsly.read_json(soft / "label.json")["voting"]["confidence"] == {"rules": 0.5}
    assert distil(**settings, **changes).steps == []
    with pytest.raises(ConcnerError, match="C405.*voting"):
        distil(**settings, **{**changes, "voting": Voting(partial=["rules"])})
    with pytest.raises(ConcnerError, match="C405.*map_labels"):
        distil(**settings, **{**changes, "map_labels": {"rules": {"CITY": "ORG"}}})
    settings["teachers"] = dict(reversed(settings["teachers"].items()))
    with pytest.raises(ConcnerError, match="C433.*rules.*'concner'"):
        distil(**settings, **changes)


def test_students_start_from_a_teacher_of_their_labels(settings, trainer):
    mapping = {"*": {"PER": "PERSON"}}
    with pytest.raises(ConcnerError, match="C433.*second.*B-PER"):
        distil(**settings, map_labels=mapping)
    assert not trainer.trained


def test_votes_that_were_not_told_before_are_a_change(settings, trainer):
    distil(**settings)
    with pytest.raises(ConcnerError, match="C405.*round-1.*voting"):
        distil(**settings, voting=Voting(partial=["first"]))
    assert distil(**settings).kept


def test_a_fault_of_a_language_names_it(tmp_path):
    text = distil_module._Text("bg", tmp_path / "bg.spacy", tmp_path / "soft", tmp_path / "cache")
    with pytest.raises(ConcnerError, match=r"^\[C142\].* This was bg: .*bg\.spacy\.$"):
        distil_module._Labeller({"teachers": {}, "progress": False})(text)


def test_languages_labelled_at_once_have_the_bytes_of_one_after_the_other(settings, trainer):
    def soft(output: Path) -> dict[str, bytes]:
        files = (path for path in (output / "soft").rglob("*") if path.is_file())
        return {path.relative_to(output).as_posix(): path.read_bytes() for path in files}

    distil(**settings)
    beside = settings["output"].with_name("beside")
    distil(**{**settings, "output": beside}, jobs=2)
    assert soft(beside) == soft(settings["output"]) and len(soft(beside)) == 8
    with pytest.raises(ConcnerError, match="C406.*--jobs"):
        distil(**settings, jobs=-1)
