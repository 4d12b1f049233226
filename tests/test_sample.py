"""The sample corpus is sound.

Every bitext has the languages in the same order and the same entities by type in each, spans lie
on token boundaries, and no sentence stands twice: neither within a split nor across splits, nor
among the raw sentences.
"""

import json
from collections import Counter
from pathlib import Path

import spacy

SAMPLE = Path(__file__).parents[1] / "assets" / "sample"
LANGUAGES = ["en", "bg", "de", "hu"]
SPLITS = ["train", "dev", "test"]
MINIMUM_BITEXTS = 240
MINIMUM_RAW = 150


def find_problems(folder: Path) -> list[str]:
    """Check the sample.

    folder (Path): Folder with `train.jsonl`, `dev.jsonl`, `test.jsonl` and `raw.LANG.txt`.
    RETURNS (list[str]): What is wrong, one line each; nothing if all is well.
    """
    problems: list[str] = []
    nlp = spacy.blank("xx")
    seen: dict[tuple[str, str], str] = {}
    n_bitexts = 0

    def add(place: str, language: str, text: str) -> None:
        key = (language, " ".join(text.lower().split()))
        if key in seen:
            problems.append(f"{place}: stands already at {seen[key]}: {text}")
        seen[key] = place

    for split in SPLITS:
        for number, line in enumerate((folder / f"{split}.jsonl").open(encoding="utf8"), 1):
            place = f"{split}.jsonl:{number}"
            segments = json.loads(line)["segments"]
            n_bitexts += 1
            if [segment["lang"] for segment in segments] != LANGUAGES:
                problems.append(f"{place}: languages are not {LANGUAGES}")
            types = [sorted(span["label"] for span in s["spans"]) for s in segments]
            if any(found != types[0] for found in types):
                problems.append(f"{place}: entity types differ: {types}")
            for segment in segments:
                add(place, segment["lang"], segment["text"])
                doc = nlp.make_doc(segment["text"])
                for span in segment["spans"]:
                    if doc.char_span(span["start"], span["end"]) is None:
                        text = segment["text"][span["start"] : span["end"]]
                        problems.append(f"{place}: {text!r} does not lie on token boundaries")
    if n_bitexts < MINIMUM_BITEXTS:
        problems.append(f"{n_bitexts} bitexts, fewer than {MINIMUM_BITEXTS}")
    for language in LANGUAGES[1:]:
        lines = (folder / f"raw.{language}.txt").read_text("utf8").splitlines()
        if len(lines) < MINIMUM_RAW:
            problems.append(f"raw.{language}.txt: {len(lines)} lines, fewer than {MINIMUM_RAW}")
        for number, text in enumerate(lines, 1):
            add(f"raw.{language}.txt:{number}", language, text)
    return problems


def count(folder: Path) -> Counter[str]:
    """Count bitexts by split and English entities by type."""
    counts: Counter[str] = Counter()
    for split in SPLITS:
        for line in (folder / f"{split}.jsonl").open(encoding="utf8"):
            counts[split] += 1
            counts.update(span["label"] for span in json.loads(line)["segments"][0]["spans"])
    return counts


def test_the_sample_is_sound():
    assert find_problems(SAMPLE) == []
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
    problems = "\n".join(find_problems(tmp_path))
    assert "entity types differ" in problems
    assert "does not lie on token boundaries" in problems
    assert "stands already at test.jsonl" in problems
