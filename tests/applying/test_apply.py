import gzip
import hashlib
import json
from pathlib import Path

import pyarrow.parquet
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from typer.testing import CliRunner

from spacy_concner.applying import apply as apply_module
from spacy_concner.applying.apply import apply
from spacy_concner.cli import concner_cli
from spacy_concner.corpora.reader import corpus_files, read_docs
from spacy_concner.errors import ConcnerError
from spacy_concner.files import lock
from tests.applying.texts import ROWS, TEXTS, write_text
from tests.sentences import make_bitexts, make_sentences, write_corpus

KINDS = ["a.txt", "a.jsonl", "a.jsonl.gz", "a.parquet", "a.spacy"]


@pytest.fixture(scope="module")
def expected(trained_folder) -> list[list[dict]]:
    """What the pipeline finds in the sentences, by itself."""
    return [
        [
            {
                "start": ent.start_char,
                "end": ent.end_char,
                "label": ent.label_,
                "text": ent.text,
                "score": pytest.approx(ent._.concner_score, abs=1e-6),
            }
            for ent in doc.ents
        ]
        for doc in spacy.load(trained_folder).pipe(TEXTS)
    ]


def run(pipeline, path, output, **settings):
    settings = {"processes": 1, "shard_size": 5, "progress": False, **settings}
    return apply(pipeline, path, output, **settings)


def rows_of(output: Path) -> list[dict]:
    lines = [line for file in sorted(output.glob("*.jsonl")) for line in file.open(encoding="utf8")]
    return [json.loads(line) for line in lines]


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", KINDS)
def test_rows_carry_their_fields_and_what_the_pipeline_finds(
    trained_folder, tmp_path, expected, name
):
    path = write_text(tmp_path / "in", name)
    done = run(trained_folder, path, tmp_path / "out", format="jsonl")
    rows = rows_of(tmp_path / "out")
    assert [row.pop("entities") for row in rows] == expected
    if name == "a.txt":
        assert rows == [{"text": text} for text in TEXTS]
    elif name == "a.spacy":
        assert [row["id"] for row in rows] == [row["id"] for row in ROWS]
        assert [row["text"].split() for row in rows] == [text.split() for text in TEXTS]
    else:
        assert rows == ROWS
    assert [shard.name for shard in done.shards] == ["00001.jsonl", "00002.jsonl", "00003.jsonl"]
    assert (done.records, done.docs, done.resumed) == (len(TEXTS), len(TEXTS), 0)
    assert done.entities.total() == sum(map(len, expected)) > 10


@pytest.mark.parametrize("name", KINDS)
def test_docs_carry_fields_entities_and_scores(trained_folder, tmp_path, expected, name):
    path = write_text(tmp_path / "in", name)
    done = run(trained_folder, path, tmp_path / "out")
    docs = list(read_docs(tmp_path / "out", spacy.blank("xx")))
    assert [[ent.text for ent in doc.ents] for doc in docs] == [
        [ent["text"] for ent in found] for found in expected
    ]
    scores = [ent._.concner_score for doc in docs for ent in doc.ents]
    assert scores == [ent["score"] for found in expected for ent in found]
    assert done.words == sum(map(len, docs))
    if name != "a.txt":
        assert [doc.user_data["id"] for doc in docs] == [row["id"] for row in ROWS]


@pytest.mark.parametrize("name", KINDS)
def test_parquet_has_columns_and_entities(trained_folder, tmp_path, expected, name):
    path = write_text(tmp_path / "in", name)
    run(trained_folder, path, tmp_path / "out", format="parquet")
    files = sorted((tmp_path / "out").glob("*.parquet"))
    tables = [pyarrow.parquet.read_table(file) for file in files]
    assert len(tables) == 3 and len({str(table.schema) for table in tables}) == 1
    rows = [row for table in tables for row in table.to_pylist()]
    assert [row.pop("entities") for row in rows] == expected
    if name == "a.parquet":
        assert rows == ROWS
    elif "jsonl" in name:
        fields = [{k: v for k, v in row.items() if k != "text"} for row in ROWS]
        assert [json.loads(row["fields"]) for row in rows] == fields


def test_tokens_and_segments_of_docs_stay(trained_folder, tmp_path):
    path = write_corpus(make_bitexts(), tmp_path / "bitexts.spacy")
    run(trained_folder, path, tmp_path / "out")
    before = list(read_docs(path, spacy.blank("xx")))
    after = list(read_docs(tmp_path / "out", spacy.blank("xx")))
    assert [[t.text for t in doc] for doc in after] == [[t.text for t in doc] for doc in before]
    for old, new in zip(before, after, strict=True):
        segments = [[(s.start, s.label_) for s in doc.spans["segments"]] for doc in (old, new)]
        assert segments[0] == segments[1]


def test_any_pipeline_without_scores(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PER", "pattern": "Anna"}])
    nlp.to_disk(tmp_path / "rules")
    path = write_text(tmp_path, "a.txt")
    done = run(tmp_path / "rules", path, tmp_path / "out", format="jsonl")
    assert done.entities == {"PER": sum(text.count("Anna") for text in TEXTS)}
    found = [ent for row in rows_of(tmp_path / "out") for ent in row["entities"]]
    assert found and all(ent["score"] is None for ent in found)


def test_a_folder_is_one_stream_of_records(trained_folder, tmp_path, expected):
    for i in (0, 7):
        rows = ROWS[:7] if not i else ROWS[7:]
        data = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
        folder = tmp_path / "in" / str(i)
        folder.mkdir(parents=True)
        (folder / "b.jsonl.gz").write_bytes(gzip.compress(data))
    (tmp_path / "in" / "note.md").write_text("read me")
    (tmp_path / "in" / ".hidden.jsonl").write_text("{")
    done = run(trained_folder, tmp_path / "in", tmp_path / "out", format="jsonl")
    assert [row["id"] for row in rows_of(tmp_path / "out")] == [row["id"] for row in ROWS]
    assert len(done.shards) == 3


def test_odd_texts(trained_folder, tmp_path):
    texts = ["", " ", "👩‍👩‍👧 Anna", "x" * 5000, "a\nb", "Anna\u2028Berg"]
    rows = [{"t": text, "odd": "\ud800", "big": 1 << 70} for text in texts]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    run(trained_folder, path, tmp_path / "out", format="jsonl", text_field="t")
    found = rows_of(tmp_path / "out")
    assert [row.pop("entities") for row in found][:2] == [[], []]
    assert found == rows
    with pytest.raises(ConcnerError, match=r"C650.*line 1: the field '(odd|big)'"):
        run(trained_folder, path, tmp_path / "docs", text_field="t")


def test_limit_and_shard_size(trained_folder, tmp_path):
    path = write_text(tmp_path, "a.txt")
    done = run(trained_folder, path, tmp_path / "out", limit=7, shard_size=3)
    assert done.records == 7 and len(corpus_files(tmp_path / "out")) == 3


@pytest.mark.parametrize("format", ["spacy", "jsonl", "parquet"])
def test_parts_make_what_one_run_makes(trained_folder, tmp_path, format):
    path = write_text(tmp_path, "a.jsonl")
    with path.open("a") as stream:
        stream.write("{broken\n")
    settings = {"format": format, "shard_size": 2, "skip_invalid": True}
    one = run(trained_folder, path, tmp_path / "one", rejects=tmp_path / "1.jsonl", **settings)
    settings["rejects"] = tmp_path / "2.jsonl"
    for part in ("3/3", "1/3"):
        done = run(trained_folder, path, tmp_path / "parts", part=part, **settings)
        assert done.shards == [] and not done.resumed
        with pytest.raises(ConcnerError, match="C608"):
            corpus_files(tmp_path / "parts")
        assert not (tmp_path / "2.jsonl").exists()
    done = run(trained_folder, path, tmp_path / "parts", part="2/3", **settings)
    assert len(done.shards) == len(one.shards) == 7
    assert bytes_of(tmp_path / "parts") == bytes_of(tmp_path / "one")
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes() != b""
    again = run(trained_folder, path, tmp_path / "parts", part="3/3", **settings)
    assert again.resumed == again.n_shards == 2
    assert bytes_of(tmp_path / "parts") == bytes_of(tmp_path / "one")


def test_a_whole_run_takes_what_parts_have_made(trained_folder, tmp_path):
    path = write_text(tmp_path, "a.txt")
    one = run(trained_folder, path, tmp_path / "one")
    run(trained_folder, path, tmp_path / "out", part="2/2")
    run(trained_folder, path, tmp_path / "out", part="1/4")
    done = run(trained_folder, path, tmp_path / "out")
    assert done.resumed == 2 and len(done.shards) == len(one.shards)
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "one")


def test_parts_run_at_once_and_beside_no_whole_run(trained_folder, tmp_path, monkeypatch):
    path, out = write_text(tmp_path, "a.txt"), tmp_path / "out"
    monkeypatch.setattr("spacy_concner.files.claims.PATIENCE", 0.1)
    tried = []

    def inside(*arguments, **settings):
        for part in ("", "1/2", "2/2"):
            monkeypatch.setattr(apply_module, "find_files", original)
            try:
                run(trained_folder, path, out, part=part)
                tried.append("done")
            except ConcnerError as error:
                tried.append(str(error)[:6])
        return original(*arguments, **settings)

    original = apply_module.find_files
    monkeypatch.setattr(apply_module, "find_files", inside)
    (out / ".making" / "1-of-2").mkdir(parents=True)
    run(trained_folder, path, out, part="1/2")
    assert tried == ["[C601]", "[C601]", "done"]
    with lock("OUTPUT", tmp_path / "other"):
        for part in ("", "1/2"):
            with pytest.raises(ConcnerError, match="C601"):
                run(trained_folder, path, tmp_path / "other", part=part)


def test_a_finished_run_is_kept_and_what_is_broken_made_again(trained_folder, tmp_path):
    path, out = write_text(tmp_path, "a.txt"), tmp_path / "out"
    run(trained_folder, path, out)
    before = bytes_of(out)
    assert run(trained_folder, path, out).resumed == 3
    (out / "00002.spacy").write_bytes((out / "00001.spacy").read_bytes())
    (out / "00003.spacy").unlink()
    assert run(trained_folder, path, out).resumed == 1
    assert bytes_of(out) == before
    (out / "shards.ndjson").write_text("{")
    assert run(trained_folder, path, out).resumed == 0
    assert bytes_of(out) == before


def test_changed_settings_and_input(trained_folder, tmp_path):
    path, out = write_text(tmp_path, "a.txt"), tmp_path / "out"
    run(trained_folder, path, out)
    before = bytes_of(out)
    with pytest.raises(ConcnerError, match="C405.*other format, shard_size"):
        run(trained_folder, path, out, format="jsonl", shard_size=3)
    assert bytes_of(out) == before
    run(trained_folder, path, out, format="jsonl", shard_size=3, force=True)
    assert not list(out.glob("*.spacy")) and len(list(out.glob("*.jsonl"))) == 4
    # The size is the same, and what stands there is not.
    path.write_text(path.read_text("utf8").replace("Anna", "Nana"), "utf8")
    with pytest.raises(ConcnerError, match="C653"):
        run(trained_folder, path, out, format="jsonl", shard_size=3)
    run(trained_folder, path, out, format="jsonl", shard_size=3, force=True)
    assert "Nana" in (out / "00001.jsonl").read_text("utf8")


def test_another_file_of_the_same_name(trained_folder, tmp_path):
    path = write_text(tmp_path, "a.spacy")
    run(trained_folder, path, tmp_path / "one", format="jsonl")
    write_corpus(make_sentences()[:1], path)
    done = run(trained_folder, path, tmp_path / "two", format="jsonl")
    assert done.docs == 1 and rows_of(tmp_path / "two")[0]["text"].startswith("Anna Berg lives")


@pytest.mark.parametrize("force", [False, True])
def test_files_of_others_are_left_alone(trained_folder, tmp_path, force):
    path = write_text(tmp_path / "in", "a.txt")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "00001.jsonl").write_text("mine")
    for output, code in ((tmp_path / "mine", "C408"), (tmp_path / "out.jsonl", "C129")):
        for part in ("", "1/2"):
            with pytest.raises(ConcnerError, match=code):
                run(trained_folder, path, output, format="jsonl", force=force, part=part)
    assert bytes_of(tmp_path / "mine").keys() == {"00001.jsonl"}


BROKEN = {
    "no json": ("{", "C643.*line 3"),
    "a list": ("[1]", "C643.*line 3.*it is a list"),
    "no text": ('{"txt": "a"}', r"C644.*line 3.*'text' holds nothing.*fields are txt\. "),
    "a number": ('{"text": 3}', "C644.*line 3.*holds 3"),
    "half a character": ('{"text": "\\ud800"}', "C122.*line 3"),
    "too long": (json.dumps({"text": "a b " * 300}), "C645.*line 3.*1200 characters"),
    "dense": (json.dumps({"text": "." * 3000}), "C152.*line 3"),
}


@pytest.mark.parametrize(("line", "message"), BROKEN.values(), ids=list(BROKEN))
def test_broken_records_are_told_or_left_out(trained_folder, tmp_path, line, message):
    path, out = tmp_path / "a.jsonl", tmp_path / "out"
    lines = [json.dumps(row) for row in ROWS]
    path.write_text("\n".join([*lines[:2], line, *lines[2:]]), "utf8")
    settings = {"format": "jsonl", "max_length": 1000 if "a b" in line else 0, "shard_size": 2}
    with pytest.raises(ConcnerError, match=message):
        run(trained_folder, path, out, **settings)
    # What was made before stays.
    done = run(trained_folder, path, out, skip_invalid=True, **settings)
    assert done.resumed == 1 and done.rejected.total() == 1 and done.docs == len(ROWS)
    (row,) = [json.loads(line) for line in done.rejects.open(encoding="utf8")]
    assert (row["file"], row["line"]) == (str(path), 3) and row["code"] in message
    assert row["raw"] == line[:500] or row["code"] in ("C645", "C152")
    assert [row["id"] for row in rows_of(out)] == [row["id"] for row in ROWS]
    # Without the option they are told again.
    with pytest.raises(ConcnerError, match=message):
        run(trained_folder, path, out, **settings)


def test_nothing_but_broken_records(trained_folder, tmp_path):
    (tmp_path / "a.jsonl").write_text("{\n{\n")
    with pytest.raises(ConcnerError, match="C651.*2 records were left out"):
        run(trained_folder, tmp_path / "a.jsonl", tmp_path / "out", skip_invalid=True)
    (tmp_path / "b.txt").write_text("\n")
    with pytest.raises(ConcnerError, match="C651.*0 records"):
        run(trained_folder, tmp_path / "b.txt", tmp_path / "out")


def test_input_that_cannot_be_read(trained_folder, tmp_path):
    def fails(path, code, **settings):
        with pytest.raises(ConcnerError, match=code):
            run(trained_folder, path, tmp_path / "out", **settings)

    fails(tmp_path / "missing", "C640.*no such file.*jsonl.gz or .parquet")
    (tmp_path / "a.csv").write_text("a")
    fails(tmp_path / "a.csv", r"C640.*ends in \.csv")
    (tmp_path / "empty").mkdir()
    fails(tmp_path / "empty", "C640.*has no such file")
    for name in ("a.txt", "a.jsonl"):
        write_text(tmp_path / "mixed", name)
    fails(tmp_path / "mixed", r"C641.*\.jsonl, \.txt")
    whole = write_text(tmp_path, "cut.jsonl.gz").read_bytes()
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[:-30])
    fails(tmp_path / "cut.jsonl.gz", "C642.*cut.jsonl.gz")
    (tmp_path / "no.jsonl.gz").write_text("{}")
    fails(tmp_path / "no.jsonl.gz", "C642")
    (tmp_path / "no.parquet").write_text("no")
    fails(tmp_path / "no.parquet", "C642")
    (tmp_path / "no.spacy").write_text("no")
    fails(tmp_path / "no.spacy", "C143")
    rows = write_text(tmp_path, "rows.parquet")
    fails(rows, "C646.*'content'.*columns are id, text, meta", text_field="content")
    fails(rows, "C646.*'id'", text_field="id")
    (tmp_path / "latin.txt").write_bytes("Zoë".encode("latin-1"))
    fails(tmp_path / "latin.txt", "C105.*--encoding")
    done = run(trained_folder, tmp_path / "latin.txt", tmp_path / "out", encoding="latin-1")
    assert done.docs == 1


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
@pytest.mark.parametrize("format", ["jsonl", "parquet"])
def test_a_field_is_never_written_over(trained_folder, tmp_path, name, format):
    path = write_text(tmp_path, name)
    settings = {"format": format, "entities_field": "text" if name == "a.jsonl" else "meta"}
    with pytest.raises(ConcnerError, match="C647.*--entities-field"):
        run(trained_folder, path, tmp_path / "out", **settings)


def test_parquet_files_with_other_columns(trained_folder, tmp_path):
    write_text(tmp_path / "in", "a.parquet")
    table = pyarrow.Table.from_pylist([{"text": "Anna", "other": 1}])
    pyarrow.parquet.write_table(table, tmp_path / "in" / "b.parquet")
    with pytest.raises(ConcnerError, match="C652.*b.parquet.*text, other, expected id, text, meta"):
        run(trained_folder, tmp_path / "in", tmp_path / "out", format="parquet")
    done = run(trained_folder, tmp_path / "in", tmp_path / "out", format="jsonl")
    assert done.docs == len(ROWS) + 1


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"format": "csv"}, "C132.*--format.*spacy, jsonl, parquet"),
        ({"engine": "spark"}, "C132.*--engine"),
        ({"encoding": "utf-9"}, "C132.*--encoding"),
        ({"shard_size": 0}, "C406.*--shard-size"),
        ({"batch_size": 0}, "C406.*--batch-size"),
        ({"processes": -1}, "C406.*--processes"),
        ({"limit": -1}, "C406.*--limit"),
        ({"max_length": -1}, "C406.*--max-length"),
        ({"part": "9/8"}, "C630"),
    ],
)
def test_settings(trained_folder, tmp_path, settings, code):
    path = write_text(tmp_path, "a.txt")
    with pytest.raises(ConcnerError, match=code):
        run(trained_folder, path, tmp_path / "out", **settings)


@Language.component("tests_failing")
def fail_on_sofia(doc: Doc) -> Doc:
    if "Sofia" in doc.text:
        raise KeyError("no such place")
    return doc


def test_pipelines_that_fail(trained_folder, tmp_path):
    path = write_text(tmp_path, "a.txt")
    with pytest.raises(ConcnerError, match="C515.*missing"):
        run(tmp_path / "missing", path, tmp_path / "out")
    nlp = spacy.blank("xx")
    nlp.add_pipe("tests_failing")
    nlp.to_disk(tmp_path / "failing")
    with pytest.raises(ConcnerError, match=r"C648.*a.txt, line 1 to .*, line 9: 'no such place'"):
        run(tmp_path / "failing", path, tmp_path / "out")


def test_command_line(trained_folder, tmp_path):
    path = write_text(tmp_path, "a.jsonl")
    with path.open("a") as stream:
        stream.write("{\n")
    words = ["apply", str(trained_folder), str(path), str(tmp_path / "out"), "--processes", "1"]
    result = CliRunner().invoke(concner_cli, words)
    assert result.exit_code == 1 and "C643" in result.output
    result = CliRunner().invoke(concner_cli, [*words, "--skip-invalid", "--part", "1/1"])
    assert result.exit_code == 0, result.output
    assert "12 texts" in result.output and "C643 (1)" in result.output
    assert (tmp_path / "out.rejects.jsonl").exists()
    more = ["--skip-invalid", "--part", "1/2", "--force", "--limit", "3", "--shard-size", "2"]
    result = CliRunner().invoke(concner_cli, [*words, *more])
    assert result.exit_code == 0 and "of part 1/2" in result.output
    assert json.loads((tmp_path / "out" / "apply.json").read_text("utf8"))["limit"] == 0
