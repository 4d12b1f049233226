"""Teachers distilled into a student by the plan of `rounds`, each step made once.

The output holds all that a run has made: `round-1`, `round-2` … with a student each, `pairs` and
`parallel` with what parallel text brought, `soft` with the soft labels of each round, `metrics`
with the rows of each training, and `model-last`, the last student. Its `distil.json` tells what
each step was made of: a run with the same inputs keeps the steps that are finished, as
`finished_steps` tells, and what was made of others goes.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thinc.api import require_gpu
from wasabi import Printer

from ..bitexts.from_parallel import make_bitexts
from ..bitexts.parallel_files import ParallelFiles, check_columns
from ..corpora.reader import corpus_files, count_docs, read_docs
from ..corpora.segments import copy_tokens
from ..encoding.word_vectors import load_word_encoder
from ..errors import ConcnerError, Errors
from ..files import (
    Paths,
    Store,
    claim,
    whole_folder,
)
from ..pipelines import load_pipeline
from ..sharding.processes import Processes, count_cores
from ..sharding.run import run_shards
from .distillation_inputs import DistillationInputs, ParallelText, Training
from .finished_steps import MadeSteps, keep_only
from .label import check_confidence, label
from .rounds import (
    GENTLER,
    MIN_PAIR_CONFIDENCE,
    WORDS_AROUND,
    Pairs,
    ParallelTeacher,
    Round,
    Step,
    is_taken,
    plan_rounds,
    settings_for,
)
from .student_training import run_training
from .teachers import LabelMap, Teacher, load_teachers, read_label_map
from .voting import Voting

VERB = "distil"
LAST = "model-last"
SOFT = "soft"
CACHE = "cache"
METRICS = "metrics"
# Raw sentences that the last student is tried on, and how many of them without any entity are
# no chance.
N_TRIED = 300
MIN_TRIED = 50


@dataclass
class Distillation:
    """What a distillation did.

    student: The last student.
    steps: Names of the steps that were made, in order.
    kept: Names of the steps that an earlier run had made of the same.
    """

    student: Path
    steps: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def distil(
    raw: Mapping[str, Path],
    output: Path,
    teachers: Mapping[str, str | Path],
    *,
    student: Training,
    dev: Path,
    encoder: Path,
    voting: Voting | None = None,
    map_labels: Path | LabelMap | None = None,
    limit: int = 0,
    rounds: int = 1,
    min_confidence: float = 0.0,
    parallel: ParallelText | None = None,
    seed: int = 1,
    gpu_id: int = -1,
    jobs: int = 1,
    force: bool = False,
    progress: bool = True,
) -> Distillation:
    """Let teachers label raw text and train a student on it, round by round.

    A run that was killed goes on where it was: steps that are finished are kept if all that they
    are made of is the same.

    raw (Mapping[str, Path]): Raw text by language: `.spacy` files or folders of them.
    output (Path): Folder for the students and all that they are made of.
    teachers (Mapping[str, str | Path]): Pipelines by name; the first student starts from the last.
    student (Training): How students are trained.
    dev (Path): Development corpus.
    encoder (Path): Encoder folder of the last teacher and all students.
    voting (Voting): How sure teachers without probabilities are, whose silence is no vote, and
        whether they may know different labels.
    map_labels (Path | Mapping[str, Mapping[str, str | None]]): For teachers with different labels,
        a file as `read_label_map` reads it, or what it gives.
    limit (int): Raw sentences of each language that are labelled; 0 for all.
    rounds (int): Rounds before those with parallel text.
    min_confidence (float): From the second round on, tokens whose likeliest label has a lower
        probability keep no label.
    parallel (ParallelText): Parallel text, for two rounds more; none without.
    seed (int): Random seed of the trainings.
    gpu_id (int): GPU that pipelines are trained on and words aligned, or -1 for the CPU. Labelling
        runs where spaCy does: see `spacy.require_gpu`.
    jobs (int): Languages that are labelled at once, each by a process on one thread that loads all
        teachers; 0 for one a core. All else waits for what was before it.
    force (bool): Make anew what an earlier run has made of other inputs.
    progress (bool): Say what each step does.
    RETURNS (Distillation): The last student, and the steps.
    RAISES (ConcnerError): C425 for no teacher or no language, C426 for a teacher's name, C142,
        C143 for a corpus, C217 for a config or encoder that is not there, C433 for the last
        teacher, C205 and C232 to C234 for parallel text, C406 and C417 for numbers, C129, C407,
        C408 and C601 for the output, C405 if it was made of other inputs, C427 if a training
        fails, C436 if the last student finds nothing, and those of `label`.
    """
    for what, given in (("teacher", teachers), ("language", raw)):
        if not given:
            raise ConcnerError(Errors.C425.format(what=what))
    for name in filter(is_taken, teachers):
        raise ConcnerError(Errors.C426.format(name=name))
    trainings = [student, *([parallel.training] if parallel else [])]
    if jobs < 0:
        raise ConcnerError(Errors.C406.format(option="--jobs", value=jobs, least=0))
    options = {"--rounds": rounds, "--steps": student.steps}
    if parallel:
        options["--parallel-steps"] = parallel.training.steps
    for option, value in options.items():
        if value < 1:
            raise ConcnerError(Errors.C406.format(option=option, value=value, least=1))
    check_confidence(min_confidence)
    # Hours of work may lie before they are read.
    for path, expected in (
        *((training.config, "a config of spacy train") for training in trainings),
        (encoder, "an encoder folder"),
    ):
        if not path.exists():
            raise ConcnerError(Errors.C217.format(path=path, expected=expected))
    voting = voting or Voting()
    mapping = read_label_map(map_labels) if isinstance(map_labels, Path) else map_labels or {}
    _check_start(load_teachers(teachers, mapping, voting)[-1])
    for corpus in (*raw.values(), dev, *([parallel.bitexts] if parallel else [])):
        for file in corpus_files(corpus):
            count_docs(file)
    for text in parallel.texts.values() if parallel else ():
        check_columns(ParallelFiles(text))
    inputs: dict[str, Paths] = {
        "INPUT": list(raw.values()),
        "--teacher": list(teachers.values()),
        "--config": [training.config for training in trainings],
        "--dev": dev,
        "--encoder": encoder,
        "--parallel": list(parallel.texts.values()) if parallel else None,
        "--bitexts": parallel.bitexts if parallel else None,
        "--map-labels": None if isinstance(map_labels, Mapping) else map_labels,
    }
    plan = plan_rounds(list(teachers), rounds, min_confidence, parallel=bool(parallel))
    with claim(VERB, inputs=inputs, outputs={"OUTPUT": Store(output)}, force=force):
        read = DistillationInputs(
            raw=raw,
            teachers={name: str(path) for name, path in teachers.items()},
            student=student,
            dev=dev,
            encoder=encoder,
            voting=voting,
            map_labels=mapping,
            parallel=parallel,
            seed=seed,
            limit=limit,
        )
        run = _Run(read, output, gpu_id=gpu_id, jobs=jobs or count_cores(), progress=progress)
        return run.run(plan, force)


def _check_start(teacher: Teacher) -> None:
    """Check that students can start from a teacher: after the labelling it would be late."""
    reason = ""
    if not teacher.has_probabilities:
        reason = "has no 'concner' component"
    elif gone := sorted(set(teacher.own_labels) - set(teacher.labels)):
        reason = f"has labels that students do not: {gone}"
    if reason:
        raise ConcnerError(Errors.C433.format(name=teacher.name, reason=reason))


@dataclass(frozen=True)
class _Text:
    """Raw text of a language that is labelled.

    language: Its code.
    path: The text.
    output: Folder for its soft labels.
    cache: Folder for what each teacher says of it: runs side by side keep theirs apart.
    """

    language: str
    path: Path
    output: Path
    cache: Path

    @property
    def number(self) -> str:
        """What messages call it."""
        return self.language


class _Labeller:
    """What labels raw text of a language, in this process or another."""

    def __init__(self, settings: Mapping[str, Any], gpu_id: int = -1) -> None:
        self._settings = settings
        if gpu_id >= 0:
            require_gpu(gpu_id)

    def __call__(self, text: _Text) -> None:
        try:
            label(text.path, text.output, cache=text.cache, **self._settings)
        except ConcnerError as error:
            raise ConcnerError(f"{error} This was {text.language}: {text.path}.") from error


@dataclass
class _Run:
    """A run of the plan."""

    inputs: DistillationInputs
    output: Path
    gpu_id: int
    jobs: int
    progress: bool

    def __post_init__(self) -> None:
        """Make what tells the user how far the run is, and teachers and students by name."""
        self.told = Printer(no_print=not self.progress)
        self.pipelines = dict(self.inputs.teachers)

    def run(self, plan: Sequence[Step], force: bool) -> Distillation:
        """Make the steps that are not made yet; give what was done."""
        self.made = MadeSteps(self.output, self.inputs.describe(plan), force)
        for name in self.made.gone:
            self._metrics(name).unlink(missing_ok=True)
        keep_only(self.output / SOFT, self.made.inputs)
        done = Distillation(self.output / LAST)
        last = ""
        for step in plan:
            self.told.divider(step.name)
            if step.name in self.made:
                self.told.info(f"Made by an earlier run of the same: {self.output / step.name}")
                done.kept.append(step.name)
            else:
                self._make(step)
                done.steps.append(step.name)
            if isinstance(step, Pairs):
                if not any(self._has_pairs(language) for language in self.inputs.texts):
                    self.told.warn(
                        "Nothing in the parallel text is alike and sure: no rounds with it"
                    )
                    break
                continue
            self.pipelines[step.name] = str(self.output / step.name / LAST)
            if isinstance(step, Round):
                last = step.name
        self._publish(last)
        self._try_student(done.student)
        self.told.good(f"Student of {last}: {done.student}")
        return done

    def _make(self, step: Step) -> None:
        if isinstance(step, Round):
            self._label(step)
        with whole_folder(self.output / step.name, VERB) as folder:
            if isinstance(step, Round):
                self._train(self.inputs.student, folder, step, self.output / SOFT / step.name, {})
            elif isinstance(step, Pairs):
                self._cut_pairs(step, folder)
            else:
                assert self.inputs.parallel is not None
                pairs = self.output / Pairs.name
                self._train(self.inputs.parallel.training, folder, step, pairs, GENTLER)
        self.made.add(step.name)

    def _label(self, step: Round) -> None:
        """Let the teachers of a round label the raw text of each language."""
        soft = self.output / SOFT / step.name
        # The student reads the whole folder: nothing of a language that is no longer named.
        keep_only(soft, self.inputs.raw)
        keep_only(self.output / CACHE, self.inputs.raw)
        sure = f", {step.min_confidence:g} or surer" if step.min_confidence else ""
        at_once = min(self.jobs, len(self.inputs.raw))
        settings = {
            "teachers": {name: self.pipelines[name] for name in step.teachers},
            "voting": self.inputs.voting.among(step.teachers),
            "map_labels": self.inputs.map_labels_of(step),
            "limit": self.inputs.limit,
            "min_confidence": step.min_confidence,
            "force": True,
            "progress": self.progress and at_once == 1,
        }
        texts = [
            _Text(language, path, soft / language, self.output / CACHE / language)
            for language, path in self.inputs.raw.items()
        ]
        for text in texts:
            self.told.info(f"{' + '.join(step.teachers)} label {text.language}{sure}: {text.path}")
            if at_once == 1:
                _Labeller(settings)(text)
        if at_once > 1:
            arguments = (settings, self.gpu_id)
            with Processes(_Labeller, arguments, at_once) as engine:
                for made in run_shards(texts, lambda text: None, engine):
                    self.told.good(f"{made.shard.language} is labelled")

    def _cut_pairs(self, step: Pairs, folder: Path) -> None:
        """Make bitexts of what a student finds alike in parallel text, and copy those there are."""
        assert self.inputs.parallel is not None
        student = self.pipelines[step.student]
        source = self.inputs.parallel.source
        encoder = load_word_encoder(student, gpu_id=self.gpu_id)
        for language, text in self.inputs.texts.items():
            self.told.info(f"{step.student} cuts pairs {source}-{language}: {text}")
            try:
                made = make_bitexts(
                    text,
                    folder / f"{language}.spacy",
                    source=source,
                    target=language,
                    labels_from=student,
                    encoder=encoder,
                    min_confidence=MIN_PAIR_CONFIDENCE,
                    around=WORDS_AROUND,
                    progress=self.progress,
                )
            except ConcnerError as error:
                # Hours of training lie behind: a language without a sure pair is no reason to stop.
                if not str(error).startswith("[C228]"):
                    raise
                self.told.warn(f"{language} goes without parallel text: nothing alike and sure")
            else:
                self.told.info(f"{made.kept} pairs {source}-{language}")
        for file in corpus_files(self.inputs.parallel.bitexts):
            shutil.copy(file, folder / f"{source}-{file.name}")

    def _metrics(self, name: str) -> Path:
        return self.output / METRICS / f"{name}.jsonl"

    def _has_pairs(self, language: str) -> bool:
        return (self.output / Pairs.name / f"{language}.spacy").exists()

    def _train(
        self,
        training: Training,
        folder: Path,
        step: Round | ParallelTeacher,
        corpus: Path,
        settings: Mapping[str, object],
    ) -> None:
        """Train the pipeline of a step, `model-last` in a folder."""
        self.told.info(f"{step.start} becomes {step.name} on {corpus}: {training.steps} steps")
        options = {
            "gpu-id": self.gpu_id,
            **settings_for(training.steps),
            "paths.train": corpus,
            "paths.dev": self.inputs.dev,
            "paths.encoder": self.inputs.encoder,
            "paths.start_from": self.pipelines[step.start],
            "paths.metrics": self._metrics(step.name),
            "system.seed": self.inputs.seed,
            **settings,
        }
        (self.output / METRICS).mkdir(exist_ok=True)
        # A training that a killed run has left behind goes on writing to the file of before.
        self._metrics(step.name).unlink(missing_ok=True)
        run_training(step.name, training.config, folder, options, silent=not self.progress)

    def _try_student(self, student: Path) -> None:
        """Check that the student finds something in raw text of each language."""
        nlp = load_pipeline(student, "Student")
        for language, path in self.inputs.raw.items():
            docs = [copy_tokens(doc, nlp.vocab) for doc in read_docs(path, nlp, N_TRIED)]
            n_entities = sum(len(doc.ents) for doc in nlp.pipe(docs))
            self.told.info(f"{n_entities} entities in {len(docs)} raw sentences of {language}")
            if not n_entities and len(docs) >= MIN_TRIED:
                values = {"n_docs": len(docs), "path": path, "language": language}
                raise ConcnerError(Errors.C436.format(**values))

    def _publish(self, name: str) -> None:
        """Copy the last student to where it is looked for."""
        last = self.output / LAST
        if not self.made.is_copied(name, last):
            with whole_folder(last, VERB) as folder:
                shutil.copytree(self.pipelines[name], folder, dirs_exist_ok=True)
            self.made.note_copy(name)
