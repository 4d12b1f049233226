"""`spacy-concner.scorer.v1`: entity scores as spaCy and as seqeval count them."""

from collections.abc import Callable, Iterable
from typing import Any

from spacy.scorer import get_ner_prf
from spacy.training import Example

from ..tagging.supervision import align_tags


def make_scorer() -> Callable:
    """Make the scorer.

    RETURNS (Callable): Function from Examples to spaCy's `ents_p`, `ents_r`, `ents_f` and
        `ents_per_type`, and seqeval's strict IOB2 averages `seqeval_micro_f` and
        `seqeval_macro_f`, all between 0 and 1, None without annotation.
    """
    return score_entities


def score_entities(examples: Iterable[Example], **kwargs: Any) -> dict[str, Any]:
    """Score predicted entities against gold ones: see `make_scorer`.

    examples (Iterable[Example]): Predicted and gold Docs.
    RETURNS (dict[str, Any]): The scores.
    """
    examples = list(examples)
    scores = get_ner_prf(examples)
    return {**scores, **seqeval_scores(examples)}


def seqeval_scores(examples: Iterable[Example]) -> dict[str, float | None]:
    """Score with seqeval in strict IOB2 mode, on tokens whose annotation is known.

    examples (Iterable[Example]): Predicted and gold Docs.
    RETURNS (dict[str, float | None]): Micro and macro F1 between 0 and 1, None where there is
        no entity to count.
    """
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    gold: list[list[str]] = []
    predicted: list[list[str]] = []
    for example in examples:
        tags = align_tags(example)
        known = [i for i, tag in enumerate(tags) if tag is not None]
        if known:
            gold.append([tags[i] or "O" for i in known])
            predicted.append(_bio([example.predicted[i] for i in known]))
    has_entity = any(tag != "O" for tags in [*gold, *predicted] for tag in tags)
    if not has_entity:
        return {"seqeval_micro_f": None, "seqeval_macro_f": None}
    return {
        f"seqeval_{average}_f": float(
            f1_score(gold, predicted, average=average, mode="strict", scheme=IOB2, zero_division=0)
        )
        for average in ("micro", "macro")
    }


def _bio(tokens: list) -> list[str]:
    return [f"{t.ent_iob_}-{t.ent_type_}" if t.ent_type_ else "O" for t in tokens]
