"""Ways of projection in turn, until one keeps the labels of a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..engines.cache import CachedTranslator
from ..engines.file import FileTranslator
from ..errors import ConcnerError, Errors
from ..projection.types import has_letters
from .joining import NO_TEXT, Joiner, Outcome
from .notes import add_problems, get_note
from .sentences import ALIGNMENT, MARKERS, PLACEHOLDERS, Sentence

AUTO = "auto"
STRATEGIES = (PLACEHOLDERS, MARKERS, ALIGNMENT)


def choose_strategies(project: str, *, is_file: bool, has_aligner: bool) -> tuple[str, ...]:
    """Give the ways of projection to try, in order.

    project (str): "auto" or one of them.
    is_file (bool): Whether the translations come from a file, whose lines are fixed.
    has_aligner (bool): Whether there is anything that aligns words.
    RETURNS (tuple[str, ...]): The ways.
    RAISES (ConcnerError): C219 if there is no such way, C220 for alignment without an aligner.
    """
    if project not in (AUTO, *STRATEGIES):
        known = ", ".join([AUTO, *STRATEGIES])
        raise ConcnerError(Errors.C219.format(project=project, known=known))
    if project == ALIGNMENT and not has_aligner:
        raise ConcnerError(Errors.C220)
    if project != AUTO:
        return (project,)
    if is_file:
        return (PLACEHOLDERS,)
    return STRATEGIES if has_aligner else (PLACEHOLDERS, MARKERS)


class Projector:
    """Sentences into bitexts, by one way of projection after another."""

    def __init__(
        self, strategies: Sequence[str], translator: CachedTranslator, joiner: Joiner
    ) -> None:
        """Say how labels cross over.

        strategies (Sequence[str]): The ways, as of `choose_strategies`.
        translator (CachedTranslator): The engine.
        joiner (Joiner): What joins sentences and the engine's answers.
        """
        self._strategies = strategies
        self._translator = translator
        self._joiner = joiner
        self._is_file = isinstance(translator.translator, FileTranslator)

    def project(self, sentences: Sequence[Sentence]) -> list[Outcome]:
        """Give for each sentence what came of the first way that kept its labels.

        sentences (Sequence[Sentence]): The sentences.
        RETURNS (list[Outcome]): For each sentence what came of it; where no way kept the labels,
            of the last that gave a text.
        RAISES (ConcnerError): C203, C204, C206, C207 for the engine.
        """
        outcomes = [Outcome() for _ in sentences]
        reasons: list[list[str]] = [[] for _ in sentences]
        waiting = list(range(len(sentences)))
        for strategy in self._strategies:
            tried = self._try([sentences[n] for n in waiting], strategy)
            for n, outcome in zip(waiting, tried, strict=True):
                if outcome.pair is not None:
                    add_problems(outcome.pair.doc, reasons[n])
                if outcome.pair is not None or outcomes[n].pair is None:
                    outcomes[n] = outcome
                if outcome.lost is not None:
                    reasons[n].append(f"{strategy}: {outcome.lost.reason}")
            waiting = [n for n, outcome in enumerate(outcomes) if _may_gain(outcome)]
        return outcomes

    def translate_plainly(
        self, sentences: Sequence[Sentence], outcomes: Sequence[Outcome]
    ) -> list[Outcome]:
        """Give sentences whose labels were lost their plain translation.

        What is left of the placeholders and markers would stand in the text else. Lines of a
        file are fixed: then nothing changes.

        sentences (Sequence[Sentence]): The sentences.
        outcomes (Sequence[Outcome]): What came of them.
        RETURNS (list[Outcome]): The outcomes, those of lost labels with the plain translation;
            as they were where there is none.
        """
        if self._is_file:
            return list(outcomes)
        both = list(zip(sentences, outcomes, strict=True))
        lost = [sentence for sentence, outcome in both if outcome.lost is not None]
        plain = self._translator.translate(s.text for s in lost if has_letters(s.text))
        return [self._join_plainly(*each, plain) for each in both]

    def _join_plainly(
        self, sentence: Sentence, outcome: Outcome, plain: Mapping[str, str]
    ) -> Outcome:
        if outcome.lost is None:
            return outcome
        text = plain.get(sentence.text, sentence.text)
        pair = self._joiner.join_unlabelled(sentence, text, outcome.lost)
        if pair is None:
            return outcome
        if outcome.pair is not None:
            tried = (get_note(outcome.pair.doc) or {})["problems"]
            others = [problem for problem in tried if problem != outcome.lost.reason]
            add_problems(pair.doc, others)
        return replace(outcome, pair=pair)

    def _try(self, sentences: Sequence[Sentence], strategy: str) -> list[Outcome]:
        texts = (text for sentence in sentences for text in sentence.requests(strategy))
        translations = self._translator.translate(texts)
        if strategy == ALIGNMENT:
            return self._joiner.join_aligned(sentences, translations)
        outcomes = [self._joiner.join(each, translations, strategy) for each in sentences]
        if strategy == MARKERS or self._is_file:
            return outcomes
        seconds = [
            sentence.second_try(outcome.lost)
            for sentence, outcome in zip(sentences, outcomes, strict=True)
        ]
        masked = (second.masked.text for second in seconds if second is not None)
        translations |= self._translator.translate(masked)
        for n, second in enumerate(seconds):
            if second is not None:
                again = self._joiner.join(second, translations)
                if again.lost is None:
                    outcomes[n] = again
        return outcomes


def _may_gain(outcome: Outcome) -> bool:
    return outcome.lost is not None and outcome.lost.reason != NO_TEXT
