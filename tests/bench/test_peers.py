"""What the bench of peers counts and shows."""

import pytest
from peers import judge, linked_size
from peers_tables import COSTS, NO_WEIGHTS, cost_table, draw_peers, points_of, score_table
from peers_training import tok2vec_config, transformer_config
from rows import Rows

PERSON, PLACE = (0, 5, "PER"), (9, 15, "LOC")


def test_entities_are_judged_by_characters_and_types():
    found = [[(*PERSON, 0.75), (9, 15, "ORG", 0.25)], []]
    judged = judge(found, [{PERSON, PLACE}, set()])
    assert judged["value"] == pytest.approx(50.0)
    # Right where it is sure by three quarters, wrong where by one.
    assert judged["ece"] == pytest.approx(0.25)
    assert judged["low"] <= 50.0 <= judged["high"]


def test_without_probabilities_there_is_no_calibration():
    judged = judge([[(*PERSON, None)]], [{PERSON}])
    assert judged["value"] == 100.0 and judged["ece"] is None


def test_links_count_with_what_they_link_to(tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "code.py").write_text("pass")
    site = tmp_path / "site"
    site.mkdir()
    (site / "package").symlink_to(tmp_path / "package")
    (site / "gone").symlink_to(tmp_path / "gone")
    assert linked_size(site) == len("pass")


def test_tables_show_what_is_there_and_say_what_is_not(tmp_path):
    rows = Rows(tmp_path / "peers.jsonl", limit=1000)
    score = {"value": 71.25, "low": 69.0, "high": 73.0, "ece": 0.05}
    rows.add({"peer": "base", "figure": "f1", "language": "de", **score})
    score = {"value": 60.0, "low": 58.0, "high": 62.0, "ece": None}
    rows.add({"peer": "spacy_tok2vec", "figure": "f1", "language": "de", **score})
    rows.add({"peer": "gliner", "figure": "missing", "value": NO_WEIGHTS})
    rows.add({"peer": "gliner", "figure": "installed_mb", "value": 1085.2})
    rows.add({"peer": "spacy_tok2vec", "figure": "steps", "value": 12})
    header, _, *lines = score_table(rows)
    assert "F1 de | ECE de" in header and len(lines) == 3
    assert "71.2 [69.0, 73.0] | 0.050" in lines[0]
    assert "| 12 | 60.0 [58.0, 62.0] | none" in lines[1]
    assert NO_WEIGHTS in lines[2]
    table = "\n".join(cost_table(rows))
    assert "| GLiNER |  |  |  | 1,085 |  |" in table
    assert all(words in table for words, _ in COSTS.values())


def test_the_picture_shows_those_of_which_all_is_known(tmp_path):
    rows, path = Rows(tmp_path / "peers.jsonl", limit=1000), tmp_path / "peers.svg"
    for peer, f1, speed, size in (("base", 70, 3000, 46), ("small", 68, 30000, 12)):
        draw_peers(rows, path)
        assert not path.exists()
        for language in ("de", "pt"):
            row = {"peer": peer, "figure": "f1", "language": language, "value": f1}
            rows.add({**row, "low": 0, "high": 100, "ece": None})
        rows.add({"peer": peer, "figure": "words_per_second", "value": speed})
        rows.add({"peer": peer, "figure": "model_mb", "value": size})
    row = {"peer": "span_marker", "figure": "f1", "language": "de", "value": 50}
    rows.add({**row, "low": 0, "high": 100, "ece": None})
    rows.add({"peer": "span_marker", "figure": "words_per_second", "value": 40})
    assert [(point.name, point.f1) for point in points_of(rows)] == [("base", 70), ("small", 68)]
    draw_peers(rows, path)
    assert "F1 68.0, 30,000 words/s, 12 MB" in path.read_text("utf8")


def test_stock_configs_are_spacys_own(tmp_path):
    config = transformer_config(tmp_path / "encoder", 20)
    assert config["nlp"]["pipeline"] == ["transformer", "ner"]
    assert config["components"]["transformer"]["model"]["name"] == str(tmp_path / "encoder")
    assert config["training"]["max_steps"] == 20
    assert config["training"]["optimizer"]["learn_rate"]["total_steps"] == 20
    assert "concner" not in config.to_str()
    config = tok2vec_config(20)
    assert config["nlp"]["pipeline"] == ["tok2vec", "ner"]
    assert config["training"]["max_steps"] == config["training"]["eval_frequency"] == 20
