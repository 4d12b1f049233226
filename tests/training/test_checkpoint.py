import io
import os
import signal
import sys
import traceback
from pathlib import Path

import numpy as np
import pytest
import spacy
import srsly
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_loop

from spacy_concner.errors import ConcnerError
from spacy_concner.training import checkpoint, checkpoint_folder
from spacy_concner.training.checkpoint import create_checkpoint
from spacy_concner.training.checkpoint_folder import CheckpointFolder
from tests.sentences import make_bitexts, make_sentences, write_corpus
from tests.tiny_pipelines import (
    LISTENER,
    build_tiny_config,
    read_weights,
    training_config,
    transformer_model,
)

pytestmark = pytest.mark.slow

STEPS = 12
BATCHER = {"@batchers": "spacy.batch_by_sequence.v1", "size": 2}


class Training:
    """A tiny training in a folder, each run of it in a process of its own."""

    def __init__(self, folder: Path, encoder: Path | None = None, ner=False, **settings):
        self.folder = folder
        self.train = write_corpus([*make_bitexts(), *make_sentences()], folder / "train.spacy")
        dev = write_corpus(make_sentences(), folder / "dev.spacy")
        nlp = spacy.blank("xx")
        tok2vec = {}
        if encoder is not None:
            nlp.add_pipe("transformer", config={"model": transformer_model(encoder)})
            tok2vec = {"tok2vec": LISTENER}
        nlp.add_pipe("concner", config=build_tiny_config(**tok2vec))
        if ner:
            nlp.add_pipe("ner")
        self.config = training_config(
            nlp,
            self.train,
            dev,
            **{
                "max_steps": STEPS,
                "eval_frequency": 3,
                "dropout": 0.2,
                "batcher": BATCHER,
                "optimizer": {"@optimizers": "Adam.v1", "learn_rate": 0.01, "L2": 0.01},
                "seed": 1,
                **settings,
            },
        )

    def run(self, name: str, minutes: float = 10, kill: int | None = None, writing=False) -> int:
        """Run the training, with a checkpoint; give the status of the process, or its signal."""
        config = self.config.copy()
        config["training"]["logger"] |= {"output_file": str(self.folder / f"{name}.jsonl")}
        path = str(self.folder / f"{name} checkpoint")
        config["training"]["before_update"] = {
            "@callbacks": "spacy-concner.checkpoint.v1",
            "path": None if name == "undisturbed" else path,
            "minutes": minutes,
        }

        (self.folder / name).mkdir(exist_ok=True)

        def run_here():
            if kill is not None:
                _kill_at(kill, writing)
            train_loop(init_nlp(config), self.folder / name, stdout=sys.stderr)

        return forked(run_here, self.folder / f"{name}.log")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf8")

    def rows(self, name: str) -> list:
        return list(srsly.read_jsonl(self.folder / f"{name}.jsonl"))


def _kill_at(step: int, writing: bool) -> None:
    """Let this process be killed before a step, or while its checkpoint is written."""

    def die(*args, **settings):
        os.kill(os.getpid(), signal.SIGKILL)

    own = checkpoint.Checkpoint.__call__

    def call(self, nlp, info):
        if info["step"] == step and writing:
            checkpoint_folder.write_means = die
        elif info["step"] == step:
            die()
        own(self, nlp, info)

    checkpoint.Checkpoint.__call__ = call


def forked(run, log: Path) -> int:
    """Run something in a copy of this process; give its exit status, or minus its signal."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            stream = log.open("w", encoding="utf8")
            for number in (1, 2):
                os.dup2(stream.fileno(), number)
            sys.stdout, sys.stderr = (open(n, "w", closefd=False) for n in (1, 2))
            for handler in spacy.util.logger.handlers:
                handler.setStream(sys.stderr)
            spacy.util.logger.setLevel("INFO")
            run()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def assert_same_end(training: Training, name: str) -> None:
    for model in ("model-last", "model-best"):
        ours = read_weights(training.folder / name / model)
        theirs = read_weights(training.folder / "undisturbed" / model)
        assert ours.keys() == theirs.keys()
        for key, value in ours.items():
            np.testing.assert_allclose(value, theirs[key], atol=1e-6, err_msg=f"{model} {key}")
        performances = [
            srsly.read_json(training.folder / each / model / "meta.json")["performance"]
            for each in (name, "undisturbed")
        ]
        assert performances[0].keys() == performances[1].keys()
    ours, theirs = training.rows(name), training.rows("undisturbed")
    assert [(r["epoch"], r["step"], r["scores"]) for r in ours] == [
        (r["epoch"], r["step"], r["scores"]) for r in theirs
    ]
    for row, other in zip(ours, theirs, strict=True):
        assert row["losses"] == pytest.approx(other["losses"], rel=1e-4)


KINDS = {
    "averages": {"accumulate_gradient": 2},
    "no averages": {},
    "epochs": {"max_epochs": 3, "max_steps": 0},
    "streamed": {"max_epochs": -1},
    # The first model is the best, for it finds least.
    "patience": {"patience": 8, "max_steps": 0, "score_weights": {"ents_f": -1.0}},
}


@pytest.mark.parametrize("kind", KINDS)
def test_goes_on_to_the_same_end(tmp_path, kind):
    training = Training(tmp_path, **KINDS[kind])
    training.config["training"]["optimizer"]["use_averages"] = kind != "no averages"
    assert training.run("undisturbed") == 0, training.log("undisturbed")
    for kill, come_to in ((2, None), (6, 1), (8, 4), (None, 7)):
        assert training.run("killed", kill=kill) == (-signal.SIGKILL if kill else 0)
        assert (f"goes on at step {come_to} from" in training.log("killed")) == (
            come_to is not None
        )
    assert_same_end(training, "killed")


def test_killed_while_it_is_written(tmp_path, encoder_folder):
    training = Training(tmp_path, encoder_folder)
    assert training.run("undisturbed") == 0, training.log("undisturbed")
    for kill, writing in ((1, True), (6, True), (9, False)):
        status = training.run("killed", kill=kill, minutes=0, writing=writing)
        assert status == -signal.SIGKILL, training.log("killed")
    assert "goes on at step 5" in training.log("killed")
    assert training.run("killed") == 0, training.log("killed")
    assert "goes on at step 8" in training.log("killed")
    assert_same_end(training, "killed")
    left = {path.name for path in tmp_path.glob(".*")}
    assert not left


def test_steps_before_take_no_time(tmp_path):
    """What a step takes is measured on those that are computed."""
    training = Training(tmp_path)
    assert training.run("ended", minutes=0) == 0
    assert "s a step" in training.log("ended")
    assert training.run("ended") == 0
    # The last step is computed again, and evaluated.
    assert "goes on at step 12" in training.log("ended")
    assert "no steps" in training.log("ended")


def test_killed_while_one_takes_the_place_of_another(tmp_path):
    training = Training(tmp_path)
    assert training.run("killed", kill=5) == -signal.SIGKILL
    # So it is for a moment: the old one is moved aside, the new one not yet in its place.
    (tmp_path / "killed checkpoint").rename(tmp_path / ".killed checkpoint.12345678.aside")
    assert training.run("killed", kill=5) == -signal.SIGKILL
    assert "goes on at step 4" in training.log("killed")


def test_updates_that_draw_random_numbers(tmp_path):
    """spaCy's own recogniser cuts documents at random places, between the shuffles of epochs."""
    training = Training(tmp_path, ner=True)
    assert training.run("undisturbed") == 0, training.log("undisturbed")
    assert training.run("killed", kill=12, minutes=0) == -signal.SIGKILL
    assert training.run("killed") == 0, training.log("killed")
    assert "goes on at step 11" in training.log("killed")
    assert_same_end(training, "killed")


def test_frozen_layers_stay_frozen(tmp_path, encoder_folder):
    training = Training(tmp_path, encoder_folder)
    training.config["initialize"]["after_init"] = {
        "@callbacks": "spacy-concner.start_training.v1",
        "freeze_embeddings": True,
        "frozen_layers": 1,
        "bfloat16": True,
    }
    assert training.run("undisturbed") == 0, training.log("undisturbed")
    assert training.run("killed", kill=5) == -signal.SIGKILL
    kept = np.load(tmp_path / "killed checkpoint" / "weights.npz")
    assert not [key for key in kept if "embeddings" in key or "layer.0." in key]
    assert training.run("killed") == 0, training.log("killed")
    assert_same_end(training, "killed")


def test_frozen_component(tmp_path, trained_folder):
    training = Training(tmp_path, frozen_components=["first"])
    training.config["nlp"]["pipeline"] = ["first", "concner"]
    first = {"source": str(trained_folder), "component": "concner"}
    training.config["components"]["first"] = first
    assert training.run("undisturbed") == 0, training.log("undisturbed")
    assert training.run("killed", kill=5) == -signal.SIGKILL
    kept = np.load(tmp_path / "killed checkpoint" / "weights.npz")
    assert {key.partition("/")[0] for key in kept} == {"concner"}
    assert training.run("killed") == 0, training.log("killed")
    assert_same_end(training, "killed")


def test_another_training_starts_anew(tmp_path):
    training = Training(tmp_path)
    assert training.run("killed", kill=5) == -signal.SIGKILL
    write_corpus(make_bitexts(), training.train)
    training.config["training"]["dropout"] = 0.3
    assert training.run("undisturbed") == 0
    assert training.run("killed") == 0, training.log("killed")
    assert "another training (corpora.train.path, training.dropout)" in training.log("killed")
    assert "goes on" not in training.log("killed")
    assert_same_end(training, "killed")
    # What it has written is of the new one.
    assert training.run("killed") == 0
    assert "goes on at step 10" in training.log("killed")


def test_another_place_is_the_same_training(tmp_path):
    training = Training(tmp_path / "one")
    assert training.run("killed", kill=5) == -signal.SIGKILL
    (tmp_path / "one").rename(tmp_path / "two")
    moved = Training(tmp_path / "two")
    assert moved.run("killed") == 0
    assert "goes on at step 4" in moved.log("killed")


def start(training: Training, path: Path, **settings) -> None:
    """Run the training in this process, to see what it raises."""
    config = training.config.copy()
    config["training"]["before_update"] = {
        "@callbacks": "spacy-concner.checkpoint.v1",
        "path": str(path),
    }
    config["training"] |= settings
    train_loop(init_nlp(config), stdout=io.StringIO())


def test_something_else_in_its_place(tmp_path):
    training = Training(tmp_path)
    own = tmp_path / "own"
    own.mkdir()
    (own / "notes.txt").write_text("mine")
    for place in (own, own / "notes.txt"):
        with pytest.raises(ConcnerError, match=r"C055.*own"):
            start(training, place)
    with pytest.raises(ConcnerError, match=r"C408"):
        assert training.run("killed", kill=5) == -signal.SIGKILL
        (tmp_path / "killed checkpoint" / "notes.txt").write_text("mine")
        start(training, tmp_path / "killed checkpoint")
    assert (tmp_path / "killed checkpoint" / "notes.txt").read_text() == "mine"
    assert [path.name for path in own.iterdir()] == ["notes.txt"]


def test_the_place_of_the_model(tmp_path):
    training = Training(tmp_path)
    for place in ("model-last", "."):
        output = tmp_path / place.replace(".", "output") / "output"
        output.mkdir(parents=True)
        config = training.config.copy()
        config["training"]["before_update"] = {
            "@callbacks": "spacy-concner.checkpoint.v1",
            "path": str(output / place),
        }
        with pytest.raises(ConcnerError, match="C407.*--output"):
            train_loop(init_nlp(config), output, stdout=io.StringIO())
        assert spacy.load(output / "model-last").pipe_names == ["concner"]


@pytest.mark.parametrize("name", ["progress.json", "weights.npz", "optimizer.npz", "best.npz"])
def test_damaged(tmp_path, name):
    training = Training(tmp_path)
    assert training.run("killed", kill=5) == -signal.SIGKILL
    path = tmp_path / "killed checkpoint"
    whole = (path / name).read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 8
    for content in (None, b"", whole[: len(whole) // 2], bytes(flipped)):
        (path / name).unlink()
        if content is not None:
            (path / name).write_bytes(content)
        if content == flipped and name.endswith("json"):
            continue
        with pytest.raises(ConcnerError, match="C053.*killed checkpoint"):
            start(training, path)
        (path / name).write_bytes(whole)


def test_other_batches(tmp_path):
    training = Training(tmp_path)
    assert training.run("killed", kill=5) == -signal.SIGKILL

    progress = tmp_path / "killed checkpoint" / "progress.json"
    content = srsly.read_json(progress)
    srsly.write_json(progress, {**content, "batches": content["batches"] + 1})
    with pytest.raises(ConcnerError, match="C057.*step 4"):
        start(training, tmp_path / "killed checkpoint")


def test_no_seed(tmp_path):
    with pytest.raises(ConcnerError, match="C054"):
        start(Training(tmp_path), tmp_path / "checkpoint", seed=None)


def test_no_path_no_checkpoint(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    nlp = init_nlp(Training(tmp_path).config)
    before, files = dict(vars(nlp)), set(tmp_path.rglob("*"))
    create_checkpoint(None)(nlp, {"step": 0, "epoch": 0})
    assert vars(nlp) == before and set(tmp_path.rglob("*")) == files


def test_pipeline_is_as_before(tmp_path):
    """Wrapped methods are gone when the training has ended, and the folder is free again."""
    training = Training(tmp_path)
    config = training.config.copy()
    path = tmp_path / "checkpoint"
    config["training"]["before_update"] = {
        "@callbacks": "spacy-concner.checkpoint.v1",
        "path": str(path),
    }
    (tmp_path / "output").mkdir()
    for _ in range(2):
        nlp = init_nlp(config)
        before = set(vars(nlp))
        train_loop(nlp, tmp_path / "output", stdout=io.StringIO())
        assert set(vars(nlp)) == before
        assert "finish_update" not in vars(nlp.get_pipe("concner"))
    progress = CheckpointFolder(path).read_progress()
    assert progress is not None and progress.step == 10


def test_component_with_weights_elsewhere(tmp_path):
    training = Training(tmp_path)
    config = training.config.copy()
    config["training"]["before_update"] = {
        "@callbacks": "spacy-concner.checkpoint.v1",
        "path": str(tmp_path / "checkpoint"),
    }
    nlp = init_nlp(config)
    other = nlp.get_pipe("concner").model.copy()
    own = nlp.get_pipe("concner").finish_update

    def finish_update(sgd):
        own(sgd)
        for node in other.walk():
            for name in node.param_names:
                sgd((node.id, name), node.get_param(name), node.get_param(name) * 0)

    nlp.get_pipe("concner").finish_update = finish_update
    with pytest.raises(ConcnerError, match="C056.*outside"):
        train_loop(nlp, stdout=io.StringIO())
