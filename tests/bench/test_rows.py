"""Files of results: a row a line, made with one thing."""

import json

import pytest
from rows import Rows, made_with


def test_provenance_stands_once_and_a_row_a_line(tmp_path):
    rows = Rows(tmp_path / "made" / "rows.jsonl", limit=5)
    rows.add({"method": "direct", "f1": 1 / 3})
    rows.add({"method": "concner", "f1": 60.0, "language": "bg"})
    first, *others = rows.path.read_text("utf8").splitlines()
    assert others == [
        '{"method": "direct", "f1": 0.333333}',
        '{"method": "concner", "f1": 60.0, "language": "bg"}',
    ]
    provenance = json.loads(first)["provenance"]
    assert provenance["limit"] == 5 and "spacy" in provenance["versions"]
    assert made_with(provenance).endswith(f"no GPU; {provenance['date']}")
    assert provenance == rows.provenance
    assert made_with({"date": "2026-11-21"}) == "2026-11-21"


def test_a_run_finds_the_rows_of_another(tmp_path):
    ours, theirs = Rows(tmp_path / "rows.jsonl"), Rows(tmp_path / "rows.jsonl")
    assert ours.find(method="direct") is None
    theirs.add({"method": "direct", "seed": 1})
    assert ours.find(method="direct", seed=1) == {"method": "direct", "seed": 1}
    assert ours.find(method="direct", seed=2) is None


def test_a_row_takes_the_place_of_one_with_the_same_keys(tmp_path):
    rows = Rows(tmp_path / "rows.jsonl")
    for name, value in (("a", 1), ("b", 2), ("a", 3)):
        rows.put({"name": name, "value": value}, "name")
    assert rows.read() == [{"name": "b", "value": 2}, {"name": "a", "value": 3}]


def test_rows_made_with_something_else_are_not_mixed(tmp_path, capsys):
    Rows(tmp_path / "rows.jsonl", limit=5).add({"f1": 1})
    before = (tmp_path / "rows.jsonl").read_bytes()
    for write in (Rows.add, Rows.put):
        with pytest.raises(SystemExit):
            write(Rows(tmp_path / "rows.jsonl", limit=6), {"f1": 2})
    assert (tmp_path / "rows.jsonl").read_bytes() == before
    assert "--results" in capsys.readouterr().out
