import json
import random
import tracemalloc

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import DocBin
from spacy.training import Corpus
from spacy.vocab import Vocab

from spacy_concner.corpora import doc_building
from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.doc_building import build_doc, make_tokenizer
from spacy_concner.corpora.records import InvalidRecord, Place, TextRecord
from spacy_concner.corpora.segments import split_bitext, token_tag
from spacy_concner.errors import ConcnerError

CONLL = "Anna\tB-PER\nSmith\tI-PER\nslept\tO\n\nSofia\tB-LOC\n\nACME\tB-ORG\nin\tO\nSofia\tB-LOC\n"
BITEXTS = [
    {
        "segments": [
            {"lang": "en", "text": "Anna slept.", "spans": [[0, 4, "PER"]]},
            {"lang": "bg", "text": "Анна спа."},
        ]
    },
    {"segments": [{"lang": "en", "text": "Yes."}, {"lang": "de", "text": "Ja."}]},
]


def write(path, content):
    if not isinstance(content, str):
        content = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in content)
    path.write_text(content, encoding="utf8")
    return path


def load(path):
    return list(DocBin().from_disk(path).get_docs(Vocab()))


def tagged(doc):
    return [(token.text, token_tag(token)) for token in doc]


def numbered(n_sentences):
    return "".join(f"word{i}\tB-PER\nlast{i}\tI-PER\n\n" for i in range(n_sentences))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out" / "train.spacy"


def test_conll_keeps_tokens_and_tags(tmp_path, out):
    done = convert(write(tmp_path / "train.tsv", CONLL), out)
    docs = load(out)
    assert [tagged(doc) for doc in docs] == [
        [("Anna", "B-PER"), ("Smith", "I-PER"), ("slept", "O")],
        [("Sofia", "B-LOC")],
        [("ACME", "B-ORG"), ("in", "O"), ("Sofia", "B-LOC")],
    ]
    assert (done.format, done.n_sentences, done.n_tokens, done.n_missing) == ("conll", 3, 7, 0)
    assert done.entities == {"PER": 1, "LOC": 2, "ORG": 1}
    assert done.files == [out]


def test_spacy_reads_the_gold_tokens(tmp_path, out):
    convert(write(tmp_path / "train.tsv", "don't\tO\ngo,\tO\n"), out)
    (doc,) = load(out)
    assert doc.has_unknown_spaces
    (example,) = Corpus(out)(spacy.blank("en"))
    assert [token.text for token in example.predicted] == ["don't", "go,"]


def test_text_is_tokenised_and_unannotated(tmp_path, out):
    done = convert(write(tmp_path / "raw.txt", "I don't know.\n\nNo.\n"), out, lang="en")
    first, second = load(out)
    assert [token.text for token in first] == ["I", "do", "n't", "know", "."]
    assert not first.has_annotation("ENT_IOB")
    assert (done.format, done.n_missing) == ("text", 2)


def test_jsonl_spans_become_entities(tmp_path, out):
    data = [
        {"text": "Anna Smith slept.", "spans": [{"start": 0, "end": 10, "label": "PER"}]},
        {"text": "No one."},
        {"text": "No one.", "spans": []},
    ]
    done = convert(write(tmp_path / "train.jsonl", data), out)
    labelled, missing, outside = load(out)
    assert [(entity.text, entity.label_) for entity in labelled.ents] == [("Anna Smith", "PER")]
    assert {tag for _, tag in tagged(missing)} == {"-"}
    assert {tag for _, tag in tagged(outside)} == {"O"}
    assert done.n_missing == 1


def test_bitexts_keep_segments_and_missing_annotation(tmp_path, out):
    convert(write(tmp_path / "train.jsonl", BITEXTS), out)
    parts = [(language, tagged(part)) for language, part in split_bitext(load(out)[0])]
    assert parts == [
        ("en", [("Anna", "B-PER"), ("slept", "O"), (".", "O")]),
        ("bg", [("Анна", "-"), ("спа", "-"), (".", "-")]),
    ]


def test_skipped_records_are_counted(tmp_path, out):
    data = [{"text": "a", "answer": "reject"}, {"text": "b", "answer": "accept"}]
    done = convert(write(tmp_path / "train.jsonl", data), out)
    assert (done.n_read, done.n_sentences, done.skipped) == (2, 1, {"reject": 1})
    with pytest.raises(ConcnerError, match="C106.*1 skipped"):
        convert(write(tmp_path / "none.jsonl", data[:1]), out, force=True)


@pytest.mark.parametrize("scheme", ["bio", "bioes"])
def test_schemes_have_other_names(tmp_path, out, scheme):
    tags = "O", "B-PER" if scheme == "bio" else "S-PER"
    convert(write(tmp_path / "a.tsv", "".join(f"a\t{t}\n" for t in tags)), out, scheme=scheme)
    assert tagged(load(out)[0]) == [("a", "O"), ("a", "B-PER")]


def test_a_new_folder_has_no_suffix(tmp_path):
    source = write(tmp_path / "train.tsv", CONLL)
    with pytest.raises(ConcnerError, match=r"C129.*\.txt"):
        convert(source, tmp_path / "out.txt")
    assert not (tmp_path / "out.txt").exists()
    (tmp_path / "v1.0").mkdir()
    assert convert(source, tmp_path / "v1.0").files[0].parent.name == "v1.0"


def test_segment_keeps_one_language(tmp_path, out):
    source = write(tmp_path / "train.jsonl", [*BITEXTS, {"text": "plain"}])
    done = convert(source, out, segment="bg")
    assert [doc.text for doc in load(out)] == ["Анна спа."]
    assert (done.n_sentences, done.n_without_segment) == (1, 2)
    with pytest.raises(ConcnerError, match="C106.*3 without a segment"):
        convert(source, out, segment="hu", force=True)


@pytest.mark.parametrize(
    "start, end, near", [(0, 3, "'Anna' 0-4"), (2, 10, "'Anna' 0-4, 'slept' 5-10")]
)
def test_spans_off_the_tokens_are_told_with_the_tokens(tmp_path, out, start, end, near):
    data = [{"text": "Anna slept.", "spans": [{"start": start, "end": end, "label": "PER"}]}]
    with pytest.raises(ConcnerError, match="C120") as caught:
        convert(write(tmp_path / "train.jsonl", data), out)
    message = str(caught.value)
    assert repr("Anna slept."[start:end]) in message
    assert near in message
    assert "train.jsonl, line 1" in message


@pytest.mark.parametrize(
    "start, end, offsets", [(3, 7, "utf16"), (5, 9, "bytes"), (2, 5, "inclusive")]
)
def test_offsets_without_texts_are_recognised_by_the_tokens(tmp_path, out, start, end, offsets):
    data = [{"text": "😀 Anna sings", "spans": [[start, end, "PER"]]}]
    source = write(tmp_path / "train.jsonl", data)
    with pytest.raises(ConcnerError, match=f"C120.*--offsets {offsets}"):
        convert(source, out)
    convert(source, out, offsets=offsets)
    assert [ent.text for ent in load(out)[0].ents] == ["Anna"]


def test_white_space_at_the_ends_of_entities_is_cut_off_in_every_format(tmp_path, out):
    data = [
        {"text": "Anna  slept", "spans": [[0, 6, "PER"]]},
        {"text": "Anna slept", "spans": [[0, 5, "PER"]]},
        {"text": "Anna slept", "spans": [[0, 4, "PER"]]},
    ]
    done = convert(write(tmp_path / "train.jsonl", data), out)
    assert [[ent.text for ent in doc.ents] for doc in load(out)] == [["Anna"]] * 3
    assert done.n_trimmed == 2
    rows = "Anna\tB-PER\n\u00a0\tI-PER\nBerg\tI-PER\n\u2003\tI-PER\n\u00a0\tB-LOC\n"
    done = convert(write(tmp_path / "train.tsv", rows), out, force=True)
    (doc,) = load(out)
    assert [(ent.text.strip(), ent.label_) for ent in doc.ents] == [("Anna \u00a0 Berg", "PER")]
    assert (len(doc), done.n_trimmed) == (5, 2)


def test_overlong_texts_are_refused():
    nlp = make_tokenizer("xx")
    nlp.max_length = 3
    record = TextRecord("abcd", None, Place("file", 7), "abcd")
    with pytest.raises(InvalidRecord, match="C112.*file, line 7.*4 characters"):
        build_doc(record, nlp)


def test_labels_turn_other_types_into_o(tmp_path, out):
    source = write(tmp_path / "train.tsv", CONLL)
    done = convert(source, out, labels=["PER", "ORG"])
    assert tagged(load(out)[2]) == [("ACME", "B-ORG"), ("in", "O"), ("Sofia", "O")]
    assert done.entities == {"PER": 1, "ORG": 1}
    assert done.dropped == {"LOC": 2}


def test_labels_leave_missing_annotation_missing(tmp_path, out):
    found = {"text": "Sofia", "spans": [{"start": 0, "end": 5, "label": "LOC"}]}
    convert(write(tmp_path / "train.jsonl", [*BITEXTS[:1], found]), out, labels=["LOC"])
    tags = [tag for _, tag in tagged(load(out)[0])]
    assert tags == ["O", "O", "O", "-", "-", "-"]


@pytest.mark.parametrize("place", ["out.spacy", "shards"])
def test_labels_that_no_entity_has_are_told_and_nothing_is_written(tmp_path, place):
    source = write(tmp_path / "train.tsv", CONLL)
    with pytest.raises(ConcnerError, match="C168.*--labels PRE, so.*found: LOC, ORG, PER"):
        convert(source, tmp_path / place, labels=["PRE"])
    assert not (tmp_path / place).exists()
    # There is nothing to lose where nothing is labelled.
    convert(write(tmp_path / "o.tsv", "here\tO\n"), tmp_path / place, labels=["PRE"])


@pytest.mark.parametrize("name, content", [("a.tsv", CONLL), ("a.jsonl", BITEXTS)])
def test_unlabelled_drops_the_annotation(tmp_path, out, name, content):
    done = convert(write(tmp_path / name, content), out, unlabelled=True)
    assert not done.entities
    assert {tag for doc in load(out) for _, tag in tagged(doc)} == {"-"}


def test_first_broken_record_stops_and_leaves_the_output_alone(tmp_path, out):
    convert(write(tmp_path / "good.tsv", CONLL), out)
    before = out.read_bytes()
    with pytest.raises(ConcnerError, match="C110.*bad.tsv, line 11"):
        convert(write(tmp_path / "bad.tsv", CONLL + "\nx\tI-PER\n"), out, force=True)
    assert out.read_bytes() == before
    assert [path.name for path in out.parent.iterdir()] == ["train.spacy"]


def test_skip_invalid_counts_and_keeps_the_broken_records(tmp_path, out):
    source = tmp_path / "train.tsv"
    source.write_bytes(b"a\tI-PER\nb\tO\n\ngood\tO\n\n\xff\tO\n\nc\n")
    done = convert(source, out, skip_invalid=True)
    assert [doc.text.strip() for doc in load(out)] == ["good"]
    assert done.rejected == {"C110": 1, "C105": 1, "C107": 1}
    assert done.n_read == 4
    assert done.rejects == out.parent / "train.rejects.jsonl"
    entries = [json.loads(line) for line in done.rejects.read_text("utf8").splitlines()]
    assert [(e["file"], e["line"], e["code"], e["raw"]) for e in entries] == [
        (str(source), 1, "C110", "a\tI-PER\nb\tO"),
        (str(source), 6, "C105", "\\xff\tO"),
        (str(source), 8, "C107", "c"),
    ]
    assert all(entry["message"].startswith(f"[{entry['code']}]") for entry in entries)


def test_skip_invalid_takes_spans_off_the_tokens(tmp_path, out):
    data = [{"text": "Anna", "spans": [[0, 3, "PER"]]}, {"text": "Anna", "spans": [[0, 4, "PER"]]}]
    rejects = tmp_path / "elsewhere" / "rejects.jsonl"
    done = convert(write(tmp_path / "train.jsonl", data), out, rejects=rejects)
    assert done.rejected == {"C120": 1}
    assert json.loads(json.loads(rejects.read_text("utf8"))["raw"]) == data[0]


def test_rejects_must_not_be_the_input(tmp_path, out):
    source = write(tmp_path / "train.tsv", CONLL)
    with pytest.raises(ConcnerError, match="C407"):
        convert(source, out, rejects=source)
    assert source.read_text("utf8") == CONLL


@pytest.mark.parametrize("content", ["", "\n\n", "# only\n\n-DOCSTART-\tO\n", "a\tI-PER\n"])
def test_nothing_to_write_is_an_error(tmp_path, out, content):
    with pytest.raises(ConcnerError, match="C106.*train.tsv"):
        convert(write(tmp_path / "train.tsv", content), out, skip_invalid=True)
    assert not out.exists()


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_sample_is_that_of_random(tmp_path, out, seed):
    sentences = [f"word{i}" for i in range(50)]
    source = write(tmp_path / "train.tsv", "".join(f"{word}\tO\n\n" for word in sentences))
    convert(source, out, sample=10, seed=seed)
    expected = random.Random(seed).sample(sentences, 10)
    assert [doc[0].text for doc in load(out)] == expected
    convert(source, out, sample=10, seed=seed, limit=20, force=True)
    expected = random.Random(seed).sample(sentences[:20], 10)
    assert [doc[0].text for doc in load(out)] == expected
    with pytest.raises(ConcnerError, match="C130.*51 of 50"):
        convert(source, out, sample=51, seed=seed, force=True)


def test_sample_is_taken_of_valid_sentences(tmp_path, out):
    source = write(tmp_path / "train.tsv", "bad\tI-X\n\na\tO\n\nb\tO\n\nbad\tI-X\n\nc\tO\n")
    done = convert(source, out, sample=3, seed=3, skip_invalid=True)
    assert [doc[0].text for doc in load(out)] == random.Random(3).sample(["a", "b", "c"], 3)
    assert (done.n_sentences, done.rejected) == (3, {"C110": 2})


def test_limit_stops_reading(tmp_path, out):
    source = write(tmp_path / "train.tsv", CONLL + "\nbroken\tI-PER\n")
    assert convert(source, out, limit=0, skip_invalid=True).n_sentences > 2
    done = convert(source, out, limit=2, force=True)
    assert (done.n_sentences, done.n_read) == (2, 2)


def test_folders_take_shards(tmp_path):
    folder = tmp_path / "corpus"
    done = convert(write(tmp_path / "train.tsv", numbered(7)), folder, shard_size=3)
    names = [f"corpus-0000{number}.spacy" for number in (1, 2, 3)]
    assert [path.name for path in done.files] == names
    assert sorted(path.name for path in folder.glob("*.spacy")) == names
    assert [len(load(path)) for path in done.files] == [3, 3, 1]
    words = [doc[0].text for path in done.files for doc in load(path)]
    assert words == [f"word{i}" for i in range(7)]


def test_folders_are_not_mixed(tmp_path):
    folder = tmp_path / "corpus"
    source = write(tmp_path / "train.tsv", numbered(7))
    convert(source, folder, shard_size=2)
    with pytest.raises(ConcnerError, match="C128"):
        convert(source, folder)
    assert len(list(folder.glob("*.spacy"))) == 4
    done = convert(source, folder, force=True)
    assert list(folder.glob("*.spacy")) == done.files == [folder / "corpus-00001.spacy"]


def test_failure_leaves_the_shards_that_were_there(tmp_path):
    folder = tmp_path / "corpus"
    convert(write(tmp_path / "good.tsv", numbered(2)), folder)
    before = [(path, path.read_bytes()) for path in folder.iterdir()]
    bad = write(tmp_path / "bad.tsv", numbered(5) + "x\tI-PER\n")
    with pytest.raises(ConcnerError, match="C110"):
        convert(bad, folder, shard_size=1, force=True)
    assert [(path, path.read_bytes()) for path in folder.iterdir()] == before


def test_outputs_of_the_wrong_kind_are_refused(tmp_path):
    source = write(tmp_path / "train.tsv", CONLL)
    (tmp_path / "folder.spacy").mkdir()
    for output in (source, tmp_path / "folder.spacy", source / "inside.spacy"):
        with pytest.raises(ConcnerError, match="C129|C407"):
            convert(source, output)


@pytest.mark.parametrize(
    "settings, code",
    [
        ({"format": "xml"}, "C132"),
        ({"scheme": "bmw"}, "C132"),
        ({"offsets": "words"}, "C132"),
        ({"encoding": "utf-99"}, "C132"),
        ({"token_column": 1, "label_column": 1}, "C132"),
        ({"limit": -1}, "C132"),
        ({"sample": 0}, "C132"),
        ({"shard_size": 0}, "C132"),
        ({"lang": "qq"}, "C131"),
        ({"label_column": 5}, "C107"),
        ({"token_column": -1, "label_column": 1}, "C107"),
    ],
)
def test_bad_settings_are_told(tmp_path, out, settings, code):
    with pytest.raises(ConcnerError, match=code):
        convert(write(tmp_path / "train.tsv", CONLL), out, **settings)
    assert not out.exists()


def test_unreadable_sources_are_told(tmp_path, out):
    with pytest.raises(ConcnerError, match="C103.*missing.tsv"):
        convert(tmp_path / "missing.tsv", out)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConcnerError, match="C103"):
        convert(tmp_path / "folder", out, format="conll")


def test_rows_are_converted_too(tmp_path, out):
    source = write(tmp_path / "rows.json", [{"tokens": ["Sofia", "x"], "ner_tags": [1, 0]}])
    done = convert(source, out, tag_names=["O", "B-LOC"])
    assert done.format == "jsonl"
    assert tagged(load(out)[0]) == [("Sofia", "B-LOC"), ("x", "O")]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(doc_building, "TOKENS_PER_VOCABULARY", 100)
    # Other tests share theirs.
    monkeypatch.setattr(doc_building, "make_tokenizer", spacy.blank)
    # What is made once, and how the collection of garbage falls, is the same from then on.
    convert(write(tmp_path / "warm.tsv", numbered(320)), tmp_path / "warm.spacy")
    peaks = []
    for n_sentences in (640, 1920):
        source = write(tmp_path / f"{n_sentences}.tsv", numbered(n_sentences))
        tracemalloc.start()
        convert(source, tmp_path / "corpus", shard_size=50, force=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.25 * peaks[0], peaks


def test_user_data_is_stored_like_spacy_does(tmp_path, out):
    convert(write(tmp_path / "train.tsv", CONLL), out)
    doc_bin = DocBin(store_user_data=True).from_disk(out)
    assert doc_bin.to_bytes() == DocBin(store_user_data=True, docs=load(out)).to_bytes()


WORDS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=6).filter(
    lambda word: not word.startswith(("#", "-DOCSTART-"))
)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(WORDS, st.sampled_from(["O", "B-PER", "B-LOC"])), min_size=1, max_size=6
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_tokens_survive(tmp_path_factory, sentences):
    folder = tmp_path_factory.mktemp("any")
    blocks = ["".join(f"{word}\t{tag}\n" for word, tag in sentence) for sentence in sentences]
    convert(write(folder / "train.tsv", "\n".join(blocks)), folder / "out.spacy")
    assert [tagged(doc) for doc in load(folder / "out.spacy")] == sentences
