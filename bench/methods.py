"""The methods that the accuracy bench compares, as data: what each is trained on, and from what."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness import LANGUAGES, RAW_SENTENCES, SOURCES

from spacy_concner.teaching.rounds import GENTLER, ParallelTeacher, Round, plan_rounds

TCL_WEIGHT = "components.concner.losses.translation_contrast.weight"
LCL_WEIGHT = "components.concner.losses.label_contrast.weight"
HEAD = {"components.concner.model.projection_width": 128}
# What labels parallel text: the best that knows no label of a target.
PARALLEL_LABELS = "three_teachers"
THREE_TEACHERS = ("direct", "translate_train", "concner")
# The product's recipe, and what its pipelines are called here.
STEPS = {step.name: step for step in plan_rounds(THREE_TEACHERS, parallel=True)}
NAMES = {
    "round-1": "three_teachers",
    "parallel": "concner_parallel",
    "round-2": "parallel_student",
    "round-3": "third_round",
}


@dataclass(frozen=True)
class Teacher:
    """A pipeline trained on labelled text.

    title: What the table calls it.
    config: Name of the project's config.
    corpus: Name of the training corpus, before `-seedS`.
    settings: Overrides of the config.
    parallel: Whether parallel text of the target languages joins in: what `PARALLEL_LABELS`
        finds alike on both sides, across the word alignment.
    start: The student whose weights it starts from; None for the pretrained encoder.
    """

    title: str
    config: str
    corpus: str
    settings: Mapping[str, object] = field(default_factory=dict)
    parallel: bool = False
    start: str | None = None


@dataclass(frozen=True)
class Student:
    """A pipeline trained on raw text that teachers have labelled.

    title: What the table calls it.
    teachers: Names of teachers or students; "sources" are direct teachers of three labelled
        languages, the target not among them.
    start: The teacher whose weights it starts from; None for the pretrained encoder.
    config: Name of the project's config.
    weighting: As `spacy concner label --weighting` takes it.
    level: As `--level` takes it.
    evaluator: Whether an evaluator's vectors go along.
    settings: Overrides of the config.
    sentences: Raw sentences of each language at most. For more than `RAW_SENTENCES` the teachers
        are shipped, which label six times as fast.
    alone: Whether each target language has a student of its own.
    noise_aware: Whether tokens over which the teachers disagree count less.
    """

    title: str
    teachers: tuple[str, ...]
    start: str | None = None
    config: str = "student"
    weighting: str = "uniform"
    level: str = "domain"
    evaluator: bool = False
    settings: Mapping[str, object] = field(default_factory=dict)
    sentences: int = RAW_SENTENCES
    alone: bool = False
    noise_aware: bool = False

    def targets(self, language: str) -> tuple[str, ...]:
        """Give the target languages that share a student with one of them.

        All, unless each has its own, or labelled text of targets is among the sources: then those
        with the same sources, so that no label of a language under test comes near its student.
        """
        if self.alone:
            return (language,)
        if "sources" not in self.teachers:
            return LANGUAGES
        return tuple(other for other in LANGUAGES if sources_of(other) == sources_of(language))


def student_of_round(title: str, name: str) -> Student:
    """Give the student of a round of the product's recipe."""
    step = STEPS[name]
    assert isinstance(step, Round)
    teachers = tuple(NAMES.get(teacher, teacher) for teacher in step.teachers)
    return Student(title, teachers, NAMES.get(step.start, step.start))


def start_of_parallel_teacher() -> str:
    """Give the student that the recipe's teacher with parallel text starts from."""
    step = STEPS["parallel"]
    assert isinstance(step, ParallelTeacher)
    return NAMES[step.start]


def sources_of(language: str) -> tuple[str, ...]:
    """Give the labelled languages that the teachers of a target come from."""
    return tuple(source for source in SOURCES if source != language)[:3]


# The steps of concner.cfg for half as many pairs again.
LONGER = {"training.max_steps": 400, "training.optimizer.learn_rate.total_steps": 400}
# A student that starts from the pretrained encoder has more to learn.
FRESH = {"training.optimizer.learn_rate.initial_rate": 2e-4}
# Half the steps of student.cfg, for students that see the text of one or two of four targets.
FEWER = {"training.max_steps": 150, "training.optimizer.learn_rate.total_steps": 150}

TEACHERS: dict[str, Teacher] = {
    "direct": Teacher("direct transfer", "direct", "en"),
    "translate_train": Teacher("translate-train", "direct", "en-pt"),
    "tcl": Teacher("translate-train + TCL", "concner", "en-pt", {LCL_WEIGHT: 0}),
    "lcl": Teacher("translate-train + LCL", "concner", "en-pt", {TCL_WEIGHT: 0}),
    "head_tcl": Teacher(
        "translate-train + TCL, projection head", "concner", "en-pt", {**HEAD, LCL_WEIGHT: 0}
    ),
    "head_lcl": Teacher(
        "translate-train + LCL, projection head", "concner", "en-pt", {**HEAD, TCL_WEIGHT: 0}
    ),
    "concner": Teacher("ConCNER teacher (TCL + LCL)", "concner", "en-pt"),
    "head": Teacher("ConCNER teacher, projection heads", "concner", "en-pt", HEAD),
    "fresh_parallel": Teacher(
        "ConCNER teacher, projection heads, with parallel text",
        "concner",
        "en-pt",
        {**LONGER, **HEAD},
        parallel=True,
    ),
    "concner_parallel": Teacher(
        "ConCNER teacher, with parallel text, from the student of three teachers",
        "concner",
        "en-pt",
        {**LONGER, **GENTLER},
        parallel=True,
        start=start_of_parallel_teacher(),
    ),
    "concner_from_student": Teacher(
        "ConCNER teacher, no parallel text, from the student of three teachers",
        "concner",
        "en-pt",
        GENTLER,
        start=PARALLEL_LABELS,
    ),
}
STUDENTS: dict[str, Student] = {
    "concner_student": Student("ConCNER student", ("concner",), "concner"),
    "head_student": Student("ConCNER student, projection heads", ("head",), "head"),
    "one_teacher": Student("student of one teacher, from it", ("direct",), "direct"),
    "tsl_single": Student("TSL, one source", ("direct",), settings=FRESH),
    "mtmt": Student("MTMT", ("direct",), config="mtmt_student", evaluator=True),
    "three_teachers": student_of_round("student of three teachers", "round-1"),
    "parallel_student": student_of_round(
        "its second round, beside the teacher with parallel text", "round-2"
    ),
    "third_round": student_of_round(
        "its third round, beside both students and that teacher", "round-3"
    ),
    "second_without_parallel": Student(
        "its second round, beside the teacher without parallel text",
        ("three_teachers", "concner_from_student"),
        "three_teachers",
    ),
    "noise_aware": Student(
        "student of three teachers, noise-aware", THREE_TEACHERS, "concner", noise_aware=True
    ),
    "last_student": Student(
        "last students, of one language each, on 8,000 raw sentences that it labelled",
        ("three_teachers",),
        "three_teachers",
        sentences=8000,
        alone=True,
    ),
    "tsl_uniform": Student(
        "TSL, three sources, uniform", ("sources",), settings={**FRESH, **FEWER}
    ),
    "tsl_cosine": Student(
        "TSL, three sources, cosine", ("sources",), weighting="cosine", settings={**FRESH, **FEWER}
    ),
    "tsl_learned": Student(
        "TSL, three sources, learned",
        ("sources",),
        weighting="learned",
        settings={**FRESH, **FEWER},
    ),
}
# What decodes as the configs of today do: it keeps entities that are likelier than not, and those
# right after another are less probable; and whose pipelines these are. All other rows keep each
# entity of the best sequence.
AS_CONFIGURED = {
    "direct_likely": "direct",
    "three_teachers_likely": "three_teachers",
    "recipe": "last_student",
}
TITLES = {name: method.title for name, method in {**TEACHERS, **STUDENTS}.items()}
TITLES |= {
    "direct_likely": "direct transfer, decoded by the probability of entities",
    "three_teachers_likely": "student of three teachers, decoded so",
    "recipe": "last students, decoded so",
}
BASELINE = "direct"
