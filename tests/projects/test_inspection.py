"""What the files of a new project hold, what is wrong with them, and what looks odd."""

from pathlib import Path

import pytest
import srsly

from spacy_concner.projects.inspection import Given, inspect_files, inspect_parallel

LABELLED = "Anna\tB-PER\nlives\tO\nhere\tO\n\nRome\tB-LOC\nis\tO\nold\tO\n\n"


@pytest.fixture
def inspect(tmp_path):
    """Inspect files that are given by kind as text."""

    def run(skip_invalid=False, options=None, **texts):
        files = []
        for kind, text in texts.items():
            kind, _, language = kind.partition("_")
            # Raw text by name, and a table by content.
            kind, is_table = kind.removesuffix("x"), kind.endswith("x")
            suffix = (
                "txt"
                if kind == "raw" and not is_table
                else "jsonl"
                if text.startswith("{")
                else "tsv"
            )
            path = tmp_path / f"{kind}.{suffix}"
            path.write_text(text, encoding="utf8")
            files.append(Given(f"--{kind}", kind, path, language or "en"))
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        return inspect_files(files, scratch, options=options or {}, skip_invalid=skip_invalid)

    return run


def test_counts(inspect):
    found = inspect(labelled=LABELLED, raw_de="Das ist gut.\nDas auch.\n")
    labelled, raw = found.corpora
    assert (labelled.n_sentences, labelled.n_words) == (2, 6)
    assert dict(labelled.entities) == {"PER": 1, "LOC": 1}
    assert (raw.n_sentences, raw.n_words) == (2, 7)
    assert found.problems == []


def test_of_bitexts_the_source_is_counted(inspect):
    segments = [
        {"lang": "en", "text": "Anna is here.", "spans": [{"start": 0, "end": 4, "label": "PER"}]},
        {"lang": "bg", "text": "Ана е тук.", "spans": [{"start": 0, "end": 3, "label": "PER"}]},
    ]
    (corpus,) = inspect(labelled=srsly.json_dumps({"segments": segments}) + "\n").corpora
    assert corpus.is_bitexts and dict(corpus.entities) == {"PER": 1}
    assert (corpus.n_sentences, corpus.n_words) == (1, 4)


def test_all_problems_are_told_together(inspect, tmp_path):
    broken = "".join(
        f'{{"text": "Anna", "spans": [{{"start": {n}, "end": 9, "label": "A"}}]}}\n'
        for n in range(8)
    )
    found = inspect(labelled=broken, dev="Anna\tO\nlives\tO\n\n", raw_de="a\tb\nc\td\n")
    text = "\n".join(found.problems)
    assert len([p for p in found.problems if p.startswith("--labelled")]) == 4
    assert "labelled.jsonl, line 3" in text and "and 5 more such" in text
    assert "C620" in text and "dev.tsv" in text and "C622" in text and "raw.txt" in text
    missing = [Given("--raw", "raw", tmp_path / "none.txt", "de")]
    (problem,) = inspect_files(missing, tmp_path, options={}).problems
    assert "C217" in problem and "none.txt" in problem


def test_broken_records_are_left_out_on_request(inspect):
    row = '{{"text": "Anna", "spans": [{{"start": 0, "end": {end}, "label": "A"}}]}}\n'
    found = inspect(labelled=row.format(end=4) + row.format(end=9), skip_invalid=True)
    assert found.problems == [] and found.corpora[0].n_sentences == 1
    assert any("1 broken records left out" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    "texts, warning",
    [
        ({}, "PER has 1 examples"),
        ({"dev": "Berg\tB-MISC\nis\tO\n\n"}, "MISC only in"),
        ({"dev": LABELLED}, "2 of 2 sentences"),
        ({"raw_de": "Das ist gut.\n"}, "1 sentences: some thousand"),
        (
            {"raw_bg": "This is one of the houses that have been there.\n" * 30},
            "seems to be written in LATIN letters",
        ),
        ({"raw_de": "Das ist gut.\nDas\tauch.\nUnd das.\n"}, "tabs in 1 sentences"),
        ({"rawx_de": LABELLED}, "has labels, which are not read"),
    ],
)
def test_what_looks_odd(inspect, texts, warning):
    found = inspect(labelled=LABELLED, **texts)
    assert any(warning in text for text in found.warnings), found.warnings


def test_options_are_for_labelled_files_alone(inspect):
    text = LABELLED.replace("B-", "")
    found = inspect(labelled=text, raw_de="Das ist gut.\n", options={"scheme": "io"})
    assert found.problems == [] and dict(found.corpora[0].entities) == {"PER": 1, "LOC": 1}


def test_parallel_text(inspect, tmp_path):
    found = inspect(labelled=LABELLED)
    path = tmp_path / "parallel.tsv"
    inspect_parallel(path, "--parallel de", found)
    path.write_text("no tab\n", encoding="utf8")
    inspect_parallel(path, "--parallel de", found)
    assert ["C217" in found.problems[0], "C232" in found.problems[1]] == [True, True]
    path.write_text("This is it.\tDas ist es.\n" * 3, encoding="utf8")
    inspect_parallel(Path(path), "--parallel de", found)
    assert len(found.problems) == 2
