"""The recipe of distillation as a plan: what labels in which round, and what starts from what.

In the first round the teachers label the raw text, and a student that starts from the last of them
learns from it. In each further round the student before labels beside the teachers, and the next
student starts from it.

With parallel text there are two rounds more. What the student finds alike in a sentence and its
translation becomes bitexts, and a teacher that starts from the student learns from them. In the
first of the two rounds it labels beside the student, in the second beside both students. What each
step is worth is measured in docs/accuracy.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

PAIRS = "pairs"
PARALLEL_TEACHER = "parallel"
# Pairs of sentences cost points where snippets around sure entities gain them.
WORDS_AROUND = 2
MIN_PAIR_CONFIDENCE = 0.7
FEW_STEPS = 100
# The teacher with parallel text starts from a student, and has less to learn and much to lose.
GENTLER: Mapping[str, object] = MappingProxyType(
    {"training.optimizer.learn_rate.initial_rate": 5e-5}
)


@dataclass(frozen=True)
class Round:
    """Teachers label raw text, and a student learns from it.

    name: What the student is called, and labels as in later rounds.
    teachers: Names of the pipelines that label.
    start: The one of them that the student starts from.
    min_confidence: Tokens whose likeliest label has a lower probability keep no label.
    """

    name: str
    teachers: tuple[str, ...]
    start: str
    min_confidence: float = 0.0


@dataclass(frozen=True)
class Pairs:
    """Bitexts are cut out of parallel text.

    student: Name of the pipeline that finds what is alike on both sides.
    name: What the bitexts are called.
    """

    student: str
    name: str = PAIRS


@dataclass(frozen=True)
class ParallelTeacher:
    """A teacher learns from these bitexts and those that there are.

    start: Name of the student that it starts from.
    name: What it is called, and labels as in later rounds.
    """

    start: str
    name: str = PARALLEL_TEACHER


Step: TypeAlias = Round | Pairs | ParallelTeacher


def plan_rounds(
    teachers: Sequence[str], rounds: int = 1, min_confidence: float = 0.0, parallel: bool = False
) -> list[Step]:
    """Give the steps from teachers to the last student.

    teachers (Sequence[str]): Names of the teachers; the first student starts from the last.
    rounds (int): Rounds before those with parallel text.
    min_confidence (float): Least probability of a soft label from the second round on: by then
        the student's opinions are in it.
    parallel (bool): Whether there is parallel text, for two rounds more.
    RETURNS (list[Step]): The steps, in order; the last is a round.
    """
    steps: list[Step] = []

    def add_round(names: tuple[str, ...], start: str) -> str:
        number = 1 + sum(isinstance(step, Round) for step in steps)
        least = min_confidence if number > 1 else 0.0
        steps.append(Round(f"round-{number}", names, start, least))
        return steps[-1].name

    student = add_round(tuple(teachers), teachers[-1])
    for _ in range(rounds - 1):
        student = add_round((*teachers, student), student)
    if parallel:
        beside = (student, PARALLEL_TEACHER)
        steps += [Pairs(student), ParallelTeacher(student)]
        student = add_round(beside, student)
        add_round((*beside, student), student)
    return steps


def is_taken(name: str) -> bool:
    """Tell whether a name is one that the plan gives, and no teacher may have."""
    return name in (PAIRS, PARALLEL_TEACHER) or name.startswith("round-")


def settings_for(steps: int) -> dict[str, object]:
    """Give the options of `spacy train` for a number of steps, the last of which is evaluated.

    Few steps have less warm-up than the configs: a tenth of them.
    """
    settings: dict[str, object] = {
        "training.max_steps": steps,
        "training.optimizer.learn_rate.total_steps": steps,
        "training.eval_frequency": steps,
    }
    if steps < FEW_STEPS:
        settings["training.optimizer.learn_rate.warmup_steps"] = steps // 10
    return settings
