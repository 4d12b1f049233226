"""The assets of a new project: what a person's files hold, as the stage `collect` reads it."""

import hashlib
import json
import math
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import spacy
from spacy.tokens import Doc

from ..corpora.doc_to_json import describe_doc
from ..corpora.reader import read_docs
from ..shipping.licence import UNKNOWN
from .collect import SOURCES
from .inspection import DEV, LABELLED, RAW, TEST, Corpus, Files, Inspection, fold, source_docs

DEV_SHARE = 0.1


@dataclass(frozen=True)
class Assets:
    """What was written.

    n_dev: Sentences of the development set.
    n_words: Words of the training set.
    n_all_words: These, and those of its translations in bitexts.
    """

    n_dev: int
    n_words: int
    n_all_words: int


def write_assets(folder: Path, found: Inspection, files: Files, lines: Sequence[str]) -> Assets:
    """Write what the stage `collect` reads.

    folder (Path): New folder.
    found (Inspection): What the files hold.
    files (Files): The files.
    lines (Sequence[str]): Translations of the labelled sentences; none if there are none.
    RETURNS (Assets): What was written.
    """
    folder.mkdir()
    (labelled,) = found.find(LABELLED)
    dev = found.find(DEV)
    docs = list(_docs(labelled))
    chosen = set() if dev else split_dev(docs, labelled.given.language)
    is_dev = [
        any(fold(part.text) in chosen for part in source_docs([doc], labelled.given.language))
        for doc in docs
    ]
    train = [doc for doc, out in zip(docs, is_dev, strict=True) if not out]
    _write_rows(folder / "train.jsonl", iter(train))
    own = (doc for doc, out in zip(docs, is_dev, strict=True) if out)
    n_dev = _write_rows(folder / "dev.jsonl", _docs(dev[0]) if dev else own)
    for corpus in found.find(TEST):
        _write_rows(folder / f"test.{corpus.given.language}.jsonl", _docs(corpus))
    for corpus in found.find(RAW):
        texts = (doc.text.replace("\n", " ") for doc in _docs(corpus))
        with (folder / f"raw.{corpus.given.language}.txt").open("w", encoding="utf8") as stream:
            stream.writelines(f"{text}\n" for text in texts)
    for language, path in files.parallel.items():
        shutil.copy(path, folder / f"parallel.{language}.tsv")
    kept = [line for line, out in zip(lines, is_dev, strict=False) if not out]
    for language in files.translations:
        text = "".join(f"{line}\n" for line in kept)
        (folder / f"translations.{language}.txt").write_text(text, encoding="utf8")
    if files.sources is not None:
        shutil.copy(files.sources, folder / SOURCES)
    else:
        # For the card, and for who fills it in later.
        named = dict.fromkeys(map(str, (files.labelled, *files.raw.values())), UNKNOWN)
        sources = [{"name": name, "license": licence} for name, licence in named.items()]
        (folder / SOURCES).write_text(json.dumps(sources, indent=1), encoding="utf8")
    return Assets(
        n_dev=n_dev,
        n_words=sum(len(part) for part in source_docs(train, labelled.given.language)),
        n_all_words=sum(len(doc) for doc in train),
    )


def _docs(corpus: Corpus) -> Iterator[Doc]:
    return read_docs(corpus.docs, spacy.blank("xx").vocab)


def _write_rows(path: Path, docs: Iterator[Doc]) -> int:
    count = 0
    with path.open("w", encoding="utf8", newline="\n") as stream:
        for doc in docs:
            stream.write(json.dumps(describe_doc(doc), ensure_ascii=False) + "\n")
            count += 1
    return count


def split_dev(docs: Sequence[Doc], language: str, share: float = DEV_SHARE) -> set[str]:
    """Choose the texts that become the development set, all copies of one together.

    The choice hangs on the texts alone, not on their order.

    docs (Sequence[Doc]): Labelled sentences or bitexts.
    language (str): Code of the language of the labelled text.
    share (float): Share of the different texts.
    RETURNS (set[str]): The texts, white space and case folded.
    """
    texts = {fold(part.text) for part in source_docs(docs, language)}
    ordered = sorted(texts, key=lambda text: hashlib.sha256(text.encode("utf8")).digest())
    return set(ordered[: min(math.ceil(share * len(ordered)), len(ordered) - 1)])
