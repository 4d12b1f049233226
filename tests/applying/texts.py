"""Text of every kind that `apply` reads, with the same sentences."""

import gzip
import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
from spacy.tokens import Doc

from tests.sentences import SENTENCES, VOCAB, write_corpus

TEXTS = [f"{' '.join(words)} {i}" for i in range(3) for words, _ in SENTENCES]
ROWS = [{"id": i, "text": text, "meta": {"n": [i, 0.5]}} for i, text in enumerate(TEXTS)]


def write_text(path: Path, name: str) -> Path:
    """Write the sentences to a file.

    path (Path): Folder.
    name (str): Name of the file, whose suffix tells the kind.
    RETURNS (Path): The file.
    """
    path.mkdir(exist_ok=True, parents=True)
    file = path / name
    lines = "".join(f"{json.dumps(row)}\n" for row in ROWS)
    if name.endswith(".txt"):
        file.write_text("\n\n".join(TEXTS), "utf8")
    elif name.endswith(".jsonl"):
        file.write_text(lines, "utf8")
    elif name.endswith(".jsonl.gz"):
        file.write_bytes(gzip.compress(lines.encode("utf8")))
    elif name.endswith(".parquet"):
        table = pyarrow.Table.from_pylist(ROWS)
        pyarrow.parquet.write_table(table, file, row_group_size=5)
    else:
        docs = [Doc(VOCAB, words=text.split()) for text in TEXTS]
        for i, doc in enumerate(docs):
            doc.user_data["id"] = i
        write_corpus(docs, file)
    return file
