"""`spacy concner bitext` on every kind of input, with given alignments and with ours."""

import json

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_concner.bitexts.notes import get_note
from spacy_concner.cli import concner_cli
from spacy_concner.cli.bitext import _read_columns
from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.segments import annotate, split_bitext, token_tag
from spacy_concner.errors import ConcnerError

LINES = [
    ("Anna Berg lives in Sofia .", "В София живее Ана Берг .", "0-3 1-4 2-2 3-0 4-1 5-5"),
    ("Paul Novak met Anna", "Паул Новак срещна Ана", "0-0 1-1 2-2 3-3"),
    ("Nothing happened today .", "Нищо не се случи .", "0-0 1-3"),
]
TAGS = ["B-PER I-PER O O B-LOC O", "B-PER I-PER O B-PER", "O O O O"]
WHOLE = "В/O София/B-LOC живее/O Ана/B-PER Берг/I-PER ./O"


@pytest.fixture
def write(tmp_path):
    def write(lines, name="parallel.tsv"):
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode("utf8"))
        return path

    return write


@pytest.fixture
def parallel(write):
    return write("\t".join(line) for line in LINES)


@pytest.fixture
def labelled(tmp_path):
    vocab = Vocab()
    docs = []
    for (source, _, _), tags in zip(LINES, TAGS, strict=True):
        doc = Doc(vocab, words=source.split())
        annotate(doc, tags.split())
        docs.append(doc)
    path = tmp_path / "labelled.spacy"
    DocBin(docs=docs).to_disk(path)
    return path


@pytest.fixture
def run(tmp_path):
    def run(path, *arguments):
        output = tmp_path / "out.spacy"
        result = CliRunner().invoke(
            concner_cli, ["bitext", str(path), str(output), "--target", "bg", *map(str, arguments)]
        )
        docs = list(read_docs(output, Vocab())) if output.exists() else []
        rejects = output.with_suffix(".rejects.jsonl")
        rows = rejects.read_text("utf8").splitlines() if rejects.exists() else []
        return result, docs, [json.loads(row) for row in rows]

    return run


def target(doc):
    part = list(split_bitext(doc))[-1][1]
    return " ".join(f"{token.text}/{token_tag(token)}" for token in part)


def test_labelled_corpus_with_a_column_of_alignments(run, parallel, labelled):
    result, docs, rejects = run(parallel, "--labels", labelled, "--alignments", "column")
    assert result.exit_code == 0, result.stdout
    assert [target(doc) for doc in docs] == [
        WHOLE,
        "Паул/B-PER Новак/I-PER срещна/O Ана/B-PER",
        "Нищо/O не/O се/O случи/O ./O",
    ]
    assert [get_note(doc) for doc in docs] == [
        {"strategy": "alignment", "problems": [], "line": number} for number in (1, 2, 3)
    ]
    assert rejects == []
    assert "3 pairs en-bg" in result.stdout


@pytest.mark.parametrize("layout", ["two files", "moses"])
def test_two_files_and_a_file_of_alignments(run, write, labelled, layout, tmp_path):
    source = write([line[0] for line in LINES], "dev.en")
    other = write([line[1] for line in LINES], "dev.bg")
    links = write([line[2] for line in LINES], "dev.links")
    arguments = ["--labels", labelled, "--alignments", links]
    if layout == "moses":
        result, docs, _ = run(tmp_path / "dev", *arguments)
    else:
        result, docs, _ = run(source, "--target-file", other, *arguments)
    assert result.exit_code == 0, result.stdout
    assert target(docs[0]) == WHOLE


def test_teacher_and_an_encoder(run, parallel, trained_folder, encoder_folder):
    settings = [
        "--columns",
        "0,1",
        "--labels-from",
        trained_folder,
        "--encoder",
        encoder_folder,
        "--min-entities-kept",
        0,
    ]
    result, docs, _ = run(parallel, *settings)
    assert result.exit_code == 0, result.stdout
    sources = [next(split_bitext(doc))[1] for doc in docs]
    assert [[ent.text for ent in doc.ents] for doc in sources] == [
        ["Anna Berg", "Sofia"],
        ["Paul Novak", "Anna"],
        [],
    ]
    assert {get_note(doc)["strategy"] for doc in docs} == {"alignment"}


def test_unsure_teachers_leave_no_labels(run, parallel, trained_folder):
    settings = ["--labels-from", trained_folder, "--alignments", "column"]
    settings += ["--min-confidence", 1, "--keep-unprojected"]
    result, docs, rejects = run(parallel, *settings)
    assert result.exit_code == 0, result.stdout
    assert [row["reason"] for row in rejects] == ["unsure teacher"] * 2
    assert {token_tag(token) for doc in docs[:2] for token in doc} == {"-"}
    assert {token_tag(token) for token in docs[2]} == {"O"}


@pytest.fixture
def two_sided_teacher(tmp_path):
    """Finds names in both languages, and takes София for an organisation."""
    nlp = spacy.blank("xx")
    names = [("Anna Berg", "PER"), ("Ана Берг", "PER"), ("Sofia", "LOC"), ("София", "ORG")]
    nlp.add_pipe("entity_ruler").add_patterns(
        [{"pattern": name, "label": label} for name, label in names]
    )
    nlp.to_disk(tmp_path / "teacher")
    return tmp_path / "teacher"


def test_only_what_the_teacher_finds_on_both_sides(run, parallel, two_sided_teacher):
    settings = ["--labels-from", two_sided_teacher, "--alignments", "column", "--around", 1]
    result, docs, rejects = run(parallel, *settings)
    assert result.exit_code == 0, result.stdout
    assert [doc.text.strip() for doc in docs] == ["Anna Berg lives живее Ана Берг ."]
    assert target(docs[0]) == "живее/O Ана/B-PER Берг/I-PER ./O"
    assert get_note(docs[0]) == {"strategy": "alignment", "problems": [], "line": 1}
    assert [(row["line"], row["reason"]) for row in rejects] == [
        (2, "no entity alike on both sides"),
        (3, "no entity alike on both sides"),
    ]
    assert "Pairs cut out" in result.stdout
    assert "Entities passed over: no entity alike on both sides   1" in result.stdout


def test_sentences_with_nothing_alike_are_kept_without_labels(run, write, two_sided_teacher):
    lines = ["\t".join([*LINES[0][:2], "99-99"]), *("\t".join(line) for line in LINES)]
    settings = ["--labels-from", two_sided_teacher, "--alignments", "column", "--around", 1]
    _, docs, rejects = run(write(lines), *settings, "--keep-unprojected")
    assert rejects[0]["reason"] == "bad alignment"
    assert [len(doc.ents) for doc in docs] == [0, 2, 0, 0]
    assert {token_tag(token) for doc in (docs[0], *docs[2:]) for token in doc} == {"-"}


def test_unlabelled_bitexts_need_nothing(run, parallel):
    result, docs, _ = run(parallel)
    assert result.exit_code == 1 and "has alignments in column 2" in " ".join(result.stdout.split())
    result, docs, _ = run(parallel, "--columns", "0,1")
    assert result.exit_code == 0, result.stdout
    assert len(docs) == 3
    assert {token_tag(token) for doc in docs for token in doc} == {"-"}
    assert [code for code, _ in split_bitext(docs[0])] == ["en", "bg"]
    assert get_note(docs[0])["strategy"] == "none"


def test_what_is_left_out_is_counted_with_its_reason(run, tmp_path):
    path = tmp_path / "parallel.tsv"
    long = "дълго " * 20
    path.write_bytes(
        "\n".join(
            ["no tab here", "", "Anna\t", f"Anna met Paul\t{long}", "a b\tа б\t0-9", "a\tа"]
        ).encode()
        + b"\nx\t\xff\n"
        + "a\u2028b\tа б\t0-0\n".encode()
    )
    labels = tmp_path / "labels.spacy"
    vocab = spacy.blank("xx").vocab
    docs = [Doc(vocab, words=["x"]) for _ in range(8)]
    docs[4], docs[7] = (Doc(vocab, words=["a", "b"]) for _ in range(2))
    annotate(docs[7], ["B-PER", "O"])
    DocBin(docs=docs).to_disk(labels)
    result, docs, rejects = run(path, "--labels", labels, "--alignments", "column")
    assert result.exit_code == 0, result.stdout
    assert [(row["line"], row["reason"]) for row in rejects] == [
        (1, "no tab between source and target"),
        (2, "empty line"),
        (3, "no column of alignments"),
        (4, "no column of alignments"),
        (6, "no column of alignments"),
        (7, "not UTF-8"),
        (5, "bad alignment"),
    ]
    assert target(docs[0]) == "а/B-PER б/O"
    result, docs, rejects = run(path, "--columns", "0,1", "--force")
    assert {row["reason"] for row in rejects} == {
        "no such column",
        "another number of columns than most lines",
        "empty line",
        "empty side",
        "length ratio",
        "not UTF-8",
    }
    assert [row["line"] for row in rejects if "another number" in row["reason"]] == [5, 8]
    assert len(docs) == 1


def test_lost_entities_leave_the_target_unannotated(run, write, labelled):
    lines = ["\t".join([*LINES[0][:2], "2-2"]), *("\t".join(line) for line in LINES[1:])]
    arguments = [write(lines), "--labels", labelled, "--alignments", "column"]
    _, docs, rejects = run(*arguments)
    assert [(row["line"], row["reason"], row["detail"]) for row in rejects] == [
        (1, "unaligned entity", "Anna Berg")
    ]
    assert len(docs) == 2
    _, docs, _ = run(*arguments, "--keep-unprojected", "--force")
    assert {token_tag(token) for token in list(split_bitext(docs[0]))[1][1]} == {"-"}
    assert len(docs[0].ents) == 2


@pytest.mark.parametrize(
    "arguments, code",
    [
        (["--labels", "LABELS"], "C223"),
        (["--labels", "LABELS", "--labels-from", "x"], "C224"),
        (["--labels-from", "nowhere", "--alignments", "column"], "C515"),
        (["--alignments", "nowhere"], "C217"),
        (["--target-file", "PARALLEL", "--labels", "LABELS", "--alignments", "LABELS"], "C205"),
        (["--target-file", "PARALLEL", "--labels", "LABELS", "--alignments", "ONE"], "C221"),
        (["--max-length-ratio", "0.5"], "C132"),
        (["--source", "zz"], "C216"),
        (["--max-words", "1"], "C228"),
        (["--around", "2"], "C230"),
        (["--min-confidence", "0.5"], "C230"),
        (["--source", "bg"], "C231"),
        (["--around", "2", "--labels", "LABELS"], "C230"),
    ],
)
def test_bad_options_are_told_without_a_traceback(
    run, parallel, labelled, tmp_path, arguments, code
):
    (tmp_path / "one.txt").write_text("0-0\n", "utf8")
    paths = {"LABELS": labelled, "PARALLEL": parallel, "ONE": tmp_path / "one.txt"}
    result, docs, _ = run(parallel, "--columns", "0,1", *(paths.get(a, a) for a in arguments))
    assert result.exit_code == 1, result.stdout
    assert code in result.stdout
    assert not docs


def test_other_text_and_missing_files_are_told(run, write, labelled, tmp_path, trained_folder):
    path = write(["Someone else\tНякой друг\t0-0"])
    result, _, _ = run(path, "--labels", labelled, "--alignments", "column")
    assert "C225" in result.stdout
    assert "C222" in run(tmp_path / "nothing")[0].stdout
    settings = ["--columns", "0,1", "--labels-from", trained_folder, "--encoder", trained_folder]
    assert "C301" in run(path, *settings)[0].stdout


@pytest.mark.parametrize("lines, code", [(["Someone else ||| Някой друг"], "C232"), ([], "C234")])
def test_a_file_without_any_tab_is_no_parallel_text(run, write, lines, code):
    result, docs, _ = run(write(lines))
    assert result.exit_code == 1 and code in result.stdout and not docs


@pytest.mark.parametrize("option", ["--labels", "--alignments", "--target-file", "--encoder"])
def test_no_input_is_lost_to_an_output(write, labelled, tmp_path, option):
    links = write([line[2] for line in LINES], "links.jsonl")
    source = write([line[0] for line in LINES], "source.jsonl")
    target = write([line[1] for line in LINES], "target.jsonl")
    paths = {"--labels": labelled, "--alignments": links, "--target-file": target}
    paths["--encoder"] = write(["{}"], "config.json")
    arguments = [word for name, path in paths.items() for word in (name, str(path))]
    arguments += ["--rejects", str(paths[option]), "--target", "bg", "--force"]
    before = paths[option].read_bytes()
    output = tmp_path / "out.spacy"
    result = CliRunner().invoke(concner_cli, ["bitext", str(source), str(output), *arguments])
    assert result.exit_code == 1 and "C407" in result.stdout, result.stdout
    assert option in " ".join(result.stdout.split())
    assert paths[option].read_bytes() == before and not output.exists()


@pytest.mark.parametrize("text", ["1", "a,b", "1,2,3", "--1,2", "1,-"])
def test_columns_that_are_no_numbers_are_told(text):
    with pytest.raises(ConcnerError, match="C132.*--columns"):
        _read_columns(text)
    assert _read_columns("-2, -1") == (-2, -1)
