import io

import pytest
import spacy
import srsly
from spacy.cli.train import train
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_loop

from spacy_concner.training.logger import create_console_logger, loss_columns
from tests.sentences import write_corpus
from tests.tiny_pipelines import training_config

LOSSES = {
    "entity": {"@losses": "spacy-concner.EntityCrossEntropy.v1"},
    "translation_contrast": {"@losses": "spacy-concner.TranslationContrast.v1"},
}


@pytest.fixture
def corpora(bitexts, tmp_path):
    return write_corpus(bitexts, tmp_path / "train.spacy"), write_corpus(
        bitexts, tmp_path / "dev.spacy"
    )


@pytest.fixture
def nlp(tiny_config):
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner", config=tiny_config(losses=LOSSES))
    nlp.add_pipe("ner")
    return nlp


def log(nlp, rows, **settings) -> str:
    """Show rows as the training loop does and give what is printed."""
    out, err = io.StringIO(), io.StringIO()
    log_step, finalize = create_console_logger(**settings)(nlp, out, err)
    for row in rows:
        log_step(row)
    finalize()
    return out.getvalue()


def row(**changes) -> dict:
    return {
        "epoch": 0,
        "step": 2,
        "score": 0.5,
        "other_scores": {"ents_f": 0.25, "ents_p": 0.5, "ents_r": None, "speed": 1234.0},
        "losses": {"concner": 3.5, "concner_entity": 3.0, "concner_translation_contrast": 5.0},
        "checkpoints": [],
        "seconds": 1,
        "words": 10,
        **changes,
    }


def test_columns(nlp):
    assert loss_columns(nlp) == ["concner", "concner_entity", "concner_translation_contrast", "ner"]


def test_single_loss_has_no_column_of_its_own(tiny_config):
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner", config=tiny_config())
    nlp.add_pipe("concner", name="second", config=tiny_config(losses=LOSSES))
    assert loss_columns(nlp) == [
        "concner",
        "second",
        "second_entity",
        "second_translation_contrast",
    ]


def test_table(nlp):
    nlp.config["training"]["score_weights"] |= {"ents_p": None, "speed": 0.0}
    head, _, line, *rest = log(nlp, [row(), None, None]).splitlines()
    columns = [column.lower() for column in head.split("  ") if column.strip()]
    assert [column.strip() for column in columns] == [
        "e",
        "#",
        "loss concner",
        "entity",
        "translation_contrast",
        "loss ner",
        "ents_f",
        "ents_r",
        "speed",
        "score",
    ]
    assert line.split() == "0 2 3.50 3.00 5.00 0.00 25.00 0.00 1234.00 0.50".split()
    assert "s a step" in rest[-1]


def test_file_holds_every_row_as_json(nlp, tmp_path):
    path = tmp_path / "new folder" / "metrics.jsonl"
    printed = log(
        nlp, [row(), None, row(step=4)], console_output=False, output_file=path, progress_bar=True
    )
    assert printed == ""
    first, second = srsly.read_jsonl(path)
    assert (first["step"], second["step"], first["epoch"], first["score"]) == (2, 4, 0, 0.5)
    assert first["losses"] == {**row()["losses"], "ner": 0.0}
    log(nlp, [row(step=6)], output_file=str(path))
    (only,) = srsly.read_jsonl(path)
    assert only["step"] == 6
    assert only["scores"] == {"ents_f": 25.0, "ents_r": None, "ents_p": 50.0}


def test_progress_goes_to_a_terminal_only(nlp):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    shown = {}
    for stream in (Terminal(), io.StringIO()):
        log_step, finalize = create_console_logger(progress_bar=True)(nlp, io.StringIO(), stream)
        log_step(row())
        log_step(None)
        log_step(row())
        finalize()
        shown[type(stream)] = stream.getvalue()
    assert "Epoch 1" in shown[Terminal]
    assert shown[io.StringIO] == ""


@pytest.mark.slow
def test_trains_beside_stock_components(nlp, corpora, tmp_path, capsys):
    metrics = tmp_path / "metrics.jsonl"
    logger = {
        "@loggers": "spacy-concner.ConsoleLogger.v1",
        "progress_bar": True,
        "output_file": str(metrics),
    }
    nlp.add_pipe("sentencizer", first=True)
    config = training_config(nlp, *corpora, logger=logger)
    config["training"]["score_weights"] |= {f"sents_{score}": None for score in "fpr"}
    config.to_disk(tmp_path / "config.cfg")
    train(tmp_path / "config.cfg", tmp_path / "output")
    rows = list(srsly.read_jsonl(metrics))
    assert [line["step"] for line in rows] == [0, 2, 4]
    for line in rows:
        losses = line["losses"]
        assert set(losses) == {*loss_columns(nlp)}
        assert min(losses.values()) > 0
        expected = losses["concner_entity"] + 0.1 * losses["concner_translation_contrast"]
        assert losses["concner"] == pytest.approx(expected, rel=1e-4)
        assert set(line["scores"]) == {"ents_f", "ents_p", "ents_r"}
    printed = capsys.readouterr().out
    assert "translation_contrast" in printed.lower() and "Saved pipeline" in printed
    meta = srsly.read_json(tmp_path / "output" / "model-last" / "meta.json")
    assert meta["performance"]["concner_loss"] > 0
    assert spacy.load(tmp_path / "output" / "model-best").pipe_names == [
        "sentencizer",
        "concner",
        "ner",
    ]


@pytest.mark.slow
def test_accumulated_steps_show_the_losses_of_the_whole_batch(tiny_config, corpora, tmp_path):
    shown = {}
    for parts in (1, 2):
        nlp = spacy.blank("xx")
        nlp.add_pipe("concner", config=tiny_config())
        path = tmp_path / f"{parts}.jsonl"
        logger = {
            "@loggers": "spacy-concner.ConsoleLogger.v1",
            "console_output": False,
            "output_file": str(path),
        }
        config = training_config(
            nlp, *corpora, logger=logger, accumulate_gradient=parts, dropout=0.0, max_steps=6
        )
        trained = init_nlp(config)
        train_loop(trained, stdout=io.StringIO(), stderr=io.StringIO())
        shown[parts] = [line["losses"]["concner"] for line in srsly.read_jsonl(path)]
    assert shown[2] == pytest.approx(shown[1], rel=1e-2)
    assert shown[1][-1] < shown[1][1]
