"""A new project from the files that a person has: looked at, planned, written."""

import re
import shlex
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..encoding.demo_encoder import DEMO_SOURCE, WEIGHTS, read_data_file
from ..encoding.loading import check_source
from ..engines.registry import make_translator
from ..errors import ConcnerError, Errors
from ..files import Folder, Paths, claim, scratch_folder, whole_folder
from ..languages import check_language
from ..pipelines import is_pipeline, load_pipeline
from ..shipping.card import check_name
from ..shipping.card_inputs import read_sources
from ..teaching.rounds import is_taken
from ..teaching.voting import Voting
from .assets import Assets, write_assets
from .inspection import LABELLED, RAW, Files, Inspection, inspect_files, inspect_parallel
from .plan import AUTO, SIZES, Amounts, Plan, make_plan
from .template import CONFIGS, PROJECT, fill_template, template_folder

VERB = "new"
ASSETS = "assets"
# What a pipeline is called that teaches the labels that it knows.
START = "start"
TRAINED = ("direct", "translate_train", "concner")
SMALL_STEPS = ("small", "package-small")


@dataclass(frozen=True)
class FurtherTeachers:
    """Pipelines that teach beside those that are trained here.

    teachers: Any pipelines by name, folders or installed packages, as of `label`.
    voting: How what they say counts.
    start_from: Pipeline that teaches the labels that it knows, while the labelled text teaches
        others.
    """

    teachers: Mapping[str, str] = field(default_factory=dict)
    voting: Voting = field(default_factory=Voting)
    start_from: str = ""

    def list_all(self) -> dict[str, str]:
        """Give all pipelines by name."""
        return {**self.teachers, **({START: self.start_from} if self.start_from else {})}

    def as_options(self) -> str:
        """Give the options of `distil`; folders are found from anywhere."""
        given = [f"--teacher {name}={_as_argument(path)}" for name, path in self.list_all().items()]
        given += [f"--partial {name}" for name in self.voting.partial]
        given += [f"--confidence {name}={p:g}" for name, p in self.voting.confidence.items()]
        return " ".join([*given, *(["--join-labels"] if self.start_from else [])])


@dataclass(frozen=True)
class NewProject:
    """A project that was made.

    folder: Where.
    found: What the files hold.
    amounts: How much text there is.
    plan: How it trains.
    others: Pipelines that teach beside those that are trained.
    n_dev: Sentences of the development set.
    """

    folder: Path
    found: Inspection
    amounts: Amounts
    plan: Plan
    others: FurtherTeachers
    n_dev: int


def new_project(
    folder: Path,
    files: Files,
    *,
    source: str = "en",
    name: str = "",
    encoder: str = DEMO_SOURCE,
    engines: Mapping[str, str] | None = None,
    others: FurtherTeachers | None = None,
    options: Mapping[str, Any] | None = None,
    size: str = AUTO,
    raw_encoding: str = "",
    skip_invalid: bool = False,
    seed: int = 1,
    gpu_id: int = -1,
    force: bool = False,
) -> NewProject:
    """Make a project folder that `spacy project run all` makes packages in.

    All files are read before anything is written, and all that is wrong is told together. The
    labelled ones become JSON lines in the folder's `assets`, where they can be changed; `configs`
    and `project.yml` are those of spacy-concner with variables by `plan.make_plan`.

    folder (Path): Folder to write.
    files (Files): The files.
    source (str): Code of the language of the labelled sentences.
    name (str): Packages are called xx_NAME_LANG; the folder's name if empty.
    encoder (str): What `spacy concner encoder` starts from.
    engines (Mapping[str, str] | None): Translation engine by the language to translate the
        labelled sentences to; one at most.
    others (FurtherTeachers | None): Pipelines that teach beside those that are trained here.
    options (Mapping[str, Any] | None): Settings of `convert` for labelled files.
    size (str): Which sizes of pipelines it makes: "auto", "base" or "both", as of `make_plan`.
    raw_encoding (str): Encoding of raw text; "" for UTF-8, or what a byte order mark says.
    skip_invalid (bool): Leave broken records out.
    seed (int): Random seed of all trainings.
    gpu_id (int): GPU, or -1 for the CPU.
    force (bool): Replace a project that was made before and not run yet.
    RETURNS (NewProject): What was made.
    RAISES (ConcnerError): C619 with all problems of the files and the options; C128, C129, C407,
        C408 and C601 for the folder, C059 for temporary files.
    """
    folder = Path(folder)
    engines = engines or {}
    others = others or FurtherTeachers()
    inputs: dict[str, Paths] = {
        "--labelled": files.labelled,
        "--raw": list(files.raw.values()),
        "--dev": files.dev,
        "--test": list(files.tests.values()),
        "--parallel": list(files.parallel.values()),
        "--translations": list(files.translations.values()),
        "--sources": files.sources,
        "--encoder": encoder,
        "--teacher": list(others.list_all().values()),
    }
    name = name or re.sub(r"\W+", "_", folder.resolve().name)
    with claim(VERB, inputs=inputs, outputs={"DIR": Folder(folder)}, force=force):
        with scratch_folder() as scratch:
            found = inspect_files(
                files.list_all(source),
                scratch,
                options=options or {},
                raw_encoding=raw_encoding,
                skip_invalid=skip_invalid,
            )
            for language, path in files.parallel.items():
                inspect_parallel(path, f"--parallel {language}", found)
            _check_settings(found, files, {"--source": source, "--name": name, "--size": size})
            _check_encoder(found, encoder)
            _check_engines(found, files, engines, source)
            _check_others(found, others)
            lines = _read_translations(found, files)
            if found.problems:
                problems = "\n".join(f"- {problem}" for problem in found.problems)
                raise ConcnerError(Errors.C619.format(problems=problems))
            with whole_folder(folder, VERB, "DIR") as part:
                assets = write_assets(part / ASSETS, found, files, lines)
                amounts = _count(found, assets, has_more=bool(engines or lines), files=files)
                plan = make_plan(amounts, size)
                shutil.copytree(template_folder() / CONFIGS, part / CONFIGS)
                variables = _describe_text(files, source, plan)
                variables |= _describe_teachers(found, files, engines, others)
                variables |= {"name": name, "encoder": _as_argument(encoder)}
                variables |= {"seed": seed, "gpu_id": gpu_id}
                text = (template_folder() / PROJECT).read_text("utf8")
                workflow = _choose_workflow(found, engines, lines)
                filled = fill_template(
                    text,
                    variables,
                    workflow=workflow,
                    more_steps=SMALL_STEPS if plan.small_languages else (),
                    notes=plan.notes,
                    more_deps={
                        "encoder": _folders([encoder]),
                        "distil": _folders(others.list_all().values()),
                    },
                    no_deps=[] if amounts.bitexts_words else [*map(_place, TRAINED[1:])],
                )
                (part / PROJECT).write_text(filled, encoding="utf8")
    return NewProject(
        folder=folder,
        found=found,
        amounts=amounts,
        plan=plan,
        others=others,
        n_dev=assets.n_dev,
    )


def _check(found: Inspection, option: str, function: Any, *arguments: Any) -> None:
    """Add what a function raises to the problems."""
    try:
        function(*arguments)
    except ConcnerError as error:
        found.problems.append(f"{option}: {error}")


def _check_settings(found: Inspection, files: Files, settings: Mapping[str, str]) -> None:
    source = settings["--source"]
    if settings["--size"] not in SIZES:
        told = {"value": settings["--size"], "what": "size", "expected": " or ".join(SIZES)}
        found.problems.append(Errors.C624.format(option="--size", **told))
    _check(found, "--source", check_language, source)
    _check(found, "--name", check_name, settings["--name"])
    if files.sources is not None:
        _check(found, "--sources", read_sources, files.sources)
    for code in files.raw:
        _check(found, f"--raw {code}", check_language, code)
        if code == source:
            expected = "raw text of another language than that of --source"
            values = {"value": code, "what": "target language", "expected": expected}
            found.problems.append(Errors.C624.format(option="--raw", **values))
    for option, paths in {"--test": files.tests, "--parallel": files.parallel}.items():
        for code in paths:
            if code not in files.raw:
                expected = f"one of the languages of --raw: {', '.join(files.raw)}"
                values = {"value": code, "what": "target language", "expected": expected}
                found.problems.append(Errors.C624.format(option=option, **values))


def _check_encoder(found: Inspection, encoder: str) -> None:
    if encoder == DEMO_SOURCE:
        _check(found, "--encoder", read_data_file, WEIGHTS)
    else:
        _check(found, "--encoder", check_source, encoder)


def _check_engines(
    found: Inspection, files: Files, engines: Mapping[str, str], source: str
) -> None:
    given = [*engines, *files.translations]
    if len(given) > 1:
        told = {"value": ", ".join(given), "what": "single language", "expected": "one of them"}
        option = "--translate and --translations"
        found.problems.append(Errors.C624.format(option=option, **told))
    for code, engine in engines.items():
        _check(found, f"--translate {code}", make_translator, engine, source, code)


def _check_others(found: Inspection, others: FurtherTeachers) -> None:
    _check(found, "Teachers", others.voting.check, [*others.list_all(), *TRAINED])
    for name, path in others.list_all().items():
        option = "--start-from" if name == START else f"--teacher {name}"
        if not is_pipeline(path):
            # Which says why.
            _check(found, option, load_pipeline, path, "Teacher")
        if is_taken(name) or name in TRAINED:
            found.problems.append(f"{option}: {Errors.C426.format(name=name)}")


def _read_translations(found: Inspection, files: Files) -> list[str]:
    """Read the translations of the labelled sentences; none if there are none."""
    labelled = found.find(LABELLED)
    for language, path in files.translations.items():
        try:
            check_language(language)
            lines = path.read_text("utf-8-sig").removesuffix("\n").split("\n")
            if labelled and len(lines) != labelled[0].n_sentences:
                values = {"found": len(lines), "expected": labelled[0].n_sentences}
                raise ConcnerError(Errors.C623.format(path=path, **values))
        except (OSError, ValueError) as error:
            found.problems.append(f"--translations {language}: {error}")
        else:
            return lines
    return []


def _count(found: Inspection, assets: Assets, *, has_more: bool, files: Files) -> Amounts:
    (labelled,) = found.find(LABELLED)
    raw = found.find(RAW)
    both = assets.n_all_words if labelled.is_bitexts else 2 * assets.n_words * has_more
    return Amounts(
        labelled_words=assets.n_words,
        bitexts_words=both,
        raw_words={corpus.given.language: corpus.n_words for corpus in raw},
        raw_sentences={corpus.given.language: corpus.n_sentences for corpus in raw},
        has_parallel=bool(files.parallel),
    )


def _choose_workflow(found: Inspection, engines: Mapping[str, str], lines: list[str]) -> str:
    if engines or lines:
        return "translated"
    return "all" if found.find(LABELLED)[0].is_bitexts else "untranslated"


def _describe_text(files: Files, source: str, plan: Plan) -> dict[str, object]:
    """Give the variables of languages and text."""
    return {
        "languages": " ".join(files.raw),
        "source": source,
        "corpus": ASSETS,
        "teacher_steps": plan.teacher_steps,
        "student_steps": plan.student_steps,
        "raw_sentences": plan.raw_sentences,
        "small_languages": " ".join(plan.small_languages),
    }


def _describe_teachers(
    found: Inspection, files: Files, engines: Mapping[str, str], others: FurtherTeachers
) -> dict[str, object]:
    """Give the variables of translations and teachers."""
    variables: dict[str, object] = {}
    trained: tuple[str, ...] = TRAINED
    if not (engines or files.translations or found.find(LABELLED)[0].is_bitexts):
        trained = TRAINED[:1]
        variables["bitexts"] = "corpus/collected/labelled.spacy"
    elif engines or files.translations:
        variables["bitexts"] = "corpus/translated.spacy"
    for code, engine in engines.items():
        variables["translate_to"] = code
        variables["translate_options"] = f"--engine {engine} --cache corpus/translations.sqlite"
    for code in files.translations:
        file = f"{ASSETS}/translations.{code}.txt"
        align = "--project alignment --encoder ${vars.encoder}"
        variables["translate_to"] = code
        variables["translate_options"] = f"--translations {file} {align}"
    places = {name: _place(name) for name in trained}
    # The student starts from the last, which has been trained here.
    teachers = [f"--teacher {name}={place}" for name, place in places.items()]
    variables["teachers"] = " ".join([others.as_options(), *teachers]).strip()
    compared = [f"--pipeline {name}={place}" for name, place in places.items()]
    variables["compared"] = " ".join(compared)
    return variables


def _place(teacher: str) -> str:
    return f"training/{teacher}/model-last"


def _folders(paths: Iterable[str]) -> list[str]:
    """Give those that are folders, as they are found from anywhere."""
    return [str(Path(path).resolve()) for path in paths if Path(path).is_dir()]


def _as_argument(path: str) -> str:
    """Write a folder, or a name, as the argument of a command that runs anywhere."""
    return shlex.quote(*(_folders([path]) or [path]))
