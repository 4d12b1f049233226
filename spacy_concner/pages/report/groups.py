"""F1 of groups of entities: by type, length and script (pure)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from spacy.scorer import PRFScore

from ...languages import script_of
from ...scoring.matches import EntitySpan
from .estimates import Rates, rates
from .results import ScoredSentence

FEW = 10
"""Gold entities below which F1 says little: the page shows it in grey, with a thin bar."""
ENTITY_LENGTHS = ("1 word", "2 words", "3 words", "4 words and more")
SENTENCE_LENGTHS = ((10, "up to 10 words"), (20, "11 to 20 words"), (40, "21 to 40 words"))
LONGEST = "41 words and more"


@dataclass(frozen=True)
class Grouping:
    """A way to group entities.

    title: what it goes by.
    group: gives the group of an entity.
    order: groups in order; without it the largest come first.
    """

    title: str
    group: Callable[[ScoredSentence, EntitySpan], str]
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class BarRow:
    """F1 of a group of entities.

    name: the group.
    n_gold: gold entities in it.
    n_found: how many of them each pipeline finds.
    rates: the figures of each pipeline.
    """

    name: str
    n_gold: int
    n_found: list[int]
    rates: list[Rates]

    @property
    def is_few(self) -> bool:
        """Tell whether the group is too small for its figures to say much."""
        return self.n_gold < FEW


@dataclass(frozen=True)
class BarTable:
    """F1 of groups of entities, a bar for each pipeline.

    title: what is grouped.
    rows: the groups.
    """

    title: str
    rows: list[BarRow]


def bar_table(grouping: Grouping, pipelines: Sequence[Sequence[ScoredSentence]]) -> BarTable:
    """Give F1 of groups of entities.

    grouping (Grouping): How they are grouped.
    pipelines (Sequence[Sequence[ScoredSentence]]): Sentences as each pipeline sees them.
    RETURNS (BarTable): Groups that hold an entity.
    """
    scores = [score_groups(sentences, grouping.group) for sentences in pipelines]
    n_gold: Counter[str] = Counter()
    for found in scores:
        n_gold |= Counter({name: score.tp + score.fn for name, score in found.items()})
    groups = {name for found in scores for name in found}
    largest_first = sorted(groups, key=lambda name: (-n_gold[name], name))
    names = [name for name in grouping.order if name in groups] or largest_first
    rows = []
    for name in names:
        counts = [found.get(name, PRFScore()) for found in scores]
        n_found = [score.tp for score in counts]
        rows.append(BarRow(name, n_gold[name], n_found, [rates(score) for score in counts]))
    return BarTable(grouping.title, rows)


def score_groups(
    sentences: Iterable[ScoredSentence], group: Callable[[ScoredSentence, EntitySpan], str]
) -> dict[str, PRFScore]:
    """Count entities by groups.

    sentences (Iterable[ScoredSentence]): Sentences.
    group (Callable[[ScoredSentence, EntitySpan], str]): Gives the group of a gold or predicted
        entity; equal entities must have the same.
    RETURNS (dict[str, PRFScore]): Right, wrong and missed entities by group.
    """
    scores: defaultdict[str, PRFScore] = defaultdict(PRFScore)
    for sentence in sentences:
        gold = {span.key: span for span in sentence.comparison.gold}
        for span in sentence.comparison.predicted:
            score = scores[group(sentence, span)]
            if gold.pop(span.key, None) is None:
                score.fp += 1
            else:
                score.tp += 1
        for span in gold.values():
            scores[group(sentence, span)].fn += 1
    return dict(scores)


def entity_type(sentence: ScoredSentence, span: EntitySpan) -> str:
    """Group entities by type."""
    return span.label


def entity_length(sentence: ScoredSentence, span: EntitySpan) -> str:
    """Group entities by their words."""
    return ENTITY_LENGTHS[min(span.end - span.start, len(ENTITY_LENGTHS)) - 1]


def sentence_length(sentence: ScoredSentence, span: EntitySpan) -> str:
    """Group entities by the words of their sentence."""
    n_words = len(sentence.offsets)
    return next((name for most, name in SENTENCE_LENGTHS if n_words <= most), LONGEST)


def entity_script(sentence: ScoredSentence, span: EntitySpan) -> str:
    """Group entities by the script that they are written in."""
    return script_of(span.text)


GROUPINGS = (
    Grouping("Type", entity_type),
    Grouping("Length of the entity", entity_length, ENTITY_LENGTHS),
    Grouping(
        "Length of the sentence",
        sentence_length,
        (*(name for _, name in SENTENCE_LENGTHS), LONGEST),
    ),
    Grouping("Script of the entity", entity_script),
)
