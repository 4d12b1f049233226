import json
import subprocess
import sys
from pathlib import Path

import pytest
import srsly

from bench.accuracy import END, METHODS, START, write_table
from scripts.check_sample import check, count
from scripts.for_each import expand, main
from scripts.summary import summarise
from scripts.write_meta import make_meta

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "assets" / "sample"


def test_the_sample_is_sound():
    assert check(SAMPLE) == []
    counts = count(SAMPLE)
    assert counts["train"] + counts["dev"] + counts["test"] >= 240
    assert min(counts["PER"], counts["LOC"], counts["ORG"]) >= 100


def test_a_broken_sample_is_found(tmp_path):
    for path in SAMPLE.glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    lines = (SAMPLE / "test.jsonl").read_text("utf8").splitlines()
    broken = next(json.loads(line) for line in lines if json.loads(line)["segments"][0]["spans"])
    broken["segments"][1]["spans"] = []
    broken["segments"][0]["spans"][0]["end"] -= 1
    lines = [*lines, json.dumps(broken)]
    (tmp_path / "test.jsonl").write_text("\n".join(lines), encoding="utf8")
    problems = "\n".join(check(tmp_path))
    assert "entity types differ" in problems
    assert "does not lie on token boundaries" in problems
    assert "stands already at test.jsonl" in problems


def test_for_each(capfd):
    assert expand(["python", "-m", "x", "{lang}.json"], "bg")[1:] == ["-m", "x", "bg.json"]
    program = "import sys; print(sys.argv[1]); sys.exit(sys.argv[1] == 'de')"
    assert main(["bg de hu", "--", "python", "-c", program, "{lang}"]) == 1
    printed = [line for line in capfd.readouterr().out.splitlines() if line in ("bg", "de", "hu")]
    assert printed == ["bg", "de"]
    assert main(["bg"]) == 2


def test_meta_carries_scores_sources_and_licences():
    sources = [{"name": "mine", "author": "me", "license": "CC BY 4.0", "url": ""}]
    encoder = {"source": "multilingual-e5-small-q4", "licence": "MIT", "origin": "https://x.org"}
    meta = make_meta("bg", "1.2.3", {"ents_f": 0.5}, sources, encoder)
    assert (meta["name"], meta["version"]) == ("concner_bg", "1.2.3")
    assert meta["performance"]["ents_f"] == 0.5
    assert [source["name"] for source in meta["sources"]] == ["mine", "multilingual-e5-small-q4"]
    assert meta["license"] == "CC BY 4.0, MIT"


def test_summary(tmp_path):
    for role, f_score in (("teacher", 0.5), ("student", 0.625)):
        scores = {"ents_p": 0.5, "ents_r": None, "ents_f": f_score}
        srsly.write_json(tmp_path / f"{role}.bg.json", scores)
    assert summarise(tmp_path, ["bg"]) == [
        ["bg", "teacher", "50.0", "0.0", "50.0"],
        ["bg", "student", "50.0", "0.0", "62.5"],
    ]


@pytest.mark.parametrize("seeds", [[1], [1, 2]])
def test_table_of_the_bench(tmp_path, seeds):
    rows = [
        {
            "method": method,
            "language": language,
            "seed": seed,
            "f1": 60.0 + seed,
            "limit": 0,
            "seconds": 5.0,
            "versions": {"torch": "2"},
            "machine": "test",
        }
        for method in METHODS
        for language in ("de", "bg", "pt", "hu")
        for seed in seeds
    ]
    page = tmp_path / "table.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n", encoding="utf8")
    write_table(rows, 0, page)
    write_table(rows, 0, page)
    text = page.read_text("utf8")
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert text.count("| direct transfer |") == 1
    cell = "61.0" if len(seeds) == 1 else "61.5 ± 0.7"
    mean = "61.0" if len(seeds) == 1 else "61.5"
    assert f"| ConCNER student |  | {cell} | {cell} | {cell} | {cell} | {mean} | 5 |" in text


def test_scripts_show_their_usage():
    for script in ("summary.py", "write_meta.py"):
        result = subprocess.run(
            [sys.executable, ROOT / "scripts" / script, "--help"], capture_output=True, text=True
        )
        assert result.returncode == 0 and "Usage" in result.stdout
