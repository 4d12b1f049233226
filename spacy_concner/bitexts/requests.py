"""What a corpus asks of a translation engine: its texts, and whether the settings fit it."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import spacy
from spacy.tokens import Doc

from ..corpora.reader import read_docs
from ..errors import ConcnerError, Errors
from ..languages import check_language
from .sentences import PLACEHOLDERS, read_sentence


def export_source(
    path: Path,
    file: Path,
    source: str,
    target: str,
    *,
    copy_labels: Collection[str] = (),
    strategy: str = PLACEHOLDERS,
    limit: int = 0,
) -> int:
    """Write the lines that an engine would be asked for, for translation elsewhere.

    Of each sentence these are, with placeholders, the sentence with a placeholder for each
    entity, which must stand in the translation as it is, and then each entity; with markers,
    the sentence with brackets around its entities, and the entities where they differ in
    type; for alignment, the plain sentence. No line twice. A file with the translation of
    each line in its place is what `FileTranslator` reads.

    path (Path): Labelled `.spacy` file or a folder of them.
    file (Path): Text file to write.
    source (str): ISO 639-1 code of the corpus.
    target (str): ISO 639-1 code of the translations to be.
    copy_labels (Collection[str]): Types of entities that will be taken over untranslated.
    strategy (str): "placeholders", "markers" or "alignment".
    limit (int): Export this many Docs; 0 for all.
    RETURNS (int): Number of lines.
    RAISES (ConcnerError): C142, C143 for the input, C212 for bitexts in other languages,
        C215 if no entity has a label to copy, C216 for a language code, C217 if there is no
        input.
    """
    check_settings(path, source, target, copy_labels, limit)
    docs = read_docs(path, spacy.blank("xx"), limit)
    return write_lines(file, list_requests(docs, source, target, copy_labels, strategy))


def count_labels(path: Path, source: str, target: str, limit: int = 0) -> Counter[str]:
    """Count the entities that a translation would carry over, by type.

    path (Path): Labelled `.spacy` file or a folder of them.
    source (str): ISO 639-1 code of the language to translate from.
    target (str): ISO 639-1 code of the language to translate to.
    limit (int): Read this many Docs; 0 for all.
    RETURNS (Counter[str]): Number of entities of each type.
    RAISES (ConcnerError): C142, C143 for the input, C212 for bitexts in other languages.
    """
    counts: Counter[str] = Counter()
    for number, doc in enumerate(read_docs(path, spacy.blank("xx"), limit), 1):
        counts.update(span.label for span in read_sentence(doc, number, source, target).spans)
    return counts


def list_requests(
    docs: Iterable[Doc],
    source: str,
    target: str,
    copy_labels: Collection[str] = (),
    strategy: str = PLACEHOLDERS,
) -> Iterator[str]:
    """Give each text that has to be translated once, in order of first appearance.

    docs (Iterable[Doc]): Labelled Docs.
    source (str): ISO 639-1 code of the language to translate from.
    target (str): ISO 639-1 code of the language to translate to.
    copy_labels (Collection[str]): Types of entities to take over untranslated.
    strategy (str): "placeholders", "markers" or "alignment".
    YIELDS (str): The texts.
    RAISES (ConcnerError): C212 for bitexts in other languages.
    """
    seen: set[str] = set()
    for number, doc in enumerate(docs, 1):
        for text in read_sentence(doc, number, source, target, copy_labels).requests(strategy):
            if text not in seen:
                seen.add(text)
                yield text


def write_lines(file: Path, lines: Iterable[str]) -> int:
    """Write a text file; no file where there is no line.

    file (Path): The file; an old one is replaced.
    lines (Iterable[str]): Its lines.
    RETURNS (int): Number of lines.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    n_lines = 0
    with file.open("w", encoding="utf8", newline="\n") as stream:
        for line in lines:
            stream.write(f"{line}\n")
            n_lines += 1
    if not n_lines:
        file.unlink()
    return n_lines


def check_settings(
    path: Path, source: str, target: str, copy_labels: Collection[str], limit: int
) -> None:
    """Check what a user has asked for before any work is done.

    path (Path): Labelled `.spacy` file or a folder of them.
    source (str): Code of the language to translate from.
    target (str): Code of the language to translate to.
    copy_labels (Collection[str]): Types of entities to take over untranslated.
    limit (int): Documents to be read; 0 for all.
    RAISES (ConcnerError): C215 if no entity has a label to copy, C216 for a language code,
        C217 if there is no input.
    """
    for code in (source, target):
        check_language(code)
    if not Path(path).exists():
        expected = "a labelled .spacy file or a folder of them"
        raise ConcnerError(Errors.C217.format(path=path, expected=expected))
    if not copy_labels:
        return
    labels = count_labels(path, source, target, limit)
    absent = sorted(set(copy_labels) - set(labels))
    if absent:
        found = ", ".join(sorted(labels)) or "none at all"
        raise ConcnerError(Errors.C215.format(path=path, absent=", ".join(absent), found=found))
