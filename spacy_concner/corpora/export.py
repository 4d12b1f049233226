"""`.spacy` files into JSON lines for annotation tools."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import spacy
from tqdm import tqdm

from ..errors import ConcnerError, Errors
from .correction import STYLES, describe_doc, list_unexported
from .reader import read_docs
from .segments import is_bitext


@dataclass
class Export:
    """What an export wrote.

    n_docs (int): Docs written.
    n_bitexts (int): Those that are bitexts.
    n_missing (int): Those with tokens that lack annotation.
    n_empty (int): Docs without text, left out.
    entities (Counter[str]): Entities written, by type.
    left_out (Counter[str]): Docs by what they carry that JSON lines do not hold.
    """

    n_docs: int = 0
    n_bitexts: int = 0
    n_missing: int = 0
    n_empty: int = 0
    entities: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


def export_corpus(
    path: Path, output: Path, *, style: str = "prodigy", limit: int = 0, progress: bool = False
) -> Export:
    """Write Docs as JSON lines that `convert` reads back without loss.

    path (Path): `.spacy` file or a folder of them.
    output (Path): JSON lines file; an old one is replaced once all is written.
    style (str): "prodigy" or "doccano", as of `correction.describe_doc`.
    limit (int): Stop after this many Docs; 0 writes all.
    progress (bool): Show the progress on stderr.
    RETURNS (Export): What was written.
    RAISES (ConcnerError): C102 for broken bitexts, C132 for another style, C139 if the file
        cannot be written, C142, C143 for the input.
    """
    if style not in STYLES:
        expected = f"one of {', '.join(STYLES)}"
        raise ConcnerError(Errors.C132.format(setting="--style", value=style, expected=expected))
    done = Export()
    docs = tqdm(
        read_docs(path, spacy.blank("xx"), limit), unit=" docs", disable=None if progress else True
    )
    lines = (json.dumps(row, ensure_ascii=False) for row in _describe(docs, style, done))
    write_lines(lines, output)
    return done


def write_lines(lines: Iterator[str], output: Path) -> None:
    """Write lines to a file that comes under its name only once it is whole.

    lines (Iterator[str]): The lines, without line ends.
    output (Path): The file.
    RAISES (ConcnerError): C139 if it cannot be written.
    """
    unfinished = output.with_name(f".{output.name}.unfinished")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        stream = unfinished.open("w", encoding="utf8", newline="\n")
    except OSError as error:
        raise ConcnerError(Errors.C139.format(path=output, reason=error.strerror)) from error
    try:
        with stream:
            for line in lines:
                stream.write(f"{line}\n")
        unfinished.replace(output)
    except OSError as error:
        raise ConcnerError(Errors.C139.format(path=output, reason=error.strerror)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _describe(docs: tqdm, style: str, done: Export) -> Iterator[dict]:
    for doc in docs:
        if not doc.text.strip():
            done.n_empty += 1
            continue
        row = describe_doc(doc, style)
        done.n_docs += 1
        done.n_bitexts += is_bitext(doc)
        done.n_missing += bool(row["unannotated"])
        done.entities.update(ent.label_ for ent in doc.ents)
        done.left_out.update(list_unexported(doc))
        yield row
