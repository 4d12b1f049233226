"""No verb harms what it reads, whatever its outputs are called: all pairs of paths of all verbs."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from spacy_concner.cli import concner_cli
from tests.sentences import write_corpus


@dataclass(frozen=True)
class Call:
    """A call of a verb with all of its paths.

    arguments: How it is written, with a place for each path.
    reads: What makes each path that is read, by its place.
    writes: What each path that is written is called, by its place.
    """

    arguments: str
    reads: dict[str, str]
    writes: dict[str, str]


CALLS = {
    "convert": Call(
        "{input} {output} --rejects {rejects}",
        {"input": "labelled.tsv"},
        {"output": "out.spacy", "rejects": "bad.jsonl"},
    ),
    "translate": Call(
        "{input} {output} --engine file --translations {translations} --rejects {rejects} "
        "--cache {cache} --encoder {encoder}",
        {"input": "labelled.spacy", "translations": "lines.txt", "encoder": "encoder"},
        {"output": "out.spacy", "rejects": "bad.jsonl", "cache": "cache.sqlite"},
    ),
    "translate --export-source": Call(
        "{input} --export-source {output}", {"input": "labelled.spacy"}, {"output": "lines.out"}
    ),
    "bitext": Call(
        "{input} {output} --target bg --target-file {target} --labels {labels} "
        "--alignments {links} --rejects {rejects}",
        {"input": "lines.txt", "target": "target.txt", "labels": "raw.spacy", "links": "links.txt"},
        {"output": "out.spacy", "rejects": "bad.jsonl"},
    ),
    "bitext --labels-from": Call(
        "{input} {output} --target bg --labels-from {teacher} --encoder {encoder}",
        {"input": "parallel.tsv", "teacher": "pipeline", "encoder": "encoder"},
        {"output": "out"},
    ),
    "inspect": Call(
        "{input} {output} --rejects {rejects}",
        {"input": "bitexts.spacy", "rejects": "rejected.jsonl"},
        {"output": "page.html"},
    ),
    "filter": Call(
        "{input} {output} --rejects {rejects}",
        {"input": "bitexts.spacy"},
        {"output": "out.spacy", "rejects": "bad.jsonl"},
    ),
    "export": Call("{input} {output}", {"input": "labelled.spacy"}, {"output": "out.jsonl"}),
    "encoder": Call(
        "{source} {output} --keep-from {keep}",
        {"source": "encoder", "keep": "labelled.spacy"},
        {"output": "out"},
    ),
    "label": Call(
        "{input} {output} --teacher a={teacher} --map-labels {map} --cache {cache}",
        {"input": "raw.spacy", "teacher": "pipeline", "map": "map.json"},
        {"output": "out", "cache": "cache"},
    ),
    "distil": Call(
        "{input} {output} --teacher a={teacher} --languages raw --config {config} --dev {dev} "
        "--encoder {encoder} --parallel {parallel} --bitexts {bitexts} --parallel-config {other} "
        "--map-labels {map}",
        {
            "input": "corpora",
            "teacher": "pipeline",
            "config": "student.cfg",
            "dev": "labelled.spacy",
            "encoder": "encoder",
            "parallel": "texts",
            "bitexts": "bitexts.spacy",
            "other": "teacher.cfg",
            "map": "map.json",
        },
        {"output": "out"},
    ),
    "calibrate": Call(
        "{pipeline} {dev} --output {output} --test {test}",
        {"pipeline": "pipeline", "dev": "labelled.spacy", "test": "raw.spacy"},
        {"output": "out"},
    ),
    "ship": Call(
        "{pipeline} {output} --lang bg --keep-from {keep} --test {test}",
        {"pipeline": "pipeline", "keep": "raw.spacy", "test": "labelled.spacy"},
        {"output": "out"},
    ),
    "small": Call(
        "{input} {output} --teacher {teacher} --lang bg --config {config}",
        {"input": "corpora", "teacher": "pipeline", "config": "student.cfg"},
        {"output": "out"},
    ),
    "apply": Call(
        "{pipeline} {input} {output} --rejects {rejects} --processes 1",
        {"pipeline": "pipeline", "input": "raw.spacy"},
        {"output": "out", "rejects": "bad.jsonl"},
    ),
    "apply --part": Call(
        "{pipeline} {input} {output} --rejects {rejects} --processes 1 --part 1/2",
        {"pipeline": "pipeline", "input": "lines.txt"},
        {"output": "out", "rejects": "bad.jsonl"},
    ),
    "report": Call(
        "{output} --pipeline a={pipeline} --corpus en={corpus} --tests {tests} "
        "--metrics a={metrics}",
        {
            "pipeline": "pipeline",
            "corpus": "labelled.spacy",
            "tests": "corpora",
            "metrics": "metrics.jsonl",
        },
        {"output": "page.html"},
    ),
    "new": Call(
        "{output} --labelled {labelled} --raw de={raw} --dev {dev} --test de={test} "
        "--parallel de={parallel} --translations pt={lines} --sources {sources} "
        "--encoder {encoder} --teacher a={teacher}",
        {
            "labelled": "labelled.tsv",
            "raw": "raw.txt",
            "dev": "dev.tsv",
            "test": "test.tsv",
            "parallel": "parallel.tsv",
            "lines": "lines.txt",
            "sources": "sources.json",
            "encoder": "encoder",
            "teacher": "pipeline",
        },
        {"output": "out"},
    ),
    "smoke-test": Call(
        "{packages} xx_a {input} {output}",
        {"packages": "packages", "input": "raw.spacy"},
        {"output": "examples.jsonl"},
    ),
    "collect": Call("{input} {output} --languages bg", {"input": "corpus"}, {"output": "out"}),
    "scores": Call(
        "{output} --pipeline a={pipeline} --test {test} --languages raw --dev {dev}",
        {"pipeline": "pipeline", "test": "corpora", "dev": "labelled.spacy"},
        {"output": "scores.md"},
    ),
    "card": Call(
        "{pipeline} {output} --lang bg --version 1.0.0 --scores {scores} --sources {sources} "
        "--encoder {encoder} --student {student}",
        {
            "pipeline": "pipeline",
            "scores": "scores.json",
            "sources": "sources.json",
            "encoder": "encoder",
            "student": "student",
        },
        {"output": "out"},
    ),
}


@pytest.fixture
def make(tmp_path, sentences, bitexts, trained_folder, encoder_folder) -> Callable[[str], Path]:
    """Make what a call reads, by name, in a folder that holds nothing else."""

    def make(name: str) -> Path:
        path = tmp_path / "in" / name
        if path.exists():
            return path
        path.parent.mkdir(exist_ok=True)
        texts = {
            "labelled.tsv": "Anna\tB-PER\nlives\tO\n",
            "lines.txt": "Anna lives.\n",
            "raw.txt": "Anna lebt.\n",
            "dev.tsv": "Anna\tB-PER\nis\tO\n",
            "test.tsv": "Anna\tB-PER\nist\tO\n",
            "target.txt": "Ана живее.\n",
            "links.txt": "0-0 1-1\n",
            "parallel.tsv": "Anna lives.\tАна живее.\n",
            "rejected.jsonl": json.dumps({"reason": "empty", "text": "Anna"}) + "\n",
            "metrics.jsonl": json.dumps({"step": 1, "score": 0.5}) + "\n",
            "scores.json": "{}",
            "map.json": "{}",
            "sources.json": "[]",
            "student.cfg": "[training]\n",
            "teacher.cfg": "[training]\n",
        }
        if name in texts:
            path.write_text(texts[name], "utf8")
        elif name == "bitexts.spacy":
            write_corpus(bitexts, path)
        elif name.endswith(".spacy"):
            write_corpus(sentences, path)
        elif name == "corpora":
            write_corpus(sentences, path / "raw.spacy")
        elif name == "packages":
            wheel = path / "xx_a-1.0" / "dist" / "xx_a-1.0-py3-none-any.whl"
            wheel.parent.mkdir(parents=True)
            wheel.touch()
        elif name == "texts":
            path.mkdir()
            (path / "raw.tsv").write_text(texts["parallel.tsv"], "utf8")
        elif name == "corpus":
            path.mkdir()
            for part in ("train.tsv", "dev.tsv", "test.bg.tsv"):
                (path / part).write_text(texts["labelled.tsv"], "utf8")
            (path / "raw.bg.txt").write_text(texts["lines.txt"], "utf8")
            (path / "sources.json").write_text(texts["sources.json"], "utf8")
        else:
            copytree(encoder_folder if name == "encoder" else trained_folder, path)
        return path

    return make


def contents(folder: Path) -> dict[Path, str]:
    """Tell all files of a folder and what they hold."""
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def pairs() -> list[tuple[str, str, str, str]]:
    """Give each output of each call with each other path, and how they meet."""
    found = []
    for name, call in CALLS.items():
        for output in call.writes:
            for other in [*call.reads, *(place for place in call.writes if place != output)]:
                ways = ["same", "below", "above"] if other in call.reads else ["same", "below"]
                found += [(name, output, other, way) for way in ways]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name, output, other, way", pairs(), ids=lambda value: str(value))
def test_no_pair_of_paths_costs_an_input(tmp_path, make, name, output, other, way):
    call = CALLS[name]
    paths = {place: make(what) for place, what in call.reads.items()}
    (tmp_path / "out").mkdir()
    paths |= {place: tmp_path / "out" / what for place, what in call.writes.items()}
    paths[output] = {
        "same": paths[other],
        "below": paths[other] / Path(call.writes[output]).name,
        "above": paths[other].parent,
    }[way]
    before = contents(tmp_path / "in")
    words = [name.partition(" ")[0], *call.arguments.format(**paths).split(), "--force"]
    result = CliRunner().invoke(concner_cli, words)
    assert contents(tmp_path / "in") == before
    assert result.exit_code == 1 and "[C" in result.output, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert contents(tmp_path / "out") == {}


def test_all_verbs_that_write_are_tried():
    verbs = set(get_command(concner_cli).commands)
    # These run other commands, and write nothing themselves.
    assert {name.partition(" ")[0] for name in CALLS} == verbs - {"for-each", "summary"}
