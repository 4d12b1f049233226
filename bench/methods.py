"""The methods that the accuracy bench compares, as data: what each is trained on, and from what."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TCL_WEIGHT = "components.concner.losses.translation_contrast.weight"
LCL_WEIGHT = "components.concner.losses.label_contrast.weight"
# What labels parallel text: the best that knows no label of a target.
PARALLEL_LABELS = "three_teachers"
THREE_TEACHERS = ("direct", "translate_train", "concner")


@dataclass(frozen=True)
class Teacher:
    """A pipeline trained on labelled text.

    title: What the table calls it.
    config: Name of the project's config.
    corpus: Name of the training corpus, before `-seedS`.
    settings: Overrides of the config.
    parallel: Whether parallel text of the target languages joins in: what `PARALLEL_LABELS`
        finds alike on both sides, across the word alignment.
    """

    title: str
    config: str
    corpus: str
    settings: Mapping[str, object] = field(default_factory=dict)
    parallel: bool = False


@dataclass(frozen=True)
class Student:
    """A pipeline trained on raw text that teachers have labelled.

    title: What the table calls it.
    teachers: Names of teachers or students; "sources" are direct teachers of the languages
        other than the target.
    start: The teacher whose weights it starts from; None for the pretrained encoder.
    config: Name of the project's config.
    weighting: As `spacy concner label --weighting` takes it.
    level: As `--level` takes it.
    evaluator: Whether an evaluator's vectors go along.
    min_confidence: As `--min-confidence` takes it.
    settings: Overrides of the config.
    """

    title: str
    teachers: tuple[str, ...]
    start: str | None = None
    config: str = "student"
    weighting: str = "uniform"
    level: str = "domain"
    evaluator: bool = False
    min_confidence: float = 0.0
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_pooled(self) -> bool:
        """Whether one student learns from the raw text of all target languages.

        With labelled source languages among the targets there is one student a target, so
        that no label of the language under test comes near it.
        """
        return "sources" not in self.teachers


# The steps of concner.cfg for half as many pairs again.
LONGER = {"training.max_steps": 400, "training.optimizer.learn_rate.total_steps": 400}
# A student that starts from the pretrained encoder has more to learn.
FRESH = {"training.optimizer.learn_rate.initial_rate": 2e-4}

TEACHERS: dict[str, Teacher] = {
    "direct": Teacher("direct transfer", "direct", "en"),
    "translate_train": Teacher("translate-train", "translate_train", "en-pt"),
    "tcl": Teacher("translate-train + TCL", "concner", "en-pt", {LCL_WEIGHT: 0}),
    "lcl": Teacher("translate-train + LCL", "concner", "en-pt", {TCL_WEIGHT: 0}),
    "concner": Teacher("ConCNER teacher (TCL + LCL)", "concner", "en-pt"),
    "concner_parallel": Teacher(
        "ConCNER teacher, with projected parallel text",
        "concner",
        "en-pt",
        LONGER,
        parallel=True,
    ),
}
STUDENTS: dict[str, Student] = {
    "direct_student": Student("student of direct transfer", ("direct",), "direct"),
    "concner_student": Student("ConCNER student", ("concner",), "concner"),
    "tsl_single": Student("TSL, one source", ("direct",), settings=FRESH),
    "mtmt": Student("MTMT", ("direct",), config="mtmt_student", evaluator=True),
    "three_teachers": Student("student of three teachers", THREE_TEACHERS, "concner"),
    "second_round": Student(
        "its second round",
        ("three_teachers", *THREE_TEACHERS),
        "three_teachers",
        min_confidence=0.5,
    ),
    "parallel_student": Student(
        "its second round, beside the teacher with parallel text",
        ("three_teachers", "concner_parallel"),
        "three_teachers",
    ),
    "five_teachers": Student(
        "student of five teachers", (*THREE_TEACHERS, "tcl", "lcl"), "concner"
    ),
    "tsl_uniform": Student("TSL, three sources, uniform", ("sources",), settings=FRESH),
    "tsl_cosine": Student(
        "TSL, three sources, cosine", ("sources",), weighting="cosine", settings=FRESH
    ),
    "tsl_learned": Student(
        "TSL, three sources, learned", ("sources",), weighting="learned", settings=FRESH
    ),
}
TITLES = {name: method.title for name, method in {**TEACHERS, **STUDENTS}.items()}
BASELINE = "direct"
