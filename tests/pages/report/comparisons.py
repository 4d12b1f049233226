"""Gold and predicted entities, made by hand and drawn."""

from hypothesis import strategies as st

from spacy_concner.pages.report.results import ScoredSentence
from spacy_concner.scoring.matches import Comparison, EntitySpan

LENGTH = 12
LABELS = ["PER", "LOC"]


def span(start: int, end: int, label: str = "PER", score: float | None = None) -> EntitySpan:
    return EntitySpan(start, end, label, f"w{start}", score)


def comparison(gold, predicted) -> Comparison:
    return Comparison("", tuple(gold), tuple(predicted))


def sentence(found: Comparison, n_words: int = LENGTH) -> ScoredSentence:
    offsets = tuple((3 * i, 3 * i + 2) for i in range(n_words))
    return ScoredSentence("w0 " * n_words, 0, offsets, found)


@st.composite
def entities(draw):
    bounds = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=8)))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    return [span(start, end, draw(st.sampled_from(LABELS))) for start, end in pairs]


COMPARISONS = st.lists(st.builds(comparison, entities(), entities()), max_size=5)
