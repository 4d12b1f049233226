"""Trainings on two ranks, beside those of one process on the batches of both."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import spacy
import srsly
from spacy.cli.train import train
from spacy.language import Language

from spacy_concner.corpora import reader
from spacy_concner.tagging.component import ConCNER
from tests.distributed.ranks import run_ranks
from tests.sentences import make_bitexts, make_sentences, write_corpus
from tests.tiny_pipelines import (
    LISTENER,
    TINY_TOK2VEC,
    build_tiny_config,
    read_weights,
    training_config,
    transformer_model,
)

pytestmark = pytest.mark.slow

# Without a larger eps Adam makes whole steps of rounding, where a gradient is next to none.
ADAM = {
    "@optimizers": "spacy-concner.DistributedAdam.v1",
    "learn_rate": 0.01,
    "L2": 0.01,
    "eps": 1e-3,
}
CONTRASTS = {
    "entity": {"@losses": "spacy-concner.EntityCrossEntropy.v1"},
    "label_contrast": {"@losses": "spacy-concner.LabelContrast.v1", "across_ranks": True},
    "translation": {"@losses": "spacy-concner.TranslationContrast.v1", "across_ranks": True},
}


class Training:
    """A tiny training, of which one process reads batches twice as large as each of two ranks."""

    def __init__(self, folder: Path, nlp, docs=None, **training):
        self.folder = folder
        docs = docs or [*make_bitexts(), *make_sentences()]
        corpora = [write_corpus(docs, folder / "train.spacy")]
        corpora.append(write_corpus(make_sentences(), folder / "dev.spacy"))
        self.config = training_config(
            nlp, *corpora, **{"dropout": 0.0, "max_epochs": -1, "optimizer": ADAM, **training}
        )
        self.config["corpora"]["train"] = {
            "@readers": "spacy-concner.DistributedCorpus.v1",
            "corpus": self.config["corpora"]["train"],
        }

    def run(self, size: int, before=lambda rank: None, **training):
        """Train on some ranks; give exit statuses."""
        name = f"{size} ranks"
        config = self.config.copy()
        config["training"] |= training
        config["training"]["logger"]["output_file"] = str(self.folder / f"{name}.jsonl")
        sizes = {"@batchers": "spacy.batch_by_sequence.v1", "size": 4 // size}
        config["training"]["batcher"] = sizes
        config.to_disk(self.folder / f"{name}.cfg")

        def run_here(rank: int) -> None:
            before(rank)
            train(self.folder / f"{name}.cfg", self.folder / name)

        (self.folder / name).mkdir(exist_ok=True)
        return run_ranks(run_here, self.folder / f"{name} logs", size)

    def log(self, rank: int) -> str:
        return (self.folder / f"2 ranks logs/rank{rank}.log").read_text("utf8")

    def rows(self, size: int) -> list[dict]:
        return list(srsly.read_jsonl(self.folder / f"{size} ranks.jsonl"))


def student(encoder: Path, **changes):
    nlp = spacy.blank("xx")
    settings = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    model = transformer_model(encoder, transformer_config=settings)
    nlp.add_pipe("transformer", config={"model": model})
    nlp.add_pipe("concner", config=build_tiny_config(tok2vec=LISTENER, **changes))
    return nlp


def small():
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner", config=build_tiny_config())
    return nlp


def plain_ner():
    nlp = spacy.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": TINY_TOK2VEC})
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 16,
        "maxout_pieces": 1,
        # The upper layer drops out whatever the config says, and the oracle cuts by chance.
        "use_upper": False,
        "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 32},
    }
    nlp.add_pipe("ner", config={"model": model, "update_with_oracle_cut_size": 0})
    return nlp


def check_same(training: Training) -> None:
    """Check that two ranks have learned what one process has."""
    alone, together = (
        read_weights(training.folder / f"{size} ranks" / "model-last") for size in (1, 2)
    )
    assert alone.keys() == together.keys()
    for name, weight in alone.items():
        np.testing.assert_allclose(together[name], weight, atol=2e-5, err_msg=name)
    assert len(training.rows(1)) == len(training.rows(2)) > 2
    for one, two in zip(training.rows(1), training.rows(2), strict=True):
        assert two["losses"] == pytest.approx(one["losses"], rel=1e-3, abs=1e-6)
        assert (two["scores"], two["step"]) == (one["scores"], one["step"])


@pytest.mark.parametrize(
    "losses, bucket_mb",
    [({}, 25), (CONTRASTS, 0.005)],
    ids=["entities", "contrast across ranks, in many buckets"],
)
def test_two_ranks_learn_what_one_process_does(tmp_path, encoder_folder, losses, bucket_mb):
    nlp = student(encoder_folder, losses=losses)
    training = Training(tmp_path, nlp, optimizer={**ADAM, "bucket_mb": bucket_mb})
    assert training.run(1) == [0]
    assert training.run(2) == [0, 0], training.log(0) + training.log(1)
    check_same(training)


def test_so_do_components_of_spacy(tmp_path):
    # In turn short and long, so that the two ranks have the parts that one process makes. For
    # features that a state lacks, `ner` takes the last token of a batch: its parts matter.
    long, other_long, short, other_short = make_sentences()
    training = Training(tmp_path, plain_ner(), docs=[short, long, other_short, other_long] * 2)
    assert training.run(1, accumulate_gradient=2) == [0]
    assert training.run(2) == [0, 0], training.log(0) + training.log(1)
    check_same(training)


def test_ranks_with_unequal_parts_end_together(tmp_path, encoder_folder, monkeypatch):
    def read_less(rank):
        if rank == 0:
            monkeypatch.setattr(reader, "read_docs", lambda *given: own(*given[:2], 6))

    own = reader.read_docs
    nlp = student(encoder_folder, losses=CONTRASTS)
    training = Training(tmp_path, nlp, docs=make_bitexts() * 25, max_epochs=2, max_steps=0)
    statuses = training.run(2, before=read_less, accumulate_gradient=2, eval_frequency=20)
    assert statuses == [0, 0], training.log(0) + training.log(1)
    # Three documents of one rank are two batches, fifty of the other 25.
    assert [(row["epoch"], row["step"]) for row in training.rows(2)] == [(0, 0), (0, 20), (1, 40)]


def test_all_stop_when_the_score_rises_no_more(tmp_path):
    training = Training(tmp_path, small(), max_steps=0, eval_frequency=4)
    assert training.run(2, patience=8) == [0, 0], training.log(0) + training.log(1)
    rows = training.rows(2)
    best = max(rows, key=lambda row: (row["score"], -row["step"]))
    assert rows[-1]["step"] == best["step"] + 8


def die(*given):
    os.kill(os.getpid(), signal.SIGKILL)


def lose_numbers(self, *given):
    found = own_losses(self, *given)
    return replace(found, values={"entity": float("nan")})


def spoil_gradients(self, *given):
    self.model.get_ref("output_layer").inc_grad("b", np.full(7, np.inf, dtype="f"))
    return own_losses(self, *given)


own_losses = ConCNER.get_losses
WAYS = {
    "killed": (die, [1, -9], ["C660.*connection", "Rank 1|^"]),
    "loss": (lose_numbers, [1, 1], ["C660.*rank 1 told.*C052", "C052.*step 3"]),
    "gradient": (spoil_gradients, [1, 1], ["C668.*step 3", "C668.*step 3"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_rank_that_ends_ends_all_and_keeps_the_models(tmp_path, encoder_folder, way):
    fault, ends, told = WAYS[way]
    written = tmp_path / "written"

    def prepare(rank):
        own_to_disk = Language.to_disk
        Language.to_disk = lambda *given, **more: (
            written.open("a").write(f"{rank}"),
            own_to_disk(*given, **more),
        )
        if rank == 1:
            ConCNER.get_losses = lambda self, *given: (fault if self._steps == 3 else own_losses)(
                self, *given
            )

    training = Training(tmp_path, student(encoder_folder), max_steps=9)
    assert training.run(2, before=prepare) == ends, training.log(0) + training.log(1)
    for rank in (0, 1):
        assert re.search(told[rank], training.log(rank).replace("\n", " ")), training.log(rank)
    # After the evaluations of steps 0 and 2.
    assert written.read_text() == "00"
    for name in ("model-best", "model-last"):
        assert spacy.load(tmp_path / "2 ranks" / name)("Anna Berg").has_annotation("ENT_IOB")


REFUSED = {
    "C662": {"corpora": {"train": {"@readers": "spacy.Corpus.v1", "path": "train.spacy"}}},
    "C663": {"training": {"optimizer": {"@optimizers": "Adam.v1"}}},
    "C667": {
        "training": {
            "before_update": {"@callbacks": "spacy-concner.checkpoint.v1", "path": "checkpoint"}
        }
    },
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_ranks_cannot_do_is_refused(tmp_path, code, monkeypatch):
    monkeypatch.chdir(tmp_path)
    training = Training(tmp_path, small())
    for section, changes in REFUSED[code].items():
        training.config[section] |= changes
    assert training.run(2) == [1, 1]
    assert code in training.log(0) and code in training.log(1)
    assert not list((tmp_path / "2 ranks").iterdir())


def test_a_corpus_too_small_for_the_ranks(tmp_path):
    training = Training(tmp_path, small(), docs=make_sentences()[:1])
    assert training.run(2) == [1, 1]
    assert "C660" in training.log(0) and "C664" in training.log(1)
    assert re.search("C660.*rank 1 told.*C664", training.log(0).replace("\n", " "))


def test_torchrun_starts_spacy_train(tmp_path):
    training = Training(tmp_path, small(), max_steps=2)
    training.config.to_disk(tmp_path / "train.cfg")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    done = subprocess.run(
        [*torchrun, "-m", "spacy", "train", "train.cfg", "--output", "out"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout
    # One rank has shown and written.
    assert done.stdout.count("Saved pipeline") == done.stdout.count("LOSS") == 1
    assert (tmp_path / "out" / "model-best").is_dir()
