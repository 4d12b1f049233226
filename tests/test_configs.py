import re
from pathlib import Path

import pytest
import spacy
from spacy.cli.debug_config import debug_config
from spacy.cli.init_config import fill_config
from spacy.util import load_config

from spacy_concner.encoding.loading import create_check_encoder
from spacy_concner.errors import ConcnerError

ROOT = Path(__file__).parents[1]
CONFIGS = sorted((ROOT / "configs").glob("*.cfg"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_configs_are_whole_and_valid(path, tmp_path, capsys):
    debug_config(path, overrides={"paths.train": "train", "paths.dev": "dev"})
    assert "Config is valid" in capsys.readouterr().out
    before = load_config(path)
    _, filled = fill_config(tmp_path / "filled.cfg", path)
    assert set(filled["nlp"]) == set(before["nlp"])
    steps = before["training"]["optimizer"]["learn_rate"]["total_steps"]
    assert before["training"]["max_steps"] == steps


def test_configs_are_alike():
    # The evaluator stands where the tagger does, and has no losses to choose; students alone read
    # disturbed text.
    heads = r"^\[(?!components\.concner\.losses|corpora\.train\.augmenter).*\]$"
    # A network without an encoder has other parts.
    alike = [path for path in CONFIGS if path.stem != "small"]
    orders = {
        tuple(re.findall(heads, p.read_text().replace("ts.evaluator", "ts.concner"), re.M))
        for p in alike
    }
    assert len(alike) == 5 and len(orders) == 1


def test_missing_encoder(tmp_path):
    with pytest.raises(ConcnerError, match="C301.*spacy concner encoder"):
        create_check_encoder(str(tmp_path))(spacy.blank("xx"))


def test_encoder_in_place(encoder_folder):
    nlp = spacy.blank("xx")
    assert create_check_encoder(str(encoder_folder))(nlp) is nlp
