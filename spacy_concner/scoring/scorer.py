"""`spacy-concner.scorer.v1`: entity scores as spaCy, seqeval and nervaluate count them."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from spacy.scorer import get_ner_prf
from spacy.training import Example

from ..calibration.measure import brier_score, expected_calibration_error
from ..corpora.segments import token_tag
from ..errors import Warnings
from .matches import Comparison, EntitySpan, compare, score_counts, sum_counts
from .seen import SeenEntities, read_seen

SEQEVAL_AVERAGES = {"micro": "micro avg", "macro": "macro avg"}
# By our name, as nervaluate calls what it counts.
PARTIAL_MATCHES = {"strict": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}


def make_scorer(seen: str | Path | None = None) -> Callable:
    """Make the scorer.

    All scores lie between 0 and 1, and are None where there is nothing to count:

    - `ents_p`, `ents_r`, `ents_f`, `ents_per_type`: spaCy's.
    - `seqeval_micro_f`, `seqeval_macro_f`, `seqeval_per_type`: strict IOB2.
    - `ents_strict_f`, `ents_exact_f`, `ents_partial_f`, `ents_type_f`: nervaluate's, of
      partial matches (SemEval-2013, task 9.1).
    - `ents_ece`, `ents_brier`: calibration of the entities' probabilities.
    - `ents_per_language`: p, r and f by language code, where the corpus tells it, by
      segments or by `doc.user_data["language"]`.
    - `ents_seen_p`, … and `ents_unseen_p`, …: over entities that the training data had and
      had not, with `seen` only.

    seen (str | Path): Training corpus, or a file with an entity a line (text, or text and
        type separated by a tab). Read when first scoring; a file that is missing then is
        warned of (W511), so that a pipeline can be evaluated elsewhere.
    RETURNS (Callable): Function from Examples to the scores.
    """
    return EntityScorer(seen)


class EntityScorer:
    """Scores predicted entities against gold ones: see `make_scorer`."""

    def __init__(self, seen: str | Path | None = None) -> None:
        """Make the scorer; arguments as for `make_scorer`."""
        self.path = Path(seen) if seen else None
        self.seen: SeenEntities | None = None

    def __call__(self, examples: Iterable[Example], **kwargs: Any) -> dict[str, Any]:
        """Score Examples.

        examples (Iterable[Example]): Predicted and gold Docs.
        RETURNS (dict[str, Any]): The scores.
        """
        if self.path is not None and self.seen is None:
            if self.path.exists():
                self.seen = read_seen(self.path)
            else:
                warnings.warn(Warnings.W511.format(path=self.path), stacklevel=2)
                self.path = None
        return score_entities(examples, self.seen)


def score_entities(examples: Iterable[Example], seen: SeenEntities | None = None) -> dict[str, Any]:
    """Score predicted entities against gold ones: see `make_scorer`.

    examples (Iterable[Example]): Predicted and gold Docs.
    seen (SeenEntities): Entities of the training data.
    RETURNS (dict[str, Any]): The scores.
    """
    examples = list(examples)
    comparisons = [comparison for example in examples for comparison in compare(example)]
    scores = {
        **get_ner_prf(examples),
        **seqeval_scores(examples),
        **partial_scores(comparisons),
        **calibration_scores(comparisons),
        "ents_per_language": language_scores(comparisons),
    }
    if seen is not None:
        scores |= seen_scores(comparisons, seen)
    return scores


def seqeval_scores(examples: Iterable[Example]) -> dict[str, Any]:
    """Score with seqeval in strict IOB2 mode, on gold tokens whose annotation is known.

    examples (Iterable[Example]): Predicted and gold Docs.
    RETURNS (dict[str, Any]): Micro and macro F1 between 0 and 1, and p, r and f by type;
        None where there is no entity to count, or no seqeval.
    """
    names = [f"seqeval_{average}_f" for average in SEQEVAL_AVERAGES]
    try:
        from seqeval.metrics import classification_report
        from seqeval.scheme import IOB2
    except ImportError:
        warnings.warn(Warnings.W520.format(package="seqeval"), stacklevel=2)
        return {name: None for name in [*names, "seqeval_per_type"]}
    pairs = [tags for example in examples if (tags := known_tags(example))[0]]
    gold, predicted = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    has_entity = any(tag != "O" for tags in [*gold, *predicted] for tag in tags)
    if not has_entity:
        return {name: None for name in [*names, "seqeval_per_type"]}
    report = classification_report(
        gold, predicted, output_dict=True, mode="strict", scheme=IOB2, zero_division=0
    )
    averages = [report.pop(key) for key in SEQEVAL_AVERAGES.values()]
    report.pop("weighted avg")
    return {
        **{name: float(average["f1-score"]) for name, average in zip(names, averages, strict=True)},
        "seqeval_per_type": {
            label: {
                "p": float(found["precision"]),
                "r": float(found["recall"]),
                "f": float(found["f1-score"]),
            }
            for label, found in report.items()
        },
    }


def partial_scores(comparisons: Sequence[Comparison]) -> dict[str, float | None]:
    """Score with nervaluate, which counts entities that overlap in four ways.

    "strict" wants boundaries and type, "exact" boundaries alone, "partial" any overlap (half
    the credit where boundaries differ), "type" any overlap with the right type.

    comparisons (Sequence[Comparison]): Sentences.
    RETURNS (dict[str, float | None]): F1 between 0 and 1 as `ents_strict_f`, …; None where
        there is no entity to count, or no nervaluate.
    """
    names = {f"ents_{ours}_f": theirs for ours, theirs in PARTIAL_MATCHES.items()}
    try:
        from nervaluate import Evaluator
    except ImportError:
        warnings.warn(Warnings.W520.format(package="nervaluate"), stacklevel=2)
        return dict.fromkeys(names)
    found = [c for c in comparisons if c.gold or c.predicted]
    if not found:
        return dict.fromkeys(names)
    labels = {span.label for c in found for span in (*c.gold, *c.predicted)}
    gold, predicted = [_as_dicts(c.gold) for c in found], [_as_dicts(c.predicted) for c in found]
    evaluated = Evaluator(gold, predicted, tags=sorted(labels), loader="dict").evaluate()
    return {ours: float(evaluated["overall"][theirs].f1) for ours, theirs in names.items()}


def calibration_scores(comparisons: Sequence[Comparison]) -> dict[str, float | None]:
    """Give calibration error and Brier score of the predicted entities' probabilities.

    comparisons (Sequence[Comparison]): Sentences.
    RETURNS (dict[str, float | None]): `ents_ece` and `ents_brier`, None without predictions.
    """
    outcomes = [outcome for comparison in comparisons for outcome in comparison.outcomes()]
    scores, correct = [score for score, _ in outcomes], [right for _, right in outcomes]
    return {
        "ents_ece": expected_calibration_error(scores, correct),
        "ents_brier": brier_score(scores, correct),
    }


def language_scores(comparisons: Sequence[Comparison]) -> dict[str, dict[str, float]] | None:
    """Give p, r and f of each language.

    comparisons (Sequence[Comparison]): Sentences.
    RETURNS (dict[str, dict[str, float]] | None): Scores by language code; None if no
        language is known.
    """
    languages = sorted({comparison.language for comparison in comparisons} - {""})
    return {
        language: score_counts(
            sum_counts(c for c in comparisons if c.language == language)
        ).to_dict()
        for language in languages
    } or None


def seen_scores(comparisons: Sequence[Comparison], seen: SeenEntities) -> dict[str, float | None]:
    """Give p, r and f over seen and over unseen entities, gold and predicted alike.

    comparisons (Sequence[Comparison]): Sentences.
    seen (SeenEntities): Entities of the training data.
    RETURNS (dict[str, float | None]): `ents_seen_p` … and `ents_unseen_p` …, None where
        there is no such entity.
    """
    scores: dict[str, float | None] = {}
    halves: dict[str, Callable[[EntitySpan], bool]] = {
        "seen": lambda span: span in seen,
        "unseen": lambda span: span not in seen,
    }
    for name, keep in halves.items():
        counts = sum_counts(comparisons, keep)
        found = score_counts(counts).to_dict()
        scores |= {f"ents_{name}_{k}": v if any(counts) else None for k, v in found.items()}
    return scores


def known_tags(example: Example) -> tuple[list[str], list[str]]:
    """Give gold and predicted BIO tags of the gold tokens whose annotation is known.

    Gold tokens, so that an entity counts as missed where the tokens of the prediction do not
    fit it. A predicted entity with a token of unknown annotation is neither right nor wrong.

    example (Example): Predicted and gold Doc.
    RETURNS (tuple[list[str], list[str]]): Gold and predicted tags, equally many.
    """
    gold = [token_tag(token) for token in example.reference]
    predicted = ["O"] * len(gold)
    for entity in example.predicted.ents:
        aligned = example.alignment.x2y[entity.start : entity.end]
        if not len(aligned):
            continue
        start, end = int(aligned[0]), int(aligned[-1]) + 1
        if "-" not in gold[start:end] and set(predicted[start:end]) == {"O"}:
            inside = [f"I-{entity.label_}"] * (end - start - 1)
            predicted[start:end] = [f"B-{entity.label_}", *inside]
    known = [i for i, tag in enumerate(gold) if tag != "-"]
    return [gold[i] for i in known], [predicted[i] for i in known]


def _as_dicts(spans: Iterable[EntitySpan]) -> list[dict[str, Any]]:
    # nervaluate's last token is the entity's own.
    return [{"label": span.label, "start": span.start, "end": span.end - 1} for span in spans]
