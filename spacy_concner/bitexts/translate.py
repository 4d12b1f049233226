"""A stream of labelled Docs and a translation engine into a stream of bitext Docs."""

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import tqdm
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.util import minibatch

from ..corpora.reader import corpus_files, read_docs
from ..engines.cache import TranslationCache
from ..engines.file import FileTranslator
from ..engines.registry import Translator
from ..errors import ConcnerError, Errors
from ..projection.types import Loss
from .aligner import Aligner
from .notes import get_record
from .quality import measure
from .requests import check_settings, list_requests, write_lines
from .sentences import Sentence, read_sentence
from .strategies import AUTO, CachedEngine, choose_strategies, translate_plainly, try_strategies
from .summary import Summary, in_words
from .tokenisation import make_tokenizer

Reject = Callable[[Sentence, str, Loss], None]


def translate_corpus(
    path: Path,
    output: Path,
    translator: Translator,
    *,
    engine: str = "",
    cache: Path | None = None,
    rejects: Path | None = None,
    copy_labels: Collection[str] = (),
    project: str = AUTO,
    aligner: Aligner | None = None,
    keep_unprojected: bool = False,
    batch_size: int = 64,
    limit: int = 0,
    progress: bool = True,
) -> Summary:
    """Translate a labelled corpus into bitexts.

    path (Path): Labelled `.spacy` file or a folder of them.
    output (Path): `.spacy` file for the bitexts, written whole at the end.
    translator (Translator): The engine.
    engine (str): What tells this engine's translations from others in the cache.
    cache (Path): File that keeps what was translated, for a run that goes on after a stop;
        None keeps nothing. Translations from a file are not cached.
    rejects (Path): JSONL file for the sentences whose labels were lost: document, reason,
        detail, text, masked, translation. It is written if there are any; None for none.
    copy_labels (Collection[str]): Types of entities to take over untranslated.
    project (str): How labels cross over: "placeholders", "markers", "alignment", or "auto",
        which tries these in turn until one keeps them, alignment only if there is an aligner
        (only placeholders with translations from a file, whose lines are fixed).
    aligner (Aligner): What aligns words.
    keep_unprojected (bool): Keep a pair whose labels were lost, its target's annotation
        missing; its text is then the plain translation, if the engine can be asked again.
    batch_size (int): Texts that the engine gets at once.
    limit (int): Translate this many Docs; 0 for all.
    progress (bool): Show a progress bar.
    RETURNS (Summary): Counts.
    RAISES (ConcnerError): C142, C143 for the input, C203 to C207 for the translations, C211
        if nothing could be kept, C212 for bitexts in other languages, C213 for the cache,
        C214 if the output is not a `.spacy` file, C215 if no entity has a label to copy,
        C216 for a language code, C217 if there is no input, C219, C220 for the way labels
        cross over.
    """
    started = time.perf_counter()
    if output.suffix != ".spacy":
        raise ConcnerError(Errors.C214.format(path=output))
    languages = translator.source, translator.target
    strategies = choose_strategies(project, translator, aligner)
    check_settings(path, *languages, copy_labels, limit)
    nlp = make_tokenizer(translator.target)
    if isinstance(translator, FileTranslator):
        cache = None
        docs = read_docs(path, nlp, limit)
        lines = list_requests(docs, *languages, copy_labels, strategies[0])
        translator.check_length(sum(1 for _ in lines))
    total = sum(len(DocBin().from_disk(file)) for file in corpus_files(path))
    summary = Summary()
    doc_bin = DocBin(store_user_data=True)
    lost: list[dict] = []

    def reject(sentence: Sentence, translation: str, loss: Loss) -> None:
        lost.append(describe_loss(sentence, translation, loss))

    docs = tqdm.tqdm(
        read_docs(path, nlp, limit),
        total=min(total, limit) if limit else total,
        desc="Translating",
        unit=" docs",
        disable=None if progress else True,
    )
    with TranslationCache(cache, f"{engine} {languages[0]}-{languages[1]}") as store:
        for doc in translate_docs(
            docs,
            translator,
            nlp,
            cache=store,
            copy_labels=copy_labels,
            project=project,
            aligner=aligner,
            keep_unprojected=keep_unprojected,
            batch_size=batch_size,
            summary=summary,
            reject=reject,
        ):
            doc_bin.add(doc)
    if rejects is not None:
        write_lines(rejects, (json.dumps(row, ensure_ascii=False) for row in lost))
    if not summary.kept:
        values = {"n": summary.sentences, "path": path, "rejects": rejects}
        raise ConcnerError(Errors.C211.format(reasons=in_words(summary.lost), **values))
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_suffix(".unfinished")
    doc_bin.to_disk(unfinished)
    unfinished.replace(output)
    summary.seconds = time.perf_counter() - started
    return summary


def translate_docs(
    docs: Iterable[Doc],
    translator: Translator,
    nlp: Language,
    *,
    cache: TranslationCache,
    copy_labels: Collection[str] = (),
    project: str = AUTO,
    aligner: Aligner | None = None,
    keep_unprojected: bool = False,
    batch_size: int = 64,
    summary: Summary | None = None,
    reject: Reject | None = None,
) -> Iterator[Doc]:
    """Translate labelled Docs into bitexts.

    Where placeholders were lost, others are tried once, but not with translations from a
    file, whose lines are fixed.

    docs (Iterable[Doc]): Labelled Docs, or bitexts with a segment in the source language,
        which get one more.
    translator (Translator): The engine.
    nlp (Language): Pipeline whose tokenizer and vocabulary the targets take.
    cache (TranslationCache): Where translations are looked up and kept.
    copy_labels (Collection[str]): Types of entities to take over untranslated.
    project (str): How labels cross over: "placeholders", "markers", "alignment", or "auto",
        which tries these in turn until one keeps them, alignment only if there is an aligner
        (only placeholders with translations from a file, whose lines are fixed).
    aligner (Aligner): What aligns words.
    keep_unprojected (bool): Keep a pair whose labels were lost, its target's annotation
        missing.
    batch_size (int): Texts that the engine gets at once.
    summary (Summary): Counts, added to as Docs come out.
    reject (Callable): Called with sentence, translation and loss where labels were lost.
    YIELDS (Doc): The bitexts.
    RAISES (ConcnerError): C206, C207 for the engine, C212 for bitexts in other languages,
        C219, C220 for the way labels cross over.
    """
    counts = Summary() if summary is None else summary
    strategies = choose_strategies(project, translator, aligner)
    ask = CachedEngine(translator, cache, batch_size, counts)
    for batch in minibatch(enumerate(docs, 1), batch_size):
        sentences = [
            read_sentence(doc, number, translator.source, translator.target, copy_labels)
            for number, doc in batch
        ]
        results = try_strategies(sentences, strategies, ask, nlp, aligner)
        if keep_unprojected and not isinstance(translator, FileTranslator):
            results = translate_plainly(sentences, results, ask, nlp)
        for sentence, (pair, loss, answer) in zip(sentences, results, strict=True):
            counts.sentences += 1
            if loss is not None:
                counts.lost[loss.reason] += 1
                if reject is not None:
                    reject(sentence, answer, loss)
            if pair is None or (loss is not None and not keep_unprojected):
                continue
            counts.kept += 1
            counts.unlabelled += loss is not None
            if loss is None:
                counts.strategies[(get_record(pair.doc) or {})["strategy"]] += 1
            counts.entities += pair.n_entities
            counts.expanded += pair.n_expanded
            counts.unchanged += pair.target == sentence.text
            counts.quality.add(measure(pair.doc)[-1])
            yield pair.doc


def describe_loss(sentence: Sentence, translation: str, loss: Loss) -> dict[str, str | int]:
    """Give the row of a lost sentence in a file of rejects.

    sentence (Sentence): The sentence.
    translation (str): Translation of the sentence with placeholders.
    loss (Loss): What was lost.
    RETURNS (dict[str, str | int]): The row.
    """
    return {
        "document": sentence.number,
        "reason": loss.reason,
        "detail": loss.detail,
        "text": sentence.text,
        "masked": sentence.masked.text,
        "translation": translation,
    }
