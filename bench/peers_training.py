"""Trainings of the peers: spaCy's own `ner` in two shapes, and SpanMarker."""

import time
from pathlib import Path
from typing import Any

import spacy
from harness import CONFIGS
from spacy.cli.init_config import init_config
from spacy.util import load_config
from thinc.api import Config

from spacy_concner.corpora.reader import read_docs

# Of the training of our teachers: spaCy's own is made for a GPU and for twenty thousand steps.
SAME = ("batcher", "optimizer", "dropout", "accumulate_gradient")
# What a model of SpanMarker is given at most: pieces of a text, markers, words of an entity.
LENGTHS = {"model_max_length": 128, "marker_max_length": 128, "entity_max_length": 8}
BATCH_SIZE = 4
LEARN_RATE = 1e-4


def transformer_config(encoder: Path, steps: int) -> Config:
    """Give spaCy's config for `ner` on a transformer, with batches and rates of our teachers."""
    config = init_config(lang="xx", pipeline=["ner"], optimize="accuracy", gpu=True)
    config["components"]["transformer"]["model"]["name"] = str(encoder)
    ours = load_config(CONFIGS / "direct.cfg", interpolate=False)["training"]
    training = config["training"]
    training.update({name: ours[name] for name in SAME})
    training["optimizer"]["learn_rate"].update(total_steps=steps, warmup_steps=steps // 10)
    training.update(max_steps=steps, eval_frequency=max(1, steps // 4), patience=0)
    return config


def tok2vec_config(steps: int) -> Config:
    """Give spaCy's config for `ner` on `tok2vec`, with so many steps."""
    config = init_config(lang="xx", pipeline=["ner"], optimize="efficiency", gpu=False)
    config["training"].update(max_steps=steps, eval_frequency=steps, patience=0)
    return config


def train_span_marker(
    encoder: Path, corpus: Path, output: Path, steps: int, seconds: float, seed: int
) -> int:
    """Train SpanMarker on labelled text.

    encoder (Path): Encoder folder.
    corpus (Path): Labelled corpus.
    output (Path): Folder for the model.
    steps (int): Steps to make at most.
    seconds (float): Time of a core after which it ends with the steps that it has made.
    seed (int): Seed.
    RETURNS (int): Steps that were made.
    """
    from datasets import Dataset
    from span_marker import SpanMarkerModel, Trainer
    from transformers import TrainerCallback, TrainingArguments, set_seed

    docs = [doc for doc in read_docs(corpus, spacy.blank("xx")) if len(doc)]
    tags = [[f"{t.ent_iob_}-{t.ent_type_}" if t.ent_type_ else "O" for t in doc] for doc in docs]
    labels = ["O", *sorted({tag for row in tags for tag in row} - {"O"})]
    numbers = {label: number for number, label in enumerate(labels)}
    data = Dataset.from_dict(
        {
            "tokens": [[token.text for token in doc] for doc in docs],
            "ner_tags": [[numbers[tag] for tag in row] for row in tags],
        }
    )
    begin = time.process_time()

    class Clock(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if time.process_time() - begin > seconds:
                control.should_training_stop = True

    set_seed(seed)
    model = SpanMarkerModel.from_pretrained(str(encoder), labels=labels, **LENGTHS)
    arguments = TrainingArguments(
        output_dir=str(output.with_name(f"{output.name}-checkpoints")),
        learning_rate=LEARN_RATE,
        warmup_ratio=0.1,
        per_device_train_batch_size=BATCH_SIZE,
        max_steps=steps,
        save_strategy="no",
        report_to=[],
        seed=seed,
        use_cpu=True,
        disable_tqdm=True,
    )
    trainer = Trainer(model=model, args=arguments, train_dataset=data, callbacks=[Clock()])
    trainer.train()
    model.save_pretrained(str(output))
    return int(trainer.state.global_step)
