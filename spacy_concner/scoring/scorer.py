"""`spacy-concner.scorer.v1`: entity scores as spaCy and as seqeval count them."""

from collections.abc import Callable, Iterable
from typing import Any

from spacy.scorer import get_ner_prf
from spacy.training import Example

from ..corpora.bitext import token_tag


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
    """Score with seqeval in strict IOB2 mode, on gold tokens whose annotation is known.

    examples (Iterable[Example]): Predicted and gold Docs.
    RETURNS (dict[str, float | None]): Micro and macro F1 between 0 and 1, None where there is
        no entity to count.
    """
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    pairs = [tags for example in examples if (tags := known_tags(example))[0]]
    gold, predicted = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    has_entity = any(tag != "O" for tags in [*gold, *predicted] for tag in tags)
    if not has_entity:
        return {"seqeval_micro_f": None, "seqeval_macro_f": None}
    return {
        f"seqeval_{average}_f": float(
            f1_score(gold, predicted, average=average, mode="strict", scheme=IOB2, zero_division=0)
        )
        for average in ("micro", "macro")
    }


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
