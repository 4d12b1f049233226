"""Parallel text with more columns than two."""

import pytest

from spacy_concner.bitexts.parallel_files import (
    COLUMN_NAMES,
    MORE_COLUMNS,
    NO_COLUMN,
    OTHER_WIDTH,
    PARTED,
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


# Sentences of no pattern, enough of them that what begins late lies far below.
MANY = [(f"Anna sings {n} songs in Sofia.", f"Анна пее {n} песни.") for n in range(300)]


@pytest.mark.parametrize(
    "rows, columns, reason",
    [
        ([("1.2345", *PAIRS[0]), ("1.1000", *PAIRS[1])], (1, 2), "has 3 columns"),
        ([(*PAIRS[0], "0.9"), (*PAIRS[1], "0.8")], (0, 1), "has 3 columns"),
        ([("1", PAIRS[0][0]), ("2", PAIRS[1][0])], None, "has numbers in column 0"),
        ([("id", "src", "tgt"), *(("x7", *pair) for pair in PAIRS)], (1, 2), "has 3 columns"),
        ([("en-1", PAIRS[0][1]), ("en-2", PAIRS[1][1])], None, "has ids in column 0"),
        ([(pair[1], "doc3.s12") for pair in PAIRS], None, "has ids in column 1"),
        ([("https://a.b/c", pair[1]) for pair in PAIRS], None, "has ids in column 0"),
        ([("europarl", pair[1]) for pair in MANY], None, "nothing but 'europarl' in column 0"),
        ([(pair[0], "bg") for pair in PAIRS], None, "nothing but 'bg' in column 1"),
        ([(pair[0], f"bul: {pair[1]}") for pair in PAIRS], None, "'bul:' before every sentence"),
        ([(f"en:{pair[0]}", pair[1]) for pair in PAIRS], None, "'en:' before every sentence"),
        ([(*pair, "0-0 1-1") for pair in PAIRS], (0, 1), "has alignments in column 2.*column"),
        ([("0-0 1-1", pair[0]) for pair in PAIRS], None, "has alignments in column 0"),
    ],
)
def test_columns_that_are_no_text_are_told(tmp_path, rows, columns, reason):
    with pytest.raises(ConcnerError, match=f"C233.*{reason}.*--columns") as caught:
        read(tmp_path, rows)
    assert rows[0][0] in str(caught.value)
    if columns:
        assert read(tmp_path, rows, columns=columns) == PAIRS


@pytest.mark.parametrize(
    "names",
    [
        *[("source", "target"), ("en", "bg"), ("English", "Bulgarian"), ("en_text", "bg_text")],
        *[("ENGLISH", "български"), ("sourceText", "targetText"), ("English", "България")],
        *[("text (EN)", "text (BG)"), ('"source"', '"target"'), ("# en", "bg"), ("en-GB", "bg-BG")],
        *[("Source sentence", "Target sentence"), ("Text", "Текст"), ("text_1", "text_2")],
    ],
)
def test_names_above_the_columns_are_told(tmp_path, names):
    with pytest.raises(ConcnerError, match="C233.*has a header") as caught:
        read(tmp_path, [names, *PAIRS])
    assert names[0] in str(caught.value) and names[1] in str(caught.value)
    files = find(tmp_path, [names, *PAIRS], columns=(0, 1))
    check_columns(files)
    lines = list(read_parallel(files))
    assert [line.problem for line in lines] == [COLUMN_NAMES, "", ""]


@pytest.mark.parametrize(
    "first",
    [
        *[("In English.", "Auf Deutsch."), ("The original", "Оригиналът"), ("Sofia", "София")],
        *[("It rains.", "Вали."), ("1990", "1990"), ("Text of the law", "Текст на закона")],
        *[("In English", "Auf Deutsch"), ("Resumption of the session", "Сесията")],
    ],
)
def test_short_first_lines_are_sentences(tmp_path, first):
    assert read(tmp_path, [first, *PAIRS]) == [first, *PAIRS]


@pytest.mark.parametrize("extra", ["0.9", "0-0 1-1", "A remark."])
@pytest.mark.parametrize("start", [150, 290])
def test_a_column_that_begins_later_is_told(tmp_path, extra, start):
    rows = [pair if n < start else (*pair, extra) for n, pair in enumerate(MANY)]
    with pytest.raises(ConcnerError, match=f"C233.*column.* from line {start + 1} on"):
        read(tmp_path, rows)
    files = find(tmp_path, rows, columns=(0, 1))
    assert {line.number: line.problem for line in read_parallel(files) if line.problem} == {
        number: OTHER_WIDTH for number in range(start + 1, 301)
    }


@pytest.mark.parametrize(
    "rows, columns",
    [
        ([*PAIRS, *PAIRS, ("1.05", *PAIRS[0])], (0, 1)),
        ([("1.0", *PAIRS[0]), ("1.0", PAIRS[1][0], "x", PAIRS[1][1])], (1, 2)),
        ([("1.0", *PAIRS[0], "a"), ("1.0", *PAIRS[1], "b"), (*PAIRS[0], "c")], (1, 2)),
    ],
)
def test_lines_with_other_columns_than_most_are_told(tmp_path, rows, columns):
    lines = list(read_parallel(find(tmp_path, rows, columns=columns)))
    assert [line.number for line in lines if line.problem] == [len(rows)]
    assert lines[-1].problem == OTHER_WIDTH


def test_empty_cells_at_the_end_may_be_there_or_not(tmp_path):
    rows = [(*pair, remark) for pair in PAIRS for remark in ("", "A remark.")]
    twice = [pair for pair in PAIRS for _ in range(2)]
    assert read(tmp_path, rows, columns=(0, 1)) == twice
    assert read(tmp_path, [*MANY, (*PAIRS[0], "", "")], columns=(0, 1)) == [*MANY, PAIRS[0]]
    assert read(tmp_path, [*rows, PAIRS[0]], columns=(0, 1)) == [*twice]


def test_a_slip_of_one_line_is_left_out_and_told(tmp_path):
    rows = [*MANY, ("A", "tab within", "а")]
    files = find(tmp_path, rows)
    check_columns(files)
    assert [line.problem for line in read_parallel(files) if line.problem] == [MORE_COLUMNS]
    # Tabs at the end are no columns.
    assert read(tmp_path, [(*pair, "", "") for pair in PAIRS]) == PAIRS


def test_two_columns_and_alignments_are_read(tmp_path):
    assert read(tmp_path, PAIRS) == PAIRS
    assert read(tmp_path, [(*pair, "0-0 1-1") for pair in PAIRS], alignments="column") == PAIRS
    assert read(tmp_path, [("no", "ne"), ("yes", "da")]) == [("no", "ne"), ("yes", "da")]
    numbers = [*MANY, ("1", "1"), ("2", "2")]
    assert read(tmp_path, numbers) == numbers


def test_alignments_that_are_none_are_told(tmp_path):
    rows = [(*pair, "0.9") for pair in MANY]
    with pytest.raises(ConcnerError, match="C233.*has no alignments in column 2"):
        read(tmp_path, rows, alignments="column")


def test_columns_that_are_not_there_are_told(tmp_path):
    with pytest.raises(ConcnerError, match="C233.*no column 4"):
        read(tmp_path, PAIRS, columns=(0, 4))
    with pytest.raises(ConcnerError, match="C132.*--columns.*1,1"):
        read(tmp_path, PAIRS, columns=(1, 1))
    with pytest.raises(ConcnerError, match="C233.*no column -5.*--columns"):
        read(tmp_path, PAIRS, columns=(0, -5))
    with pytest.raises(ConcnerError, match="C132.*--columns.*1,1"):
        read(tmp_path, PAIRS, columns=(1, -1))
    files = find(tmp_path, [*MANY, ("no tab",)], columns=(0, 1))
    assert [line.problem for line in read_parallel(files) if line.problem] == [NO_COLUMN]


def find_two(tmp_path, sources, targets, **settings):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_text("".join(f"{line}\n" for line in sources), "utf8")
    target.write_text("".join(f"{line}\n" for line in targets), "utf8")
    return find_parallel(source, "en", "bg", target_file=target, **settings)


@pytest.mark.parametrize(
    "source, target, columns, reason",
    [
        ("0.93\t{}", "{}", (1, 0), "source has numbers in column 0"),
        ("{}", "{}\ten-1", (0, 0), "target has 2 columns"),
    ],
)
def test_columns_of_two_files(tmp_path, source, target, columns, reason):
    texts = [source.format(pair[0]) for pair in PAIRS], [target.format(pair[1]) for pair in PAIRS]
    with pytest.raises(ConcnerError, match=f"C233.*{reason}.*--columns"):
        check_columns(find_two(tmp_path, *texts))
    files = find_two(tmp_path, *texts, columns=columns)
    check_columns(files)
    assert [(line.source, line.target) for line in read_parallel(files)] == PAIRS


def test_two_files_that_hold_no_sentences(tmp_path):
    targets = [pair[1] for pair in PAIRS]
    with pytest.raises(ConcnerError, match="C233.*source has numbers in column 0"):
        check_columns(find_two(tmp_path, ["0.93", "0.95"], targets))
    with pytest.raises(ConcnerError, match="C233.*has a header.*--columns 0,0"):
        check_columns(find_two(tmp_path, ["English", "It rains in Sofia."], ["Bulgarian", "Вали."]))
    check_columns(find_two(tmp_path, [pair[0] for pair in PAIRS], targets))


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_empty_files_are_told(tmp_path, text):
    path = tmp_path / "text.tsv"
    path.write_text(text, "utf8")
    for files in (ParallelFiles(path), ParallelFiles(path, path)):
        with pytest.raises(ConcnerError, match="C234.*is empty.*none with text"):
            check_columns(files)


def test_escapes_of_html_are_undone(tmp_path):
    rows = [("Tom &amp; Anna &#39;s &quot;R&B&quot;", "Том &amp;quot; AT&T; x"), PAIRS[0]]
    assert read(tmp_path, rows)[0] == ('Tom & Anna \'s "R&B"', 'Том " AT&T; x')
    assert (
        read(tmp_path, [("& quot ;A &quot ; Q & A ; b", "А"), PAIRS[0]])[0][0] == '"A " Q & A ; b'
    )


def test_escapes_that_change_the_words_of_an_alignment_are_told(tmp_path):
    rows = [("a &nbsp; b", "а б", "0-0 2-1"), ("a &amp; b", "а и б", "0-0 1-1 2-2")]
    lines = list(read_parallel(find(tmp_path, rows, alignments="column")))
    assert [line.problem for line in lines] == [PARTED, ""]


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


def test_columns_are_counted_from_the_right_too(tmp_path):
    rows = [(f"x{n}-{n * n}", f"0.{n}", *pair) for n, pair in enumerate(MANY)]
    for columns in ((2, -1), (-2, -1), (-2, 3)):
        assert read(tmp_path, rows, columns=columns) == MANY
    assert read(tmp_path, rows, columns=(-1, -2)) == [(two, one) for one, two in MANY]
    # Nor do shorter and longer lines move them.
    odd = [*rows, ("x", "0.1", "Anna sings."), ("x", "0.1", *PAIRS[0], "more")]
    assert read(tmp_path, odd, columns=(-2, -1)) == MANY
    files = find_two(tmp_path, [f"{one}\t7" for one, _ in MANY], [f"x\t{two}" for _, two in MANY])
    files = find_parallel(files.source, "en", "bg", target_file=files.target, columns=(-2, -1))
    assert [(line.source, line.target) for line in read_parallel(files)] == MANY
