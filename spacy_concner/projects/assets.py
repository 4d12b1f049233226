"""The assets of a new project: what a person's files hold, as the stage `collect` reads it."""

import hashlib
import json
import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import spacy
from spacy.tokens import Doc

from ..corpora.doc_to_json import describe_doc
from ..corpora.reader import read_docs
from ..shipping.licence import UNKNOWN
from .collect import SOURCES
from .inspection import DEV, LABELLED, RAW, TEST, Corpus, Files, Inspection, fold, source_docs

DEV_SHARE = 0.1


@dataclass
class Assets:
    """What was written.

    n_dev: Sentences of the development set.
    n_words: Words of the training set.
    n_all_words: These, and those of its translations in bitexts.
    """

    n_dev: int = 0
    n_words: int = 0
    n_all_words: int = 0


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
    language = labelled.given.language
    chosen = set() if dev else split_dev(labelled.texts)
    written = Assets()
    kept: list[str] = []
    with ExitStack() as stack:
        train, own = (
            stack.enter_context((folder / f"{name}.jsonl").open("w", encoding="utf8", newline="\n"))
            for name in ("train", "dev")
        )
        for doc, line in zip_longest(_docs(labelled), lines):
            parts = list(source_docs([doc], language))
            if any(fold(part.text) in chosen for part in parts):
                written.n_dev += 1
                own.write(_row(doc))
                continue
            written.n_words += sum(len(part) for part in parts)
            written.n_all_words += len(doc)
            train.write(_row(doc))
            kept.append(line)
        for doc in _docs(dev[0]) if dev else ():
            written.n_dev += 1
            own.write(_row(doc))
    for corpus in found.find(TEST):
        path = folder / f"test.{corpus.given.language}.jsonl"
        with path.open("w", encoding="utf8", newline="\n") as stream:
            stream.writelines(map(_row, _docs(corpus)))
    for corpus in found.find(RAW):
        texts = (doc.text.replace("\n", " ") for doc in _docs(corpus))
        with (folder / f"raw.{corpus.given.language}.txt").open("w", encoding="utf8") as stream:
            stream.writelines(f"{text}\n" for text in texts)
    for language, path in files.parallel.items():
        shutil.copy(path, folder / f"parallel.{language}.tsv")
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
    return written


def _docs(corpus: Corpus) -> Iterator[Doc]:
    return read_docs(corpus.docs, spacy.blank("xx").vocab)


def _row(doc: Doc) -> str:
    return json.dumps(describe_doc(doc), ensure_ascii=False) + "\n"


def split_dev(texts: Sequence[str], share: float = DEV_SHARE) -> set[str]:
    """Choose the texts that become the development set, all copies of one together.

    The choice hangs on the texts alone, not on their order.

    texts (Sequence[str]): Labelled sentences, as `inspection.fold` gives them.
    share (float): Share of the different texts.
    RETURNS (set[str]): The chosen ones.
    """
    ordered = sorted(set(texts), key=lambda text: hashlib.sha256(text.encode("utf8")).digest())
    return set(ordered[: min(math.ceil(share * len(ordered)), len(ordered) - 1)])
