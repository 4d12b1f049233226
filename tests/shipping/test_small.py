"""Small pipelines learn what their teacher says, need no torch, and behave like any of spaCy's."""

import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import spacy
import srsly
from spacy.tokens import DocBin
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from spacy_concner.encoding.convolutional import words
from spacy_concner.errors import ConcnerError
from spacy_concner.projects.template import CONFIGS, template_folder
from spacy_concner.shipping.card import write_card
from spacy_concner.shipping.comparison import RECORD_FILE
from spacy_concner.shipping.small import (
    FEWEST_STEPS,
    MOST_STEPS,
    WORDS_A_STEP,
    make_small,
    plan_steps,
)
from tests.sentences import SENTENCES, labelled_doc

pytestmark = pytest.mark.slow
CONFIG = template_folder() / CONFIGS / "small.cfg"
NAMES = ["Anna Berg", "Paul Novak", "The Red Cross", "Nothing", "Паул Новак", "東京 שלום"]
TEXTS = ["Anna Berg lives in Sofia.", "", " \n ", "Paul Novak met Anna \ud83d", "Ω " * 3000]


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """Sentences without labels, in two files."""
    folder = tmp_path_factory.mktemp("raw")
    vocab = spacy.blank("xx").vocab
    for name in ("a", "b"):
        docs = [labelled_doc(vocab, tokens, None) for tokens, _ in SENTENCES * 20]
        DocBin(docs=docs).to_disk(folder / f"{name}.spacy")
    return folder


@pytest.fixture(scope="module")
def made(raw, shipped_folder, tmp_path_factory):
    """A small pipeline, and the report."""
    folder = tmp_path_factory.mktemp("small") / "bg"
    settings = {"languages": ["bg", "de"], "config": CONFIG, "steps": 40, "progress": False}
    return folder, make_small(raw, folder, shipped_folder, **settings)


def test_it_names_no_folder_of_its_training(made):
    folder, _ = made
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if str(folder.parent).encode() in path.read_bytes()]


def read(nlp, texts=TEXTS, **settings):
    return [[(e.text, e.label_) for e in doc.ents] for doc in nlp.pipe(texts, **settings)]


def test_it_finds_what_its_teacher_finds(made, shipped_folder):
    folder, report = made
    nlp = spacy.load(folder)
    assert read(nlp)[0] == read(spacy.load(shipped_folder))[0]
    assert read(nlp)[0] == [("Anna Berg", "PER"), ("Sofia", "LOC")]
    assert report.agreement > 0.9 and report.held_out == 8
    # Each twentieth sentence is held out, the last of the four.
    n_words = [len(tokens) for tokens, _ in SENTENCES]
    assert report.raw_words == 40 * sum(n_words) - 8 * n_words[3]
    assert report.words_small > 0 and 0 < report.bytes_small
    assert srsly.read_json(folder / RECORD_FILE)["agreement"] == report.agreement
    assert nlp.meta["name"] == "concner_bg_sm" and report.languages == ["bg", "de"]


def test_nothing_of_the_training_is_left(made):
    assert {path.name for path in made[0].iterdir() if path.is_dir()} == {"concner", "vocab"}
    config = (made[0] / "config.cfg").read_text("utf8")
    assert "Distillation" not in config and "load_pieces" not in config
    assert "transformer" not in config and "CompactEncoder" not in config


def test_as_any_pipeline(made):
    nlp = spacy.load(made[0])
    expected = read(nlp)
    assert [[(e.text, e.label_) for e in nlp(text).ents] for text in TEXTS] == expected
    assert read(nlp, batch_size=1) == expected
    assert read(nlp, n_process=2) == expected
    assert read(pickle.loads(pickle.dumps(nlp))) == expected
    other = spacy.blank("xx")
    other.add_pipe("concner", source=nlp)
    assert read(other, TEXTS[:3]) == expected[:3]
    with nlp.memory_zone():
        assert read(nlp) == expected
    assert read(nlp) == expected


def test_threads_find_what_one_caller_finds(made, monkeypatch):
    # So that they forget words all the time.
    monkeypatch.setattr(words, "MOST_WORDS", 8)
    texts = [f"{who} lives in {where}." for who in NAMES for where in ("Sofia", "Berlin", "Ω")]
    expected = read(spacy.load(made[0]), texts)
    nlp = spacy.load(made[0])
    barrier = Barrier(8)

    def work(number):
        barrier.wait(60)
        return read(nlp, texts, batch_size=1 + number)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8))) == [expected] * 8


def test_a_changed_file_is_told(made, tmp_path):
    folder = shutil.copytree(made[0], tmp_path / "changed")
    model = folder / "concner" / "model"
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)
    with pytest.raises(ConcnerError, match=r"C607.*concner.model"):
        spacy.load(folder)


def test_card_tells_the_size_and_what_stands_beside(made, tmp_path):
    scores = {"ents_p": 0.5, "ents_r": 0.5, "ents_f": 0.5, "ents_per_type": {}}
    for name in ("small", "base"):
        srsly.write_json(tmp_path / f"{name}.json", scores)
        scores = {**scores, "ents_f": 0.625}
    meta = write_card(
        made[0],
        language="bg",
        version="1.0",
        output=tmp_path / "carded",
        scores=tmp_path / "small.json",
        beside={"base": tmp_path / "base.json"},
    )
    assert meta["concner"]["small"]["held_out"] == 8
    assert meta["concner"]["beside"] == {"base": {"ents_p": 0.5, "ents_r": 0.5, "ents_f": 0.625}}
    card = (tmp_path / "carded" / "README.md").read_text("utf8")
    assert "| size base, for comparison | 50.0 | 50.0 | 62.5 |" in card
    assert "on 8 sentences" in card.lower() and "| loss" not in card
    assert read(spacy.load(tmp_path / "carded"))[0] == [("Anna Berg", "PER"), ("Sofia", "LOC")]


def test_what_cannot_be(raw, student, shipped_folder, tmp_path):
    few = tmp_path / "few.spacy"
    DocBin(docs=[labelled_doc(spacy.blank("xx").vocab, ["Anna"], None)]).to_disk(few)
    for code, changes in {
        "C545": {"languages": []},
        "C216": {"languages": ["bulgarian"]},
        "C217": {"config": tmp_path / "none.cfg"},
        r"C554.*no paths\.pieces": {"config": CONFIG.with_name("student.cfg")},
        "C554": {"config": few},
        "C406": {"steps": -1},
        "C553": {"raw": few},
        "C142": {"raw": tmp_path / "none.spacy"},
        "C515": {"teacher": "none"},
        "C329": {"teacher": student},
        "C407": {"output": raw / "out"},
    }.items():
        given = {"raw": raw, "output": tmp_path / "out", "teacher": shipped_folder}
        given |= {"languages": ["bg"], "config": CONFIG, "progress": False, **changes}
        with pytest.raises(ConcnerError, match=code):
            make_small(**given)
    assert not (tmp_path / "out").exists()


def test_steps_by_the_amount_of_text():
    assert plan_steps(0) == FEWEST_STEPS and plan_steps(10**9) == MOST_STEPS
    assert FEWEST_STEPS < plan_steps(200 * WORDS_A_STEP) < MOST_STEPS


def test_command_line(raw, made, shipped_folder, tmp_path):
    output = tmp_path / "out"
    arguments = ["small", raw, output, "--teacher", shipped_folder, "--lang", "bg de"]
    arguments += ["--steps", 2, "--limit", 120]
    result = CliRunner().invoke(concner_cli, [str(part) for part in arguments])
    assert result.exit_code == 0, result.output
    printed = " ".join(result.output.split())
    assert "On 6 sentences that it has not seen" in printed and "small" in printed
    places = [
        printed.index(stage)
        for stage in (
            "Find the teacher's entities in 6 sentences held out",
            "Let the teacher label",
            "Take vectors of word pieces",
            "Train on what it says: 2 steps",
            "Compare both on the 6 sentences held out",
        )
    ]
    assert places == sorted(places)
    again = CliRunner().invoke(concner_cli, [str(part) for part in arguments])
    assert again.exit_code == 1 and "C128" in again.output
