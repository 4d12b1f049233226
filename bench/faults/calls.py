"""Calls of the verbs that the trials disturb, on inputs that take a second."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

LABELLED = """Anna\tB-PER
Berg\tI-PER
lives\tO
in\tO
Sofia\tB-LOC

Paul\tB-PER
met\tO
Anna\tB-PER

Nobody\tWRONG
came\tO

The\tO
Red\tB-ORG
Cross\tI-ORG
works\tO
in\tO
Berlin\tB-LOC

Nothing\tO
happened\tO
today\tO
"""
# Of the project that is tried.
DIRECTORIES = ("corpus", "metrics", "training")


@dataclass(frozen=True)
class Call:
    """A call of a verb, written with `{inputs}` and `{out}` for the two folders.

    words: The call, without `--force`.
    outputs: What it writes whole or not at all, in `{out}`.
    stores: What it adds to, in `{out}`: each file in it is whole or not there.
    grows: Beginnings of names of what a run adds to all the time, such as a log.
    before: Changes the words into those of an earlier call, whose output is replaced.
    prepare: Puts what stands in `{out}` before any call; None for nothing.
    in_place: It changes what is there, and there is no call on nothing.
    forces: Whether `--force` is asked for where an output is there.
    spacys_own: What spaCy itself writes in `{out}`, and tells of in its own words.
    """

    words: str
    outputs: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    grows: tuple[str, ...] = ()
    before: Callable[[str], str] = field(default=lambda words: words)
    prepare: Callable[[Path, Path, bool], object] | None = None
    in_place: bool = False
    forces: bool = True
    spacys_own: tuple[str, ...] = ()

    def arguments(self, inputs: Path, out: Path, *, earlier: bool = False) -> list[str]:
        """Give the words of the call, or of the earlier one."""
        words = self.before(self.words) if earlier else self.words
        return words.format(inputs=inputs, out=out).split()


def _with(more: str) -> Callable[[str], str]:
    return lambda words: f"{words} {more}"


def _instead(old: str, new: str) -> Callable[[str], str]:
    return lambda words: words.replace(old, new)


def _copy_pipeline(inputs: Path, out: Path, earlier: bool) -> None:
    del earlier
    shutil.copytree(inputs / "pipeline", out / "pipeline")


def _write_project(inputs: Path, out: Path, earlier: bool) -> None:
    """Write a project of four commands, each of which needs what the one before makes."""
    corpus, page = "corpus/labelled.spacy", "metrics/page.html"
    concner = "python -m spacy concner"
    limit = 1 if earlier else 3
    scripts = {
        "convert": (
            f"convert {inputs}/labelled.tsv {corpus} --skip-invalid --limit {limit}",
            [f"{inputs}/labelled.tsv"],
            [corpus],
        ),
        "export": (f"export {corpus} corpus/lines.jsonl", [corpus], ["corpus/lines.jsonl"]),
        "calibrate": (
            f"calibrate {inputs}/pipeline {inputs}/dev.spacy --output training/calibrated",
            [f"{inputs}/pipeline", corpus],
            ["training/calibrated"],
        ),
        "report": (
            f"report {page} --pipeline a=training/calibrated --corpus en={corpus}",
            ["training/calibrated", corpus],
            [page],
        ),
    }
    project = {
        "title": "Trial",
        "directories": list(DIRECTORIES),
        "workflows": {"all": list(scripts)},
        "commands": [
            {"name": name, "script": [f"{concner} {call} --force"], "deps": deps, "outputs": made}
            for name, (call, deps, made) in scripts.items()
        ],
    }
    (out / "project").mkdir(exist_ok=True)
    (out / "project" / "project.yml").write_text(yaml.safe_dump(project), encoding="utf8")


CALLS = {
    "convert": Call(
        "concner convert {inputs}/labelled.tsv {out}/corpus --shard-size 1 --skip-invalid "
        "--rejects {out}/bad.jsonl",
        ("corpus", "bad.jsonl"),
        before=_instead("labelled.tsv", "fewer.tsv"),
    ),
    "convert to a file": Call(
        "concner convert {inputs}/labelled.tsv {out}/corpus.spacy --skip-invalid",
        ("corpus.spacy", "corpus.rejects.jsonl"),
        before=_instead("labelled.tsv", "fewer.tsv"),
    ),
    "translate": Call(
        "concner translate {inputs}/labelled.spacy {out}/bitexts --engine lexicon "
        "--option path={inputs}/lexicon.tsv --source en --target bg --batch-size 1 --shard-size 1 "
        "--project placeholders --cache {out}/cache.sqlite --rejects {out}/bad.jsonl",
        ("bitexts", "bad.jsonl"),
        ("cache.sqlite",),
        before=_with("--limit 1"),
    ),
    "bitext": Call(
        "concner bitext {inputs}/parallel.tsv {out}/bitexts --target bg "
        "--labels {inputs}/labelled.spacy --encoder {inputs}/encoder --shard-size 1 "
        "--max-words 5 --keep-unprojected --rejects {out}/bad.jsonl",
        ("bitexts", "bad.jsonl"),
        before=_instead("--max-words 5", "--max-words 4"),
    ),
    "filter": Call(
        "concner filter {inputs}/bitexts.spacy {out}/bitexts.spacy --max-length-factor 1.2 "
        "--rejects {out}/bad.jsonl",
        ("bitexts.spacy", "bad.jsonl"),
        before=_instead("--max-length-factor 1.2", "--max-length-factor 0"),
    ),
    "inspect": Call(
        "concner inspect {inputs}/bitexts.spacy {out}/page.html",
        ("page.html",),
        before=_with("--limit 1"),
    ),
    "export": Call(
        "concner export {inputs}/labelled.spacy {out}/lines.jsonl",
        ("lines.jsonl",),
        before=_with("--limit 1"),
    ),
    "encoder": Call(
        "concner encoder {inputs}/encoder {out}/encoder --keep-from {inputs}/labelled.spacy",
        ("encoder",),
        before=_instead(" --keep-from {inputs}/labelled.spacy", ""),
    ),
    "label": Call(
        "concner label {inputs}/raw.spacy {out}/soft --teacher a={inputs}/pipeline "
        "--shard-size 1 --cache {out}/said",
        (),
        ("soft", "said"),
        before=_with("--min-confidence 0.1"),
    ),
    "apply": Call(
        "concner apply {inputs}/pipeline {inputs}/raw.txt {out}/found --format jsonl "
        "--shard-size 1 --processes 1 --rejects {out}/bad.jsonl",
        ("bad.jsonl",),
        ("found",),
        before=_with("--limit 2"),
    ),
    "distil": Call(
        "concner distil {inputs}/corpora {out}/student --languages raw "
        "--teacher a={inputs}/student --config {inputs}/student.cfg --steps 2 "
        "--dev {inputs}/labelled.spacy --encoder {inputs}/encoder",
        (),
        ("student",),
        ("student/distil.json", "student/metrics/"),
        before=_with("--seed 2"),
    ),
    "calibrate": Call(
        "concner calibrate {inputs}/pipeline {inputs}/dev.spacy --output {out}/calibrated",
        ("calibrated",),
        before=_instead("dev.spacy", "other.spacy"),
    ),
    "calibrate in place": Call(
        "concner calibrate {out}/pipeline {inputs}/dev.spacy",
        (),
        ("pipeline",),
        prepare=_copy_pipeline,
        in_place=True,
    ),
    "ship": Call(
        "concner ship {inputs}/student {out}/shipped --lang bg --keep-from {inputs}/raw.spacy "
        "--test {inputs}/labelled.spacy",
        ("shipped",),
        before=_with("--precision float32"),
    ),
    "small": Call(
        "concner small {inputs}/more.spacy {out}/small --teacher {inputs}/shipped --lang bg "
        "--steps 2",
        ("small",),
        before=_with("--seed 2"),
    ),
    "card": Call(
        "concner card {inputs}/pipeline {out}/carded --lang bg --version 1.0.0 "
        "--test {inputs}/labelled.spacy",
        ("carded",),
        before=_instead("1.0.0", "0.9.0"),
    ),
    "card in place": Call(
        "concner card {out}/pipeline --lang bg --version 1.0.0",
        (),
        ("pipeline",),
        prepare=_copy_pipeline,
        in_place=True,
    ),
    "report": Call(
        "concner report {out}/page.html --pipeline a={inputs}/pipeline "
        "--corpus en={inputs}/labelled.spacy",
        ("page.html",),
        before=_instead("labelled.spacy", "dev.spacy"),
    ),
    "new": Call(
        "concner new {out}/project --labelled {inputs}/labelled.jsonl --raw bg={inputs}/raw.txt "
        "--dev {inputs}/labelled.jsonl --encoder {inputs}/encoder",
        ("project",),
        before=_with("--seed 2"),
    ),
    "collect": Call(
        "concner collect {inputs}/corpus {out}/collected --languages bg",
        ("collected",),
        before=_with("--source de"),
    ),
    "scores": Call(
        "concner scores {out}/scores.md --pipeline a={inputs}/pipeline --test {inputs}/tests "
        "--languages bg",
        ("scores.md", "scores"),
        before=_instead("a={inputs}/pipeline", "a={inputs}/student"),
    ),
    "project run": Call(
        "project run all {out}/project",
        (),
        ("project",),
        # spaCy's own record of the stages that are done.
        ("project/project.lock",),
        prepare=_write_project,
        forces=False,
        # Its record, and the folders that it makes before any command.
        spacys_own=("project/project.lock", *(f"project/{name}" for name in DIRECTORIES)),
    ),
}
# Those of the short form: a file with another beside it, a folder, a store.
QUICK = ("convert", "export", "label")


def make_inputs(folder: Path) -> None:
    """Make what the calls read.

    folder (Path): A new folder.
    """
    import spacy
    from spacy.util import load_config

    from spacy_concner.shipping.ship import ship
    from tests.sentences import (
        SENTENCES,
        TRANSLATIONS,
        labelled_doc,
        make_bitexts,
        make_sentences,
        write_corpus,
    )
    from tests.shipping.students import make_student, train
    from tests.tiny_pipelines import build_tiny_config, make_bert, train_tiny

    folder.mkdir(parents=True)
    vocab = spacy.blank("xx").vocab
    raw = [labelled_doc(vocab, words, None) for words, _ in TRANSLATIONS]
    right = make_sentences()
    wrong = [labelled_doc(vocab, words, ["O"] * len(words)) for words, _ in SENTENCES]
    corpora = {
        "labelled": right,
        "raw": raw,
        "bitexts": make_bitexts(),
        "dev": right * 20 + wrong * 20,
        "other": right * 30 + wrong * 10,
        "corpora/raw": raw,
        # As much as a small pipeline asks for.
        "more": raw * 30,
        "tests/bg": right,
    }
    for name, docs in corpora.items():
        write_corpus(docs, folder / f"{name}.spacy")
    sources, targets = (
        [" ".join(words) for words, _ in text] for text in (SENTENCES, TRANSLATIONS)
    )
    pairs = zip(SENTENCES, TRANSLATIONS, strict=True)
    words = {a: b for (ours, _), (theirs, _) in pairs for a, b in zip(ours, theirs, strict=False)}
    # The words of one sentence are left out, and its placeholders with them.
    rows = [
        {"text": text, "spans": [{"start": 0, "end": 4, "label": "PER"}]}
        for text in sources
        if text.startswith(("Anna", "Paul"))
    ]
    texts = {
        "labelled.tsv": LABELLED,
        "fewer.tsv": LABELLED.partition("\n\n")[2],
        "labelled.jsonl": "".join(f"{json.dumps(row)}\n" for row in rows),
        "raw.txt": "".join(f"{text}\n" for text in targets),
        "parallel.tsv": "".join(f"{a}\t{b}\n" for a, b in zip(sources, targets, strict=True)),
        "lexicon.tsv": "".join(f"{a}\t{b}\n" for a, b in words.items()),
        "corpus/train.tsv": LABELLED.replace("WRONG", "O"),
        "corpus/dev.tsv": LABELLED.replace("WRONG", "O"),
        "corpus/raw.bg.txt": "".join(f"{text}\n" for text in targets),
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf8")
    config = load_config(Path(__file__).parents[2] / "configs" / "student.cfg", interpolate=False)
    # Of two layers, where the config would freeze three.
    config["initialize"]["after_init"]["frozen_layers"] = 1
    config.to_disk(folder / "student.cfg")
    encoder = make_bert(folder / "encoder")
    train_tiny(build_tiny_config(), right).to_disk(folder / "pipeline")
    train(make_student(encoder)).to_disk(folder / "student")
    ship(folder / "student", folder / "shipped", languages=["bg"], keep_from=[folder / "raw.spacy"])
