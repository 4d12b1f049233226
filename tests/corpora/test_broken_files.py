"""Broken files: each is read right, or told by a code; nothing is lost on the way, nothing hangs.

`--mutants 5000` tries more of them than every run does.
"""

import json
import random
import re
import time
from pathlib import Path

import pytest
import spacy
from spacy.training import Example

from spacy_concner.corpora.detection import find_sources
from spacy_concner.corpora.doc_building import DocBuilder
from spacy_concner.corpora.read_files import read_records
from spacy_concner.corpora.read_options import ReadOptions
from spacy_concner.corpora.records import InvalidRecord, Rejected, Skipped
from spacy_concner.corpora.segments import token_tag
from spacy_concner.errors import ConcnerError

CONLL = (
    "-DOCSTART-\tO\n\n# id 1\nAnna\tB-PER\nBerg\tI-PER\nsang\tO\n\n"
    "Sofia\tB-LOC\nliegt\tO\nda\tO\n\n"
    "#\tO\nParis\tB-LOC\n\nÉva\tB-PER\nin\tO\nGyőr\tB-LOC\n.\tO\n"
)
ROWS = [
    {"id": 1, "text": "Anna sings in Sofia.", "spans": [[0, 4, "PER"], [14, 19, "LOC"]]},
    {"id": "b", "text": "Éva reads 😀 here.", "spans": [{"start": 0, "end": 3, "label": "PER"}]},
    {"text": "Nobody.", "label": []},
    {"tokens": ["Paul", "met", "Éva"], "ner_tags": ["B-PER", "O", "B-PER"]},
    {"segments": [{"lang": "en", "text": "Anna"}, {"lang": "bg", "text": "Ана", "spans": []}]},
]
TASKS = [
    {
        "id": n,
        "data": {"text": "Anna sings."},
        "annotations": [
            {"result": [{"value": {"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}}]}
        ],
    }
    for n in range(3)
]
SPACY2 = [
    {
        "id": 0,
        "paragraphs": [
            {
                "raw": "Anna sang",
                "sentences": [
                    {"tokens": [{"orth": "Anna", "ner": "U-PER"}, {"orth": "sang", "ner": "O"}]}
                ],
            }
        ],
    },
    ["Paul reads.", {"entities": [[0, 4, "PER"]]}],
]
WEBANNO = (
    "#FORMAT=WebAnno TSV 3.3\n#T_SP=de.ukp.NamedEntity|identifier|value\n\n\n"
    "#Text=Anna Berg sang.\n1-1\t0-4\tAnna\t*[1]\tPER[1]\t\n1-2\t5-9\tBerg\t*[1]\tPER[1]\t\n"
    "1-3\t10-14\tsang\t_\t_\t\n1-4\t14-15\t.\t_\t_\t\n\n"
    "#Text=😀 Éva\n2-1\t16-18\t😀\t_\t_\t\n2-2\t19-22\tÉva\t*\tPER\t\n"
)
FILES = {
    "conll": ("a.conll", CONLL),
    "jsonl": ("a.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)),
    "json": ("a.json", json.dumps(ROWS, indent=1, ensure_ascii=False)),
    "label studio": ("a.json", json.dumps(TASKS)),
    "spacy 2": ("a.json", json.dumps(SPACY2)),
    "csv": (
        "a.csv",
        'tokens,ner_tags\nAnna sang,B-PER O\n"[""Éva"", ""da""]","[""B-PER"", ""O""]"\n',
    ),
    "tokens": ("a.csv", "sentence,tokens,ner_tags\n1,Anna,B-PER\n1,sang,O\n2,Éva,B-PER\n2,.,O\n"),
    "inline": ("a.iob", "Anna|B-PER sang|O\n\nÉva|B-PER da|O .|O\n"),
    "text": ("a.txt", "Anna sings in Sofia.\n\nÉva reads 😀 here.\r\nNobody.\n"),
    "webanno": ("a.tsv", WEBANNO),
    "brat": ("a.ann", "T1\tPER 0 4\tAnna\nR1\tx Arg1:T1 Arg2:T2\nT2\tLOC 14 19\tSofia\n"),
}
PIECES = [
    *(b"\t", b" ", b"\n", b"\n\n", b"\r", b"\r\n", b"\r\r\n", b"#", b"# ", b"-", b"O", b"I-PER"),
    *(b"B-LOC", b"E-X", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"null", b"-1", b"7"),
    *(b"1e999", b"100000000000000000000", b"\\ud800", b"\\u0000", b"\0", b"\xff", b"\xc3", b"|"),
    *("\u2028".encode(), "\u00a0".encode(), "\ufeff".encode(), "😀".encode(), b"-DOCSTART-\n"),
    *(b"[1]", b"_", b";", b"..", b"[[[[[[[[[[", b"T9\tX 1 2\ty\n", b"#Text=", b"label"),
]
SECONDS = 10
BUILDER = DocBuilder("xx")


def mutate(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((0, 1, 1, 3, 10)))
        kind = chance.randrange(6)
        if kind == 0:
            data = data[:at] + data[end:]
        elif kind <= 2:
            data = data[:at] + chance.choice(PIECES) + data[end if kind == 2 else at :]
        elif kind == 3:
            data = data[:at]
        else:
            lines = data.splitlines(keepends=True) or [b""]
            first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
            if kind == 4:
                lines[first], lines[second] = lines[second], lines[first]
            else:
                lines.insert(first, lines[second])
            data = b"".join(lines)
    return data


def read(path: Path):
    """Read a file as convert does with --skip-invalid: Docs, rejected and skipped records."""
    options = ReadOptions()
    docs, left_out, n_read = [], [], 0
    for item in read_records(find_sources(str(path), "auto", options).files, options):
        n_read += 1
        if isinstance(item, Rejected | Skipped):
            left_out.append(item)
            continue
        try:
            docs.append(BUILDER.build(item))
        except InvalidRecord as error:
            left_out.append(Rejected(error, item.raw))
    assert n_read == len(docs) + len(left_out)
    return docs, left_out


def plain_conll(text: str):
    """Read CoNLL in the plainest way."""
    blocks = re.split(
        r"\n[ \t]*(?=\n)|^-DOCSTART-.*$", re.sub(r"\r{0,2}\n|\r", "\n", text), flags=re.M
    )
    rows = [[line.split("\t") for line in block.split("\n") if line.strip()] for block in blocks]
    return [
        [(cells[0].strip(" "), cells[1].strip(" ")) for cells in block] for block in rows if block
    ]


def show(doc):
    """Give what a plain reading of JSON lines says, too."""
    if "segments" in doc.spans:
        return len(doc.spans["segments"])
    if doc.has_unknown_spaces:
        return [(token.text, token_tag(token)) for token in doc]
    return doc.text, sorted((ent.start_char, ent.end_char, ent.label_) for ent in doc.ents)


def plain_jsonl(text: str):
    """Read JSON lines in the plainest way."""
    for line in re.split(r"\r{0,2}\n|\r", text.removeprefix("\ufeff")):
        row = json.loads(line) if line.strip() else {"answer": "blank"}
        if "answer" in row:
            continue
        if "segments" in row:
            yield len(row["segments"])
        elif "tokens" in row:
            yield list(zip(row["tokens"], row["ner_tags"], strict=True))
        else:
            spans = row.get("spans") or row.get("label") or []
            triples = [span if isinstance(span, list) else list(span.values()) for span in spans]
            cut = ((row["text"][start:end], start, end, label) for start, end, label in triples)
            ends = ((start, start + len(part.rstrip()), label) for part, start, end, label in cut)
            yield row["text"], sorted(ends)


@pytest.mark.parametrize("kind", FILES)
def test_broken_files_are_read_right_or_told(kind, tmp_path, request):
    name, content = FILES[kind]
    path = tmp_path / name
    (tmp_path / "a.txt").write_text("Anna sings in Sofia.\nÉva reads.\n", "utf8")
    chance = random.Random(kind)
    told = right = 0
    for number in range(request.config.getoption("--mutants")):
        data = content.encode("utf8") if not number else mutate(content.encode("utf8"), chance)
        path.write_bytes(data)
        start = time.monotonic()
        try:
            docs, left_out = read(path)
        except ConcnerError as error:
            assert re.match(r"\[C1\d\d\] ", str(error)), data
            told += 1
            continue
        finally:
            assert time.monotonic() - start < SECONDS, data
        assert number or not left_out
        for item in left_out:
            if isinstance(item, Rejected):
                assert re.match(r"\[C1\d\d\] \S.*(line|row|record) \d", str(item.error)), data
        for doc in docs:
            # What spaCy trains on.
            Example(doc.copy(), doc).get_aligned_ner()
            assert all(ent.text.strip() and ent.label_.strip() for ent in doc.ents), data
        right += not left_out
        if kind == "conll" and not left_out and b"#" not in data.replace(b"\n# id 1\n", b"\n"):
            text = data.decode("utf8").removeprefix("\ufeff").replace("\n# id 1\n", "\n")
            found = [[(token.text, token_tag(token)) for token in doc] for doc in docs]
            if " " not in text.replace("\n# id 1", ""):
                assert found == plain_conll(text), data
        if kind == "jsonl" and not left_out:
            assert [show(doc) for doc in docs] == list(plain_jsonl(data.decode("utf8"))), data
    assert right


@pytest.mark.parametrize("text", ["[" * 1_000_000, "('" * 500_000, "'s" * 300_000, "x" * 900_000])
def test_long_runs_do_not_hang(tmp_path, text):
    for path, content in (
        (tmp_path / "a.txt", text),
        (tmp_path / "a.jsonl", json.dumps({"text": text})),
    ):
        path.write_text(content)
        start = time.monotonic()
        docs, left_out = read(path)
        assert len(docs) + len(left_out) == 1
        assert time.monotonic() - start < 60


def test_many_short_runs_do_not_hang(tmp_path):
    chance = random.Random(0)
    lines = ("".join(chance.choices("([{<\"'-.!?", k=99)) for _ in range(300))
    (tmp_path / "a.txt").write_text("\n".join(lines))
    start = time.monotonic()
    read(tmp_path / "a.txt")
    # A file of 1 MB is 34 times as long; other things run beside the tests.
    assert time.monotonic() - start < 60 / 34 * 4


def test_what_the_converter_of_spacy_says(tmp_path):
    """The converter of spaCy and ours give the same for files that are sound."""
    from spacy.training.converters import iob_to_docs

    lines = ["Anna|B-PER Berg|I-PER sang|O", "Sofia|B-LOC liegt|O"]
    theirs = iob_to_docs("\n".join(lines), vocab=spacy.blank("xx").vocab)
    rows = "\n\n".join(line.replace("|", "\t").replace(" ", "\n") for line in lines)
    (tmp_path / "a.conll").write_text(rows)
    (tmp_path / "a.iob").write_text("\n".join(lines))
    expected = [(token.text, token_tag(token)) for doc in theirs for token in doc]
    for name in ("a.conll", "a.iob"):
        docs, _ = read(tmp_path / name)
        assert [(token.text, token_tag(token)) for doc in docs for token in doc] == expected
