"""The files of a new project, read once: what is in them, what is wrong, what looks odd."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import spacy
import srsly
from spacy.tokens import Doc

from ..bitexts.parallel_files import ParallelFiles, check_columns
from ..corpora.convert import convert
from ..corpora.reader import read_docs
from ..corpora.segments import is_bitext, split_bitext
from ..errors import ConcnerError, Errors
from .text_language import find_other_language

LABELLED, DEV, TEST, RAW = "labelled", "dev", "test", "raw"
# Fewer examples of a type teach little.
MIN_EXAMPLES = 20
MIN_RAW = 1000
# Of a broken file so many places are told.
N_TOLD = 3
N_LANGUAGE = 500


@dataclass(frozen=True)
class Given:
    """A file that a new project is made of.

    option: The option that named it, for messages, such as "--raw de".
    kind: "labelled", "dev", "test" or "raw".
    path: The file, or a folder.
    language: Code of its language.
    """

    option: str
    kind: str
    path: Path
    language: str


@dataclass(frozen=True)
class Files:
    """The files that a person has; by language those that there is one of for each.

    labelled: Labelled sentences.
    raw: Raw text of each target language.
    dev: Labelled sentences of the same language, to look at while training.
    tests: Labelled sentences to measure on.
    parallel: Lines of source, tab, target.
    translations: Translations of the labelled sentences, a line each in their order; one language.
    sources: JSON list of who made the data, under what licence.
    """

    labelled: Path
    raw: Mapping[str, Path]
    dev: Path | None = None
    tests: Mapping[str, Path] = field(default_factory=dict)
    parallel: Mapping[str, Path] = field(default_factory=dict)
    translations: Mapping[str, Path] = field(default_factory=dict)
    sources: Path | None = None

    def list_all(self, source: str) -> list[Given]:
        """Give the labelled files and the raw text, in the order in which they are read.

        source (str): Code of the language of the labelled sentences.
        """
        given = [Given("--labelled", LABELLED, self.labelled, source)]
        if self.dev is not None:
            given.append(Given("--dev", DEV, self.dev, source))
        given += [Given(f"--test {code}", TEST, path, code) for code, path in self.tests.items()]
        given += [Given(f"--raw {code}", RAW, path, code) for code, path in self.raw.items()]
        return given


@dataclass
class Corpus:
    """What a file holds.

    given: The file.
    docs: Folder with the `.spacy` files of its sentences.
    n_sentences, n_words: Of the source language where it has bitexts.
    entities: Entities by type.
    texts: Its sentences, white space folded; of raw text the first.
    n_tabs: Sentences with a tab.
    has_labels: Whether raw text has labels, which are left unread.
    is_bitexts: Whether the sentences come with translations.
    """

    given: Given
    docs: Path
    n_sentences: int = 0
    n_words: int = 0
    entities: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)
    n_tabs: int = 0
    has_labels: bool = False
    is_bitexts: bool = False


@dataclass
class Inspection:
    """What the files of a new project hold.

    corpora: Those that can be read, in the order given.
    problems: What must be mended first, each with its place.
    warnings: What looks odd.
    """

    corpora: list[Corpus] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def find(self, kind: str) -> list[Corpus]:
        """Give the corpora of a kind."""
        return [corpus for corpus in self.corpora if corpus.given.kind == kind]


def inspect_files(
    files: Sequence[Given],
    scratch: Path,
    *,
    options: Mapping[str, Any],
    raw_encoding: str = "",
    skip_invalid: bool = False,
) -> Inspection:
    """Read the files of a new project.

    files (Sequence[Given]): The files.
    scratch (Path): Folder for their sentences.
    options (Mapping[str, Any]): Settings of `convert` for labelled files.
    raw_encoding (str): Encoding of raw text; "" for UTF-8, or what a byte order mark says.
    skip_invalid (bool): Leave broken records out, with a warning.
    RETURNS (Inspection): What they hold; nothing is raised for a broken one.
    """
    found = Inspection()
    raw_options = {"unlabelled": True, "encoding": raw_encoding}
    for number, given in enumerate(files):
        settings = raw_options if given.kind == RAW else options
        try:
            corpus = _read(given, scratch / f"file-{number}", settings, found, skip_invalid)
        except ConcnerError as error:
            found.problems.append(_as_problem(given, str(error)))
            continue
        if corpus is not None:
            found.corpora.append(corpus)
    _look_at_labels(found)
    _look_at_raw_text(found)
    return found


def inspect_parallel(path: Path, option: str, found: Inspection) -> None:
    """Add what is wrong with a file of parallel text to an inspection."""
    try:
        if not path.is_file():
            raise ConcnerError(
                Errors.C217.format(path=path, expected="lines of source, tab, target")
            )
        check_columns(ParallelFiles(path))
    except ConcnerError as error:
        found.problems.append(f"{option}: {error}")


def source_docs(docs: Iterable[Doc], language: str) -> Iterator[Doc]:
    """Give Docs, of bitexts the segment in a language."""
    for doc in docs:
        if not is_bitext(doc):
            yield doc
            continue
        yield from (part for code, part in split_bitext(doc) if code == language)


def fold(text: str) -> str:
    """Give a text by which copies are known: white space and case do not count."""
    return " ".join(text.lower().split())


def _read(
    given: Given, output: Path, settings: Mapping[str, Any], found: Inspection, skip_invalid: bool
) -> Corpus | None:
    """Read a file; None if it has broken records, which are then among the problems."""
    if not given.path.exists():
        raise ConcnerError(Errors.C217.format(path=given.path, expected="a file that is there"))
    rejects = output.with_name(f"{output.name}.rejects.jsonl")
    if given.path.is_file() and not given.path.stat().st_size:
        raise ConcnerError(Errors.C621.format(path=given.path, language=given.language))
    try:
        done = convert(given.path, output, **settings, skip_invalid=True, rejects=rejects)
    except ConcnerError:
        # Where all records are broken, each says more than that none is left.
        if not rejects.exists():
            raise
        found.problems += [_as_problem(given, text) for text in _tell(rejects)]
        return None
    n_rejected = done.rejected.total()
    if n_rejected and not skip_invalid:
        found.problems += [_as_problem(given, text) for text in _tell(rejects)]
        return None
    if n_rejected:
        first = _tell(rejects)[0]
        found.warnings.append(f"{given.path}: {n_rejected} broken records left out ({first})")
    corpus = Corpus(given, output, entities=Counter(done.entities))
    if given.kind == RAW and done.format != "text":
        corpus.has_labels = _has_labels(given.path, output.with_name("labels.spacy"))
    vocab = spacy.blank("xx").vocab
    for doc in read_docs(output, vocab):
        corpus.is_bitexts |= is_bitext(doc)
        for part in source_docs([doc], given.language):
            corpus.n_sentences += 1
            corpus.n_words += len(part)
            corpus.n_tabs += "\t" in part.text
            if given.kind != RAW or corpus.n_sentences <= N_LANGUAGE:
                corpus.texts.append(fold(part.text))
    if corpus.is_bitexts:
        parts = source_docs(read_docs(output, vocab), given.language)
        corpus.entities = Counter(ent.label_ for part in parts for ent in part.ents)
    if not corpus.n_sentences:
        raise ConcnerError(Errors.C621.format(path=given.path, language=given.language))
    if given.kind != RAW and not corpus.entities:
        values = {"path": given.path, "n_sentences": corpus.n_sentences}
        raise ConcnerError(Errors.C620.format(**values))
    return corpus


def _has_labels(path: Path, scratch: Path) -> bool:
    """Tell whether the first records of a file have labels."""
    try:
        return bool(convert(path, scratch, limit=N_LANGUAGE, force=True).entities)
    except ConcnerError:
        return False


def _as_problem(given: Given, text: str) -> str:
    """Say which option a problem is of, and name the options that there are."""
    if given.kind == RAW:
        text = text.replace("--encoding", "--raw-encoding")
    return f"{given.option}: {text}"


def _tell(rejects: Path) -> list[str]:
    """Give what is wrong with the first broken records, and how many more there are."""
    messages = [row["message"] for row in srsly.read_jsonl(rejects)]
    more = len(messages) - N_TOLD
    return messages[:N_TOLD] + ([f"and {more} more such records"] if more > 0 else [])


def _look_at_labels(found: Inspection) -> None:
    labelled = found.find(LABELLED)
    if not labelled:
        return
    train = labelled[0]
    for label, count in sorted(train.entities.items()):
        if count < MIN_EXAMPLES:
            found.warnings.append(
                f"{label} has {count} examples in {train.given.path}: under {MIN_EXAMPLES} teach "
                "little"
            )
    texts = set(train.texts)
    for corpus in (*found.find(DEV), *found.find(TEST)):
        only = sorted(set(corpus.entities) - set(train.entities))
        if only:
            found.warnings.append(
                f"{', '.join(only)} only in {corpus.given.path}: nothing teaches them"
            )
        copies = sum(text in texts for text in corpus.texts)
        if copies:
            found.warnings.append(
                f"{copies} of {corpus.n_sentences} sentences of {corpus.given.path} stand in "
                f"{train.given.path}, too: scores on them say little"
            )


def _look_at_raw_text(found: Inspection) -> None:
    for corpus in found.find(RAW):
        path, language = corpus.given.path, corpus.given.language
        other = find_other_language(corpus.texts, language)
        if other:
            found.warnings.append(f"{path} is given as {language}, but seems to be {other}")
        if corpus.has_labels:
            found.warnings.append(f"{path} has labels, which are not read: it is given as raw text")
        if corpus.n_sentences < MIN_RAW:
            found.warnings.append(
                f"{path} has {corpus.n_sentences} sentences: some thousand make a better student"
            )
        if 2 * corpus.n_tabs > corpus.n_sentences:
            values = {"path": path, "n_tabs": corpus.n_tabs, "n_sentences": corpus.n_sentences}
            found.problems.append(f"{corpus.given.option}: {Errors.C622.format(**values)}")
        elif corpus.n_tabs:
            found.warnings.append(
                f"{path} has tabs in {corpus.n_tabs} sentences: raw text has one sentence a line"
            )
