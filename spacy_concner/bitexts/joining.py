"""A sentence and what an engine answered into a bitext, by each way of projection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from ..corpora.segments import annotate, make_bitext
from ..projection.markers import project_markers, remove_markers
from ..projection.placeholders import project, restore, tidy_entity
from ..projection.types import Loss, Projection, has_letters
from .aligner import Aligner
from .carry_over import carry_over, words_of
from .notes import UNLABELLED, WIDENED, set_record
from .sentences import ALIGNMENT, MARKERS, PLACEHOLDERS, Sentence

OVERLAP = "entities share a token"
MISALIGNED = "entity crosses words"
BURIED = "entity inside a longer word"
EMPTY = "empty translation"
NO_TEXT = "no text"
# Characters that may be glued to an entity, such as a case ending, if it is shorter itself.
LONGEST_ENDING = 4


@dataclass(frozen=True)
class Pair:
    """The bitext that came of a sentence.

    doc: The bitext; the target's annotation is missing if there is a loss.
    target: Text of the target.
    n_entities: Entities of the target.
    n_expanded: Those that were widened to token boundaries.
    """

    doc: Doc
    target: str
    n_entities: int
    n_expanded: int


Result = tuple[Pair | None, Loss | None, str]


def join_pair(
    sentence: Sentence,
    translations: Mapping[str, str],
    target: str,
    nlp: Language,
    strategy: str = PLACEHOLDERS,
) -> Result:
    """Make the bitext of a sentence and its translation with placeholders or markers.

    sentence (Sentence): The sentence.
    translations (Mapping[str, str]): Translation of each of its requests.
    target (str): ISO 639-1 code of the translation.
    nlp (Language): Pipeline whose tokenizer and vocabulary the target takes.
    strategy (str): "placeholders" or "markers".
    RETURNS (Result): The bitext, None if there is no text to make one of; what was lost,
        None if the labels crossed over; the translation with placeholders or markers.
    """
    if not sentence.text:
        return None, Loss(NO_TEXT), ""
    if strategy == MARKERS and isinstance(sentence.marked, Loss):
        return None, sentence.marked, ""
    entities = [
        surface if copied else tidy_entity(surface, translations.get(surface, ""))
        for surface, copied in zip(sentence.masked.surfaces, sentence.copied, strict=True)
    ]
    by = _by_markers if strategy == MARKERS else _by_placeholders
    answer, result, text, problems = by(sentence, translations, entities)
    empty = [text for text in sentence.requests(strategy) if not translations[text]]
    if empty:
        return None, Loss(EMPTY, empty[0]), answer
    if isinstance(result, Projection):
        doc = nlp.make_doc(result.text)
        placed = _annotate_target(doc, result, sentence.outside)
        if not isinstance(placed, Loss):
            problems = [*problems, *([WIDENED] if placed else [])]
            made = _pair(sentence, doc, target, nlp, strategy, problems)
            return Pair(made, doc.text, len(result.spans), placed), None, answer
        loss, text = placed, result.text
    else:
        loss = result
    return make_unlabelled(sentence, text, loss, target, nlp), loss, answer


def align_pairs(
    sentences: Sequence[Sentence],
    translations: Mapping[str, str],
    target: str,
    nlp: Language,
    aligner: Aligner,
) -> list[Result]:
    """Make the bitexts of sentences and their translations by word alignment.

    sentences (Sequence[Sentence]): The sentences.
    translations (Mapping[str, str]): Translation of each of their requests.
    target (str): ISO 639-1 code of the translations.
    nlp (Language): Pipeline whose tokenizer and vocabulary the targets take.
    aligner (Aligner): What aligns the words.
    RETURNS (list[Result]): As of `join_pair`, for each sentence.
    """
    answers = [
        translations[sentence.text] if has_letters(sentence.text) else sentence.text
        for sentence in sentences
    ]
    docs = [nlp.make_doc(answer) for answer in answers]
    links = aligner.align(
        [words_of(sentence.source) for sentence in sentences], [words_of(doc) for doc in docs]
    )
    results: list[Result] = []
    for sentence, answer, doc, link in zip(sentences, answers, docs, links, strict=True):
        if not answer:
            loss = Loss(EMPTY, sentence.text) if sentence.text else Loss(NO_TEXT)
            results.append((None, loss, answer))
            continue
        crossed = carry_over(sentence.source, doc, link)
        if isinstance(crossed, Loss):
            pair: Pair | None = make_unlabelled(sentence, answer, crossed, target, nlp)
            results.append((pair, crossed, answer))
        else:
            made = _pair(sentence, doc, target, nlp, ALIGNMENT, crossed.problems)
            results.append((Pair(made, doc.text, crossed.n_entities, 0), None, answer))
    return results


def _by_placeholders(
    sentence: Sentence, translations: Mapping[str, str], entities: Sequence[str]
) -> tuple[str, Projection | Loss, str, list[str]]:
    masked = sentence.masked
    answer = translations[masked.text] if masked.has_context else masked.text
    return answer, project(masked, answer, entities), restore(masked, answer, entities), []


def _by_markers(
    sentence: Sentence, translations: Mapping[str, str], entities: Sequence[str]
) -> tuple[str, Projection | Loss, str, list[str]]:
    marked = sentence.marked
    assert not isinstance(marked, Loss)
    answer = translations[marked.text] if has_letters(sentence.text) else marked.text
    result = project_markers(marked, answer, entities)
    text = remove_markers(marked, answer)
    if isinstance(result, Loss):
        return answer, result, text, []
    return answer, result[0], text, result[1]


def make_unlabelled(
    sentence: Sentence, text: str, loss: Loss, target: str, nlp: Language
) -> Pair | None:
    """Make the bitext whose target has lost its labels.

    sentence (Sentence): The sentence.
    text (str): Its translation.
    loss (Loss): What was lost.
    target (str): ISO 639-1 code of the translation.
    nlp (Language): Pipeline whose tokenizer and vocabulary the target takes.
    RETURNS (Pair | None): The bitext, the target's annotation missing; None without a text.
    """
    if not text:
        return None
    doc = nlp.make_doc(text)
    annotate(doc, ["-"] * len(doc))
    made = _pair(sentence, doc, target, nlp, UNLABELLED, [loss.reason])
    return Pair(made, doc.text, 0, 0)


def _pair(
    sentence: Sentence, doc: Doc, target: str, nlp: Language, strategy: str, problems: list[str]
) -> Doc:
    languages = [language for language, _ in sentence.segments] + [target]
    parts = [part for _, part in sentence.segments] + [doc]
    bitext = make_bitext(parts, languages, nlp.vocab)
    set_record(bitext, strategy, problems)
    return bitext


def _annotate_target(doc: Doc, projection: Projection, outside: str) -> int | Loss:
    """Set the entities of a target Doc and count those widened to whole tokens."""
    tags = [outside] * len(doc)
    taken: set[int] = set()
    n_expanded = 0
    for place in projection.spans:
        entity = projection.text[place.start : place.end]
        span = doc.char_span(place.start, place.end)
        if span is None:
            n_expanded += 1
            span = doc.char_span(place.start, place.end, alignment_mode="expand")
        if span is None or len(span.text.split()) != len(entity.split()):
            return Loss(MISALIGNED, entity)
        if len(span.text) - len(entity) > max(len(entity), LONGEST_ENDING):
            return Loss(BURIED, entity)
        if taken.intersection(range(span.start, span.end)):
            return Loss(OVERLAP, entity)
        taken.update(range(span.start, span.end))
        tags[span.start] = f"B-{place.label}"
        tags[span.start + 1 : span.end] = [f"I-{place.label}"] * (len(span) - 1)
    annotate(doc, tags)
    return n_expanded
