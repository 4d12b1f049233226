"""Parallel text with more columns than two."""

import pytest

from spacy_concner.bitexts.parallel_files import (
    ParallelFiles,
    check_columns,
    count_lines,
    find_parallel,
    read_parallel,
)
from spacy_concner.errors import ConcnerError

PAIRS = [("Anna sings in Sofia.", "Анна пее в София."), ("Paul reads.", "Паул чете.")]


def find(tmp_path, rows, **settings):
    path = tmp_path / "text.tsv"
    path.write_text("".join("\t".join(row) + "\n" for row in rows), "utf8")
    return find_parallel(path, "en", "bg", **settings)


def read(tmp_path, rows, **settings):
    files = find(tmp_path, rows, **settings)
    check_columns(files)
    return [(line.source, line.target) for line in read_parallel(files) if not line.problem]


@pytest.mark.parametrize(
    "rows, columns, reason",
    [
        ([("1.2345", *PAIRS[0]), ("1.1000", *PAIRS[1])], (1, 2), "has 3 columns"),
        ([(*PAIRS[0], "0.9"), (*PAIRS[1], "0.8")], (0, 1), "has 3 columns"),
        ([("1", PAIRS[0][0]), ("2", PAIRS[1][0])], None, "has numbers in column 0"),
        ([("source", "target"), *PAIRS], (0, 1), "has a header"),
        ([("en", "bg"), *PAIRS], (0, 1), "has a header"),
        ([("id", "src", "tgt"), *(("x7", *pair) for pair in PAIRS)], (1, 2), "has 3 columns"),
    ],
)
def test_columns_that_are_no_text_are_told(tmp_path, rows, columns, reason):
    with pytest.raises(ConcnerError, match=f"C233.*{reason}.*--columns") as caught:
        read(tmp_path, rows)
    assert rows[0][0] in str(caught.value)
    if columns:
        assert read(tmp_path, rows, columns=columns) == PAIRS


def test_two_columns_and_alignments_are_read(tmp_path):
    assert read(tmp_path, PAIRS) == PAIRS
    assert read(tmp_path, [(*pair, "0-0 1-1") for pair in PAIRS]) == PAIRS
    assert read(tmp_path, [("no", "ne"), ("yes", "da")]) == [("no", "ne"), ("yes", "da")]


def test_columns_that_are_not_there_are_told(tmp_path):
    with pytest.raises(ConcnerError, match="C233.*no column 4"):
        read(tmp_path, PAIRS, columns=(0, 4))


def test_escapes_of_html_are_undone(tmp_path):
    rows = [("Tom &amp; Anna &#39;s &quot;R&B&quot;", "Том &amp;amp; AT&T; x"), PAIRS[0]]
    assert read(tmp_path, rows)[0] == ('Tom & Anna \'s "R&B"', "Том &amp; AT&T; x")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_nuls_are_told_as_another_encoding(tmp_path, encoding):
    path = tmp_path / "parallel.tsv"
    path.write_bytes("Anna sings.\tАна пее.\nYes.\tДа.\n".encode(encoding))
    for look in (check_columns, count_lines):
        with pytest.raises(ConcnerError, match="C205.*line 1 has a NUL.*UTF-16"):
            look(ParallelFiles(path))
    path.write_text("Yes.\tДа.\nAnna\0\tАна\n", "utf8")
    with pytest.raises(ConcnerError, match="C205.*line 2 has a NUL"):
        count_lines(ParallelFiles(path))
