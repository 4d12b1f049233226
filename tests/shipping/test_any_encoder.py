"""A student on an encoder that CTranslate2 does not know: trained, shipped and installed."""

import subprocess
import sys
from pathlib import Path

import pytest
import spacy
import srsly
from lean import lean_command, make_lean_site
from spacy.cli.package import get_meta
from spacy.cli.train import train

from spacy_concner.errors import ConcnerError
from spacy_concner.shipping.ship import RECORD_FILE, ship
from tests.encoding.modern_encoders import make_folder

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
TEXTS = ["Anna Berg lives in Sofia.", "", "The Red Cross works in Berlin", "Paul Novak met Anna"]


@pytest.fixture(scope="module")
def modern_student(corpus, tmp_path_factory):
    """Folder of a student that `spacy train` has made with the config for labelled text."""
    folder = tmp_path_factory.mktemp("modern")
    encoder = make_folder("ModernBert", "byte level", folder / "encoder", num_hidden_layers=3)
    overrides = {
        "paths.train": str(corpus),
        "paths.dev": str(corpus),
        "paths.encoder": str(encoder),
        "training.max_steps": 60,
        "training.eval_frequency": 30,
        "training.optimizer.learn_rate.total_steps": 80,
        "training.optimizer.learn_rate.warmup_steps": 5,
        "training.optimizer.learn_rate.initial_rate": 0.005,
        "training.logger.progress_bar": False,
        "initialize.after_init.frozen_layers": 1,
        "initialize.after_init.freeze_embeddings": False,
    }
    train(ROOT / "configs/direct.cfg", folder / "trained", overrides=overrides)
    return folder / "trained/model-best"


@pytest.fixture(scope="module")
def modern(modern_student, corpus, tmp_path_factory):
    """The shipped student and the report."""
    folder = tmp_path_factory.mktemp("modern-shipped") / "en"
    return folder, ship(modern_student, folder, ["en"], keep_from=[corpus], test=corpus)


def read(nlp, texts=TEXTS, **settings):
    return [[(e.text, e.label_) for e in doc.ents] for doc in nlp.pipe(texts, **settings)]


def test_predicts_what_the_student_does(modern_student, modern):
    folder, report = modern
    assert report.engines == srsly.read_json(folder / RECORD_FILE)["engines"] == ["onnx"]
    assert report.f1_before == report.f1_after == 1.0 and report.changed == 0
    assert report.score_difference < 0.1 and report.bytes_after < report.bytes_before
    before, after = read(spacy.load(modern_student)), spacy.load(folder)
    assert read(after) == before and before[0] == [("Anna Berg", "PER"), ("Sofia", "LOC")]
    # Sessions of the parent are none of the children's.
    assert read(after, TEXTS * 3, n_process=2, batch_size=4) == before * 3


def test_the_package_asks_for_the_engine(modern):
    meta = get_meta(modern[0], srsly.read_json(modern[0] / "meta.json"))
    assert "onnxruntime>=1.20" in meta["requirements"]


@pytest.mark.parametrize("engine", ["onnxruntime", None])
def test_runs_without_torch(modern, engine, tmp_path):
    site = make_lean_site(tmp_path / "site", *filter(None, [engine]))
    code = f"""
import spacy, importlib.util, sys
print([n for n in ("torch", "transformers", "onnx") if importlib.util.find_spec(n)])
nlp = spacy.load({str(modern[0])!r})
print([e.text for e in nlp("Anna Berg lives in Sofia.").ents], "ctranslate2" in sys.modules)
"""
    command = [sys.executable, "-W", "ignore", *lean_command(site, code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[0] == "[]"
    if engine:
        assert done.stdout.splitlines()[1] == "['Anna Berg', 'Sofia'] False", done.stderr
    else:
        assert "[C331]" in done.stderr and 'pip install "spacy-concner[onnx]"' in done.stderr


def test_engines_that_there_are(modern_student, tmp_path):
    with pytest.raises(ConcnerError, match="C547.*'tensorrt'.*auto, ctranslate2, onnx"):
        ship(modern_student, tmp_path / "a", ["en"], engine="tensorrt")
    with pytest.raises(ConcnerError, match="C320.*'modernbert'"):
        ship(modern_student, tmp_path / "b", ["en"], engine="ctranslate2")
    assert not list(tmp_path.iterdir())
