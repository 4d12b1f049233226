"""The lines that an engine would be asked for, written for translation elsewhere."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import spacy

from ..corpora.reader import read_docs
from ..files import File, claim, whole_file
from ..languages import check_languages
from .sentences import Sentence, check_labels, read_sentences
from .strategies import AUTO, choose_strategies

OPTION = "--export-source"


@dataclass
class Export:
    """What was written for translation elsewhere.

    n_lines: Lines; no file is written without any.
    n_entities: Entities of the corpus.
    """

    n_lines: int = 0
    n_entities: int = 0


def export_source(
    path: Path,
    file: Path,
    source: str,
    target: str,
    *,
    copy_labels: Collection[str] = (),
    project: str = AUTO,
    limit: int = 0,
) -> Export:
    """Write the lines that an engine would be asked for, for translation elsewhere.

    Of each sentence these are, with placeholders, the sentence with a placeholder for each
    entity, which must stand in the translation as it is, and then each entity; with markers,
    the sentence with brackets around its entities, and the entities where they differ in
    type; for alignment, the plain sentence. No line twice. A file with the translation of
    each line in its place is what `translate_corpus` takes as translations.

    path (Path): Labelled `.spacy` file or a folder of them.
    file (Path): Text file to write; it must not be there yet.
    source (str): ISO 639-1 code of the corpus.
    target (str): ISO 639-1 code of the translations to be.
    copy_labels (Collection[str]): Types of entities that will be taken over untranslated.
    project (str): How labels will cross over: "placeholders" (also "auto"), "markers" or
        "alignment".
    limit (int): Export this many Docs; 0 for all.
    RETURNS (Export): Counts.
    RAISES (ConcnerError): C129, C407, C408 for the file, C142, C143 for the input, C212 for
        bitexts in other languages, C215 if no entity has a label to copy, C216 for a language
        code, C219 for the way labels cross over, C231 for two languages that are one.
    """
    check_languages(source, target)
    (strategy,) = choose_strategies(project, is_file=True, has_aligner=True)
    with claim("translate", inputs={"INPUT": path}, outputs={OPTION: File(file)}):
        nlp = spacy.blank("xx")
        done = Export()

        def read() -> Iterator[Sentence]:
            return read_sentences(read_docs(path, nlp, limit), source, target, copy_labels)

        check_labels(path, read(), copy_labels)
        lines = list_requests(_count(read(), done), strategy)
        if (first := next(lines, None)) is None:
            return done
        with whole_file(file, OPTION) as part, part.open("w", encoding="utf8", newline="\n") as to:
            for line in (first, *lines):
                to.write(f"{line}\n")
                done.n_lines += 1
    return done


def list_requests(sentences: Iterable[Sentence], strategy: str) -> Iterator[str]:
    """Give each text that has to be translated once, in order of first appearance.

    sentences (Iterable[Sentence]): The sentences.
    strategy (str): "placeholders", "markers" or "alignment".
    YIELDS (str): The texts.
    """
    seen: set[str] = set()
    for sentence in sentences:
        for text in sentence.requests(strategy):
            if text not in seen:
                seen.add(text)
                yield text


def _count(sentences: Iterable[Sentence], done: Export) -> Iterator[Sentence]:
    for sentence in sentences:
        done.n_entities += len(sentence.spans)
        yield sentence
