"""`spacy concner new`: a project from a person's files."""

import shlex
from pathlib import Path

import typer
from wasabi import msg

from . import _reading as reading
from ._teachers import CONFIDENCE, PARTIAL
from ._util import FORCE, GPU_ID, named_numbers, named_paths, verb


@verb("new")
def new_cli(
    folder: Path = typer.Argument(..., metavar="DIR", help="Folder for the project"),
    labelled: Path = typer.Option(
        ..., "--labelled", help="Labelled sentences, in any format of convert"
    ),
    raw: list[str] = typer.Option(
        ..., "--raw", metavar="LANG=FILE", help="Raw text of a target language, once a language"
    ),
    source: str = typer.Option("en", "--source", help="Language of the labelled sentences"),
    dev: Path | None = typer.Option(
        None,
        "--dev",
        help="Labelled sentences to look at while training; without it a tenth is split off",
    ),
    test: list[str] = typer.Option(
        [], "--test", metavar="LANG=FILE", help="Labelled sentences of a language, to measure on"
    ),
    parallel: list[str] = typer.Option(
        [],
        "--parallel",
        metavar="LANG=FILE",
        help="Parallel text without labels, lines of source, tab, target",
    ),
    translations: list[str] = typer.Option(
        [],
        "--translations",
        metavar="LANG=FILE",
        help="Translations of the labelled sentences, a line each in their order",
    ),
    translate: list[str] = typer.Option(
        [],
        "--translate",
        metavar="LANG=ENGINE",
        help="Translate the labelled sentences to a language, such as pt=bergamot",
    ),
    teacher: list[str] = typer.Option(
        [],
        "--teacher",
        metavar="NAME=PATH",
        help="A pipeline that teaches, too, such as a word list; once a teacher",
    ),
    partial: list[str] = PARTIAL,
    confidence: list[str] = CONFIDENCE,
    start_from: str = typer.Option(
        "",
        "--start-from",
        help="A pipeline that teaches the labels that it knows, while --labelled teaches others",
    ),
    encoder: str = typer.Option(
        "multilingual-e5-small-q4",
        "--encoder",
        help="Encoder folder, name on the Hugging Face hub, or the one of the extra demo",
    ),
    name: str = typer.Option(
        "", "--name", help="Packages are called xx_NAME_LANG; the folder's name without"
    ),
    size: str = typer.Option(
        "auto",
        "--size",
        help="Pipelines to make: base, both for a small one of each language, too, or auto for "
        "one where there is raw text enough",
    ),
    sources: Path | None = typer.Option(
        None,
        "--sources",
        help='JSON list of who made the text: [{"name", "license", "author", "url"}, …]',
    ),
    format: str = reading.FORMAT,
    encoding: str = reading.ENCODING,
    token_column: int = reading.TOKEN_COLUMN,
    label_column: int = reading.LABEL_COLUMN,
    scheme: str = reading.SCHEME,
    strip_prefix: str = reading.STRIP_PREFIX,
    tag_names: str = reading.TAG_NAMES,
    tokens_field: str = reading.TOKENS_FIELD,
    tags_field: str = reading.TAGS_FIELD,
    sentence_field: str = reading.SENTENCE_FIELD,
    offsets: str = reading.OFFSETS,
    labels: str = reading.LABELS,
    raw_encoding: str = typer.Option(
        "", "--raw-encoding", help="Encoding of the raw text, if it is not UTF-8"
    ),
    skip_invalid: bool = reading.SKIP_INVALID,
    seed: int = typer.Option(1, "--seed", help="Random seed of all trainings"),
    gpu_id: int = GPU_ID,
    force: bool = FORCE,
) -> None:
    """Make a project of your own files, for spacy project run all DIR.

    All files are read first, and all that is wrong with them is told together. What follows is
    planned by how much text there is, and stands as variables in project.yml.
    """
    from ..bitexts.parallel_files import ParallelFiles, count_lines
    from ..projects.new import Files, FurtherTeachers, new_project
    from ..projects.plan import estimate_cost
    from ..projects.probe import probe
    from ..teaching.voting import Voting

    files = Files(
        labelled=labelled,
        raw=_paths("--raw", raw),
        dev=dev,
        tests=_paths("--test", test),
        parallel=_paths("--parallel", parallel),
        translations=_paths("--translations", translations),
        sources=sources,
    )
    made = new_project(
        folder,
        files,
        source=source,
        name=name,
        encoder=encoder,
        engines=named_paths("--translate", translate, "LANG=ENGINE"),
        others=FurtherTeachers(
            named_paths("--teacher", teacher),
            Voting(named_numbers("--confidence", confidence), partial),
            start_from,
        ),
        options={
            "format": format,
            "encoding": encoding,
            "token_column": token_column,
            "label_column": label_column,
            "scheme": scheme,
            "strip_prefix": strip_prefix,
            "tag_names": reading.names_of(tag_names),
            "tokens_field": tokens_field,
            "tags_field": tags_field,
            "sentence_field": sentence_field,
            "offsets": offsets,
            "labels": reading.names_of(labels),
        },
        size=size,
        raw_encoding=raw_encoding,
        skip_invalid=skip_invalid,
        seed=seed,
        gpu_id=gpu_id,
        force=force,
    )
    rows = []
    for corpus in made.found.corpora:
        entities = ", ".join(f"{label} {n}" for label, n in corpus.entities.most_common())
        counts = (f"{corpus.n_sentences:,}", f"{corpus.n_words:,}")
        rows.append((corpus.given.option, *counts, entities))
    for language, path in files.parallel.items():
        rows.append((f"--parallel {language}", f"{count_lines(ParallelFiles(path)):,}", "", ""))
    for language, path in files.translations.items():
        rows.append((f"--translations {language}", f"{count_lines(ParallelFiles(path)):,}", "", ""))
    header = ("File", "Sentences", "Words", "Entities")
    msg.table(rows, header=header, divider=True, aligns=("l", "r", "r", "l"))
    for warning in made.found.warnings:
        msg.warn(warning)
    if dev is None:
        msg.info(f"{made.n_dev} of the labelled sentences are split off to look at while training")
    plan = made.plan
    trained = "1 teacher" if plan.n_teachers == 1 else f"{plan.n_teachers} teachers"
    msg.info(f"{trained} of {plan.teacher_steps} steps: {plan.notes['teacher_steps']}")
    if further := list(made.others.list_all()):
        msg.info(f"Teaching beside: {', '.join(further)}")
    msg.info(f"A student of {plan.student_steps} steps: {plan.notes['student_steps']}")
    small = " ".join(plan.small_languages) or "none"
    msg.info(f"Small pipelines: {small} ({plan.notes['small_languages']})")
    if parallel:
        msg.info("Two rounds more with what the student finds alike in the parallel text")
    if untested := [code for code in files.raw if code not in files.tests]:
        msg.info(f"Not measured in {' '.join(untested)}: no --test")
    cost = estimate_cost(plan, made.amounts, *probe(encoder))
    msg.info(
        f"About {cost.minutes:.0f} minutes and {cost.gigabytes:.1f} GB of memory, as busy as this "
        "machine is now"
    )
    msg.good(f"Project made. Next: python -m spacy project run all {shlex.quote(str(folder))}")


def _paths(option: str, values: list[str]) -> dict[str, Path]:
    return {name: Path(path) for name, path in named_paths(option, values, "LANG=FILE").items()}
