"""brat's standoff format."""

import pytest

from spacy_concner.corpora.formats.brat import read_brat
from spacy_concner.corpora.read_options import ReadOptions

from .reading import refusal, spanned

TEXT = "Anna lives in Sofia\nNorth. Paul sings.\n\n😀 Éva reads.\n"
NOTES = (
    "T1\tPER 0 4\tAnna\nT2\tLOC 14 19;20 25\tSofia North\nT3\tPER 27 31\tPaul\n"
    "R1\tLives Arg1:T1 Arg2:T2\nA1\tSure T1\n#1\tAnnotatorNotes T1\tyes\nT4\tPER 42 45\tÉva\n"
)


def read(tmp_path, text=TEXT, notes=NOTES, **settings):
    (tmp_path / "a.txt").write_bytes(text.encode("utf8"))
    (tmp_path / "a.ann").write_text(notes, "utf8")
    return list(read_brat(tmp_path / "a.txt", ReadOptions(**settings)))


def test_lines_are_records_and_entities_go_over_line_breaks(tmp_path):
    assert spanned(read(tmp_path)) == [
        (
            "Anna lives in Sofia\nNorth. Paul sings.",
            [(0, 4, "PER"), (14, 25, "LOC"), (27, 31, "PER")],
        ),
        ("😀 Éva reads.", [(2, 5, "PER")]),
    ]
    assert [record.place.line for record in read(tmp_path)] == [1, 4]
    assert [record.spans for record in read(tmp_path, unlabelled=True)] == [None] * 3


@pytest.mark.parametrize(
    "old, new, code, rest",
    [
        ("T3\tPER 27 31\tPaul", "T3\tPER 27 31\tPaula", "C147", 1),
        ("T2\tLOC 14 19;20 25\tSofia North", "T2\tLOC 0 4;14 19\tAnna Sofia", "C156", 2),
        ("T4\tPER 42 45", "T4\tPER 2 45", "C147", 0),
        ("T4\tPER 42 45", "T4\tPER 42 95", "C117", 0),
        ("T4\tPER 42 45", "T4\tPER 42", "C155", 0),
        ("T4\tPER 42 45\tÉva", "T4\tPER 42 45\tÉva\nT5\tX 42 44\tÉv", "C119", 1),
    ],
)
def test_faults_break_the_record_where_they_stand(tmp_path, old, new, code, rest):
    assert old in NOTES
    items = read(tmp_path, notes=NOTES.replace(old, new))
    broken = [item for item in items if hasattr(item, "error")]
    assert [refusal(item)[0] for item in broken] == [code]
    assert len(items) - 1 == rest


def test_offsets_in_utf16(tmp_path):
    notes = "T4\tPER 43 46\tÉva\n"
    (*_, broken) = read(tmp_path, notes=notes)
    assert refusal(broken) == ("C147", 1) and "--offsets utf16" in str(broken.error)
    assert read(tmp_path, notes=notes, offsets="utf16")[-1].spans == [(2, 5, "PER")]


def test_a_text_without_annotations_lacks_annotation(tmp_path):
    read(tmp_path)
    (tmp_path / "a.ann").unlink()
    records = read_brat(tmp_path / "a.txt", ReadOptions())
    assert [record.spans for record in records] == [None] * 3
