"""`.spacy` files into JSON lines for annotation tools."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import spacy
from spacy.tokens import Doc
from tqdm import tqdm

from ..errors import ConcnerError, Errors
from ..files import File, claim, json_line_with, whole_file
from .doc_to_json import STYLES, describe_doc, list_unexported
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
    path: Path,
    output: Path,
    *,
    style: str = "prodigy",
    limit: int = 0,
    force: bool = False,
    progress: bool = False,
) -> Export:
    """Write Docs as JSON lines that `convert` reads back without loss.

    path (Path): `.spacy` file or a folder of them.
    output (Path): JSON lines file.
    style (str): "prodigy" or "doccano", as of `doc_to_json.describe_doc`.
    limit (int): Stop after this many Docs; 0 writes all.
    force (bool): Replace what export has written there before.
    progress (bool): Show the progress on stderr.
    RETURNS (Export): What was written.
    RAISES (ConcnerError): C102 for broken bitexts, C128, C129, C407, C408 and C601 for the output,
        C132 for another style, C142, C143 for the input.
    """
    if style not in STYLES:
        expected = f"one of {', '.join(STYLES)}"
        raise ConcnerError(Errors.C132.format(setting="--style", value=style, expected=expected))
    done = Export()
    outputs = {"OUTPUT": File(output, json_line_with("unannotated"))}
    with claim("export", inputs={"INPUT": path}, outputs=outputs, force=force):
        docs = read_docs(path, spacy.blank("xx"), limit)
        bar = tqdm(docs, unit=" docs", disable=None if progress else True)
        with (
            whole_file(output) as part,
            part.open("w", encoding="utf8", newline="\n") as stream,
        ):
            for row in _describe(bar, style, done):
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return done


def _describe(docs: Iterable[Doc], style: str, done: Export) -> Iterator[dict]:
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
