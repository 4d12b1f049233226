"""A sentence and what an engine answered into a bitext, by each way of projection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from ..corpora.segments import make_bitext
from ..projection.markers import project_markers, remove_markers
from ..projection.placeholders import project, restore, tidy_entity
from ..projection.simalign import Aligner
from ..projection.types import Lost, Projection, has_letters
from .notes import UNLABELLED, WIDENED, set_note
from .sentences import ALIGNMENT, MARKERS, PLACEHOLDERS, Sentence
from .target_labels import (
    Labelled,
    label_by_alignment,
    label_by_characters,
    leave_unlabelled,
    words_of,
)

EMPTY = "empty translation"
NO_TEXT = "no text"


@dataclass(frozen=True)
class Pair:
    """The bitext that came of a sentence.

    doc: The bitext; the target's annotation is missing if labels were lost.
    target: Text of the target.
    n_entities: Entities of the target.
    n_widened: Those that were widened to whole tokens.
    """

    doc: Doc
    target: str
    n_entities: int
    n_widened: int


@dataclass(frozen=True)
class Outcome:
    """What came of a sentence by a way of projection.

    pair: The bitext; None if there is no text to make one of.
    lost: What was lost; None if the labels crossed over.
    answer: The translation as the engine gave it, with placeholders or markers.
    """

    pair: Pair | None = None
    lost: Lost | None = None
    answer: str = ""


class Joiner:
    """Joins sentences and their translations."""

    def __init__(self, nlp: Language, target: str, aligner: Aligner | None = None) -> None:
        """Say what the translations are.

        nlp (Language): Pipeline whose tokenizer and vocabulary they take.
        target (str): ISO 639-1 code of their language.
        aligner (Aligner): What aligns their words, for projection by alignment.
        """
        self._nlp = nlp
        self._target = target
        self._aligner = aligner

    def join(
        self, sentence: Sentence, translations: Mapping[str, str], strategy: str = PLACEHOLDERS
    ) -> Outcome:
        """Make the bitext of a sentence and its translation with placeholders or markers.

        sentence (Sentence): The sentence.
        translations (Mapping[str, str]): Translation of each of its requests.
        strategy (str): "placeholders" or "markers".
        RETURNS (Outcome): What came of it.
        """
        if not sentence.text:
            return Outcome(lost=Lost(NO_TEXT))
        entities = [
            surface if copied else tidy_entity(surface, translations.get(surface, ""))
            for surface, copied in zip(sentence.masked.surfaces, sentence.copied, strict=True)
        ]
        found: Projection | Lost
        if strategy == MARKERS:
            marked = sentence.marked
            if isinstance(marked, Lost):
                return Outcome(lost=marked)
            answer = translations[marked.text] if has_letters(sentence.text) else marked.text
            found, text = project_markers(marked, answer, entities), remove_markers(marked, answer)
        else:
            masked = sentence.masked
            answer = translations[masked.text] if masked.has_context else masked.text
            found, text = project(masked, answer, entities), restore(masked, answer, entities)
        empty = [text for text in sentence.requests(strategy) if not translations[text]]
        if empty:
            return Outcome(lost=Lost(EMPTY, empty[0]), answer=answer)
        if isinstance(found, Projection):
            target, text = self._nlp.make_doc(found.text), found.text
            labelled = label_by_characters(target, found, sentence.outside)
            if isinstance(labelled, Labelled):
                return Outcome(self._pair(sentence, target, strategy, labelled), answer=answer)
            found = labelled
        return Outcome(self.join_unlabelled(sentence, text, found), found, answer)

    def join_aligned(
        self, sentences: Sequence[Sentence], translations: Mapping[str, str]
    ) -> list[Outcome]:
        """Make the bitexts of sentences and their plain translations by word alignment.

        sentences (Sequence[Sentence]): The sentences.
        translations (Mapping[str, str]): Translation of each of their requests.
        RETURNS (list[Outcome]): What came of each.
        """
        assert self._aligner is not None
        answers = [
            translations[sentence.text] if has_letters(sentence.text) else sentence.text
            for sentence in sentences
        ]
        targets = [self._nlp.make_doc(answer) for answer in answers]
        links = self._aligner.align(
            [words_of(sentence.source) for sentence in sentences], list(map(words_of, targets))
        )
        outcomes: list[Outcome] = []
        for sentence, answer, target, link in zip(sentences, answers, targets, links, strict=True):
            if not answer:
                lost = Lost(EMPTY, sentence.text) if sentence.text else Lost(NO_TEXT)
                outcomes.append(Outcome(lost=lost))
                continue
            labelled = label_by_alignment(sentence.source, target, link)
            if isinstance(labelled, Lost):
                pair = self.join_unlabelled(sentence, answer, labelled)
                outcomes.append(Outcome(pair, labelled, answer))
            else:
                pair = self._pair(sentence, target, ALIGNMENT, labelled)
                outcomes.append(Outcome(pair, answer=answer))
        return outcomes

    def join_unlabelled(self, sentence: Sentence, text: str, lost: Lost) -> Pair | None:
        """Make the bitext whose target has lost its labels.

        sentence (Sentence): The sentence.
        text (str): Its translation.
        lost (Lost): What was lost.
        RETURNS (Pair | None): The bitext, the target's annotation missing; None without a text.
        """
        if not text:
            return None
        target = self._nlp.make_doc(text)
        leave_unlabelled(target)
        return self._pair(sentence, target, UNLABELLED, Labelled(0, problems=(lost.reason,)))

    def _pair(self, sentence: Sentence, target: Doc, strategy: str, labelled: Labelled) -> Pair:
        languages = [language for language, _ in sentence.segments] + [self._target]
        parts = [part for _, part in sentence.segments] + [target]
        bitext = make_bitext(parts, languages, self._nlp.vocab)
        problems = [*labelled.problems, *([WIDENED] if labelled.n_widened else [])]
        set_note(bitext, strategy, problems)
        return Pair(bitext, target.text, labelled.n_entities, labelled.n_widened)
