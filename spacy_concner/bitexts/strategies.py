"""Ways of projection in turn, until one keeps the labels of a sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.util import minibatch

from ..engines.cache import TranslationCache
from ..engines.file import FileTranslator
from ..engines.registry import Translator
from ..errors import ConcnerError, Errors
from ..projection.types import has_letters
from .aligner import Aligner
from .joining import NO_TEXT, Result, align_pairs, join_pair, make_unlabelled
from .notes import add_problems, get_record
from .sentences import ALIGNMENT, MARKERS, PLACEHOLDERS, Sentence
from .summary import Summary

AUTO = "auto"
STRATEGIES = (PLACEHOLDERS, MARKERS, ALIGNMENT)


@dataclass(frozen=True)
class CachedEngine:
    """An engine that is asked for nothing that the cache has.

    translator: The engine.
    cache: Where translations are looked up and kept.
    batch_size: Texts that the engine gets at once.
    summary: Where the texts that it translated are counted.
    """

    translator: Translator
    cache: TranslationCache
    batch_size: int
    summary: Summary

    def __call__(self, texts: Iterable[str]) -> dict[str, str]:
        """Translate texts.

        texts (Iterable[str]): The texts; each is asked for once.
        RETURNS (dict[str, str]): Text to translation.
        RAISES (ConcnerError): C206, C207 for the engine.
        """
        wanted = list(dict.fromkeys(texts))
        known = self.cache.get(wanted)
        unknown = [text for text in wanted if text not in known]
        for batch in minibatch(unknown, self.batch_size):
            name = type(self.translator).__name__
            try:
                found = self.translator.translate(batch)
            except ConcnerError:
                raise
            except Exception as error:
                done = self.summary.translated
                raise ConcnerError(
                    Errors.C207.format(name=name, error=error, done=done, text=batch[0])
                ) from error
            if len(found) != len(batch):
                counts = {"found": len(found), "expected": len(batch)}
                raise ConcnerError(Errors.C206.format(name=name, text=batch[0], **counts))
            answers = {
                text: " ".join(answer.split()) for text, answer in zip(batch, found, strict=True)
            }
            self.cache.add({text: answer for text, answer in answers.items() if answer})
            known.update(answers)
            self.summary.translated += len(batch)
        return known


def choose_strategies(
    project: str, translator: Translator | None = None, aligner: Aligner | None = None
) -> tuple[str, ...]:
    """Give the ways of projection to try, in order.

    project (str): "auto" or one of them.
    translator (Translator): The engine.
    aligner (Aligner): What aligns words, if there is anything.
    RETURNS (tuple[str, ...]): The ways.
    RAISES (ConcnerError): C219 if there is no such way, C220 for alignment without an aligner.
    """
    if project not in (AUTO, *STRATEGIES):
        known = ", ".join([AUTO, *STRATEGIES])
        raise ConcnerError(Errors.C219.format(project=project, known=known))
    if project == ALIGNMENT and translator is not None and aligner is None:
        raise ConcnerError(Errors.C220)
    if project != AUTO:
        return (project,)
    if translator is None or isinstance(translator, FileTranslator):
        return (PLACEHOLDERS,)
    return STRATEGIES if aligner is not None else (PLACEHOLDERS, MARKERS)


def try_strategies(
    sentences: Sequence[Sentence],
    strategies: Sequence[str],
    ask: CachedEngine,
    nlp: Language,
    aligner: Aligner | None,
) -> list[Result]:
    """Give for each sentence the result of the first way that kept its labels.

    sentences (Sequence[Sentence]): The sentences.
    strategies (Sequence[str]): The ways, as of `choose_strategies`.
    ask (CachedEngine): The engine.
    nlp (Language): Pipeline whose tokenizer and vocabulary the targets take.
    aligner (Aligner): What aligns words, for alignment.
    RETURNS (list[Result]): For each sentence what came of it; where no way kept the labels,
        the last that gave a text.
    """
    results: list[Result] = []
    losses: list[list[str]] = [[] for _ in sentences]
    for strategy in strategies:
        waiting = [n for n in range(len(sentences)) if not results or _may_gain(results[n])]
        tried = _try_strategy([sentences[n] for n in waiting], strategy, ask, nlp, aligner)
        results = results or list(tried)
        for n, new in zip(waiting, tried, strict=True):
            if new[0] is not None or results[n][0] is None:
                results[n] = new
            if new[0] is not None:
                add_problems(new[0].doc, losses[n])
            if new[1] is not None:
                losses[n].append(f"{strategy}: {new[1].reason}")
    return results


def translate_plainly(
    sentences: Sequence[Sentence], results: Sequence[Result], ask: CachedEngine, nlp: Language
) -> list[Result]:
    """Give sentences whose labels were lost their plain translation.

    What is left of placeholders and markers after a loss would stand in the text.

    sentences (Sequence[Sentence]): The sentences.
    results (Sequence[Result]): What came of them.
    ask (CachedEngine): The engine.
    nlp (Language): Pipeline whose tokenizer and vocabulary the targets take.
    RETURNS (list[Result]): The results, those of lost labels with the plain translation; as
        they were where there is none.
    """
    lost = [sentence for sentence, result in zip(sentences, results, strict=True) if result[1]]
    plain = ask(sentence.text for sentence in lost if has_letters(sentence.text))
    plainly: list[Result] = []
    for sentence, (pair, loss, answer) in zip(sentences, results, strict=True):
        if loss is not None:
            text = plain.get(sentence.text, sentence.text)
            made = make_unlabelled(sentence, text, loss, ask.translator.target, nlp)
            if made is not None and pair is not None:
                tried = (get_record(pair.doc) or {})["problems"]
                add_problems(made.doc, [problem for problem in tried if problem != loss.reason])
            pair = made or pair
        plainly.append((pair, loss, answer))
    return plainly


def _may_gain(result: Result) -> bool:
    return result[1] is not None and result[1].reason != NO_TEXT


def _try_strategy(
    sentences: Sequence[Sentence],
    strategy: str,
    ask: CachedEngine,
    nlp: Language,
    aligner: Aligner | None,
) -> list[Result]:
    target = ask.translator.target
    translations = ask(text for sentence in sentences for text in sentence.requests(strategy))
    if strategy == ALIGNMENT:
        assert aligner is not None
        return align_pairs(sentences, translations, target, nlp, aligner)
    results = [join_pair(s, translations, target, nlp, strategy) for s in sentences]
    if strategy == MARKERS or isinstance(ask.translator, FileTranslator):
        return results
    seconds = [
        sentence.second_try(loss) for sentence, (_, loss, _) in zip(sentences, results, strict=True)
    ]
    answers = translations | ask(second.masked.text for second in seconds if second is not None)
    for n, second in enumerate(seconds):
        again = None if second is None else join_pair(second, answers, target, nlp)
        if again is not None and again[1] is None:
            results[n] = again
    return results
