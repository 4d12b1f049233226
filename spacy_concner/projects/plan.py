"""How long is trained on how much: the rules by which a new project is planned (pure).

A step of training reads a batch of about 250 words. Teachers go ten times over the labelled text,
the student once over the raw text, both within bounds: few sentences are repeated, of many a part
is read. With 1,000 labelled sentences and 8,000 raw ones this gives about the 350 and 300 steps
that the figures of docs/accuracy.md were measured with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WORDS_A_STEP = 250
PASSES = 10
TEACHER_STEPS = (150, 1500)
STUDENT_STEPS = (150, 1000)
# Raw words of all languages, from which on a small pipeline keeps 97 % of the F1 of its teacher:
# see docs/small.md.
ENOUGH_FOR_SMALL = 500_000
AUTO, BASE, BOTH = "auto", "base", "both"
SIZES = (AUTO, BASE, BOTH)
# Tries on two cores: a step with optimiser and reading takes so many times the bare forward and
# backward pass that is probed, and labelling a batch so much of it.
STEP_TIMES = 1.3
LABEL_TIMES = 0.4
# A small student: its text labelled, and read some ten times.
SMALL_SECONDS_A_WORD = 0.0015
# Cutting the vocabulary, starting trainings, shipping and packaging.
FIXED_MINUTES = 2.0
MINUTES_A_LANGUAGE = 1.0


@dataclass(frozen=True)
class Amounts:
    """How much text there is.

    labelled_words: Words of the labelled sentences.
    bitexts_words: Words of these and their translations; 0 without.
    raw_words: Words of raw text by language.
    raw_sentences: Sentences of raw text by language.
    has_parallel: Whether there is parallel text of any language.
    """

    labelled_words: int
    bitexts_words: int
    raw_words: Mapping[str, int]
    raw_sentences: Mapping[str, int]
    has_parallel: bool = False


@dataclass(frozen=True)
class Plan:
    """How a new project trains.

    teacher_steps, student_steps: Steps of a training.
    raw_sentences: Sentences of raw text that are read of each language; 0 for all.
    n_teachers: Teachers before the first round.
    n_students: Students of all rounds, and the teacher with parallel text.
    notes: Why, by variable.
    small_languages: Codes of the languages that get a small pipeline, too.
    """

    teacher_steps: int
    student_steps: int
    raw_sentences: int
    n_teachers: int
    n_students: int
    notes: Mapping[str, str]
    small_languages: Sequence[str] = ()


@dataclass(frozen=True)
class Cost:
    """What a project is expected to take.

    minutes: Time.
    gigabytes: Memory at most.
    """

    minutes: float
    gigabytes: float


def make_plan(amounts: Amounts, size: str = AUTO) -> Plan:
    """Plan a project.

    amounts (Amounts): How much text there is.
    size (str): "base", "both" for a small pipeline of each language, too, or "auto" for one where
        there is raw text enough.
    RETURNS (Plan): The plan.
    """
    words = max(amounts.labelled_words, amounts.bitexts_words)
    teacher_steps = _within(PASSES * words / WORDS_A_STEP, TEACHER_STEPS)
    raw_words = sum(amounts.raw_words.values())
    student_steps = _within(raw_words / WORDS_A_STEP, STUDENT_STEPS)
    read = student_steps * WORDS_A_STEP
    n_sentences = sum(amounts.raw_sentences.values())
    most = 0
    if read < raw_words:
        # Each language its share, as all are read by one student.
        most = round(read / raw_words * n_sentences / len(amounts.raw_words))
        most = most if most < max(amounts.raw_sentences.values()) else 0
    passes = teacher_steps * WORDS_A_STEP / max(words, 1)
    notes = {
        "teacher_steps": f"{passes:.1f} times over {words:,} words",
        "student_steps": f"{read / max(raw_words, 1):.1f} times over {raw_words:,} raw words",
        "raw_sentences": "what the student gets to read" if most else "all are read",
    }
    small_languages, notes["small_languages"] = _plan_small(amounts.raw_words, size)
    n_students = 4 if amounts.has_parallel else 1
    n_teachers = 3 if amounts.bitexts_words else 1
    return Plan(teacher_steps, student_steps, most, n_teachers, n_students, notes, small_languages)


def _plan_small(raw_words: Mapping[str, int], size: str) -> tuple[list[str], str]:
    """Choose the languages that get a small pipeline, and say why."""
    if size != AUTO:
        return (list(raw_words) if size == BOTH else []), f"as asked for: {size}"
    n_words = sum(raw_words.values())
    told = f"{n_words:,} raw words; {ENOUGH_FOR_SMALL:,} are enough"
    return (list(raw_words) if n_words >= ENOUGH_FOR_SMALL else []), told


def estimate_cost(plan: Plan, amounts: Amounts, seconds_a_step: float, gigabytes: float) -> Cost:
    """Estimate what a plan takes.

    plan (Plan): The plan.
    amounts (Amounts): How much text there is.
    seconds_a_step (float): Time of a forward and a backward pass over `WORDS_A_STEP` words.
    gigabytes (float): Memory of that.
    RETURNS (Cost): The estimate.
    """
    trained = plan.n_teachers * plan.teacher_steps + plan.n_students * plan.student_steps
    read = sum(amounts.raw_words.values())
    if plan.raw_sentences:
        read = min(read, plan.student_steps * WORDS_A_STEP)
    labelled = read / WORDS_A_STEP * (plan.n_teachers + plan.n_students - 1)
    seconds = seconds_a_step * (STEP_TIMES * trained + LABEL_TIMES * labelled)
    # The shipped student labels about as fast as a small one trains.
    words = sum(amounts.raw_words[language] for language in plan.small_languages)
    seconds += words * SMALL_SECONDS_A_WORD
    minutes = seconds / 60 + FIXED_MINUTES + MINUTES_A_LANGUAGE * len(amounts.raw_words)
    return Cost(minutes, gigabytes)


def _within(steps: float, bounds: tuple[int, int]) -> int:
    """Round steps to tens within bounds."""
    least, most = bounds
    return min(max(round(steps / 10) * 10, least), most)
