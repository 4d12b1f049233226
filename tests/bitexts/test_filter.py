"""Bitexts without the translations that are not good enough."""

import json

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc
from typer.testing import CliRunner

from spacy_concner.bitexts.filter import filter_corpus
from spacy_concner.bitexts.thresholds import Thresholds
from spacy_concner.cli import concner_cli
from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.segments import annotate, get_segments, make_bitext
from spacy_concner.corpora.soft_labels import set_soft_labels
from spacy_concner.errors import ConcnerError
from tests.sentences import labelled_doc, write_corpus

VOCAB = spacy.blank("xx").vocab
RECORD = {"strategy": "alignment", "problems": ["unaligned entity"]}


@pytest.fixture
def three() -> Doc:
    """A sentence in three languages, whose last has lost its entity."""
    parts = [
        labelled_doc(VOCAB, ["Anna", "sings"], ["B-PER", "O"]),
        labelled_doc(VOCAB, ["Ана", "пее"], ["B-PER", "O"]),
        labelled_doc(VOCAB, ["Anna", "singt"], ["O", "O"]),
    ]
    doc = make_bitext(parts, ["en", "bg", "de"], VOCAB)
    doc.user_data |= {"id": 7, "concner_translation": RECORD}
    return doc


def test_bad_translations_go_and_good_ones_stay(tmp_path, bitexts, sentences, three):
    annotate(bitexts[0], ["O"] * len(bitexts[0]))
    annotate(bitexts[3], ["B-PER", "I-PER", "O", "B-PER", "O", "O", "O", "O"])
    path = write_corpus([*bitexts, three, sentences[0]], tmp_path / "in.spacy")
    done = filter_corpus(path, tmp_path / "out" / "kept.spacy", Thresholds())
    assert (done.n_docs, done.n_kept, done.n_plain) == (6, 5, 1)
    assert (done.n_pairs, done.n_pairs_kept) == (6, 4)
    assert done.rejected == {"entities lost": 2}
    kept = list(read_docs(tmp_path / "out" / "kept.spacy", VOCAB))
    assert [len(get_segments(doc)) for doc in kept] == [2, 2, 2, 2, 1]
    assert [segment.label_ for segment in get_segments(kept[3])] == ["en", "bg"]
    # The note was about the translation that went.
    assert kept[3].user_data == {"id": 7}
    assert done.rejects == tmp_path / "out" / "kept.rejects.jsonl"
    rows = [json.loads(line) for line in done.rejects.read_text("utf8").splitlines()]
    assert [(row["document"], row["reasons"]) for row in rows] == [
        (4, ["entities lost: 2 PER"]),
        (5, ["entities lost: 1 PER"]),
    ]
    assert rows[1]["meta"] == RECORD and rows[1]["id"] == 7


def test_corrected_rejects_come_back(tmp_path, bitexts, three):
    path = write_corpus([*bitexts, three], tmp_path / "in.spacy")
    done = filter_corpus(path, tmp_path / "kept.spacy", Thresholds())
    row = json.loads(done.rejects.read_text("utf8"))
    start = row["segments"][1]["start"]
    row["spans"].append({"start": start, "end": start + 4, "label": "PER"})
    (tmp_path / "corrected.jsonl").write_text(json.dumps(row), "utf8")
    convert(tmp_path / "corrected.jsonl", tmp_path / "corrected.spacy")
    again = filter_corpus(tmp_path / "corrected.spacy", tmp_path / "good.spacy", Thresholds())
    assert (again.n_pairs, again.n_pairs_kept, again.rejects) == (1, 1, None)
    assert not (tmp_path / "good.rejects.jsonl").exists()


def test_docs_with_soft_labels_stay_or_go_whole(tmp_path, bitexts, three):
    set_soft_labels(three, ["O"], np.ones((len(three), 1)))
    path = write_corpus([bitexts[0], three], tmp_path / "in.spacy")
    done = filter_corpus(path, tmp_path / "kept.spacy", Thresholds())
    assert (done.n_kept, done.rejected) == (1, {"entities lost": 2})


def test_values_that_occur_nowhere_are_told(tmp_path, bitexts, three):
    path = write_corpus([*bitexts, three], tmp_path / "in.spacy")
    arguments = ["filter", str(path), str(tmp_path / "out.spacy"), "--reject-note", "unaligned"]
    arguments += ["--strategy", "unknown", "--strategy", "aligned"]
    result = CliRunner().invoke(concner_cli, arguments)
    told = " ".join(result.output.split())
    assert result.exit_code == 0, told
    assert "No pair has 'unaligned' of --reject-note; there is: unaligned entity" in told
    assert "No pair has 'aligned' of --strategy; there is: alignment; unknown" in told
    assert "'unknown'" not in told


def test_shards_and_rejects_go_where_they_are_told(tmp_path, bitexts, three):
    path = write_corpus([*bitexts, three], tmp_path / "in.spacy")
    done = filter_corpus(path, tmp_path / "kept", Thresholds(), shard_size=2)
    assert len(done.files) == 3 and done.rejects == tmp_path / "kept.rejects.jsonl"
    with pytest.raises(ConcnerError, match="C128"):
        filter_corpus(path, tmp_path / "kept", Thresholds())
    elsewhere = tmp_path / "there" / "bad.jsonl"
    done = filter_corpus(path, tmp_path / "kept", Thresholds(), rejects=elsewhere, force=True)
    assert done.rejects == elsewhere and len(elsewhere.read_text("utf8").splitlines()) == 1


def test_what_cannot_be_done_is_told(tmp_path, bitexts, sentences):
    path = write_corpus(bitexts, tmp_path / "in.spacy")
    output = tmp_path / "out.spacy"
    with pytest.raises(ConcnerError, match="C281.*projected by unknown \\(4\\)"):
        filter_corpus(path, output, Thresholds(strategies=("markers",)))
    assert len((tmp_path / "out.rejects.jsonl").read_text("utf8").splitlines()) == 4
    assert not output.exists()
    with pytest.raises(ConcnerError, match="C407"):
        filter_corpus(path, output, Thresholds(), rejects=path)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ConcnerError, match="C129"):
        filter_corpus(path, output, Thresholds(), rejects=tmp_path / "file" / "rejects.jsonl")
    plain = write_corpus(sentences, tmp_path / "plain.spacy")
    with pytest.raises(ConcnerError, match="C282"):
        filter_corpus(plain, output, Thresholds())


@pytest.mark.parametrize(
    "changes",
    [
        {"max_length_factor": 0.5},
        {"max_length_factor": float("nan")},
        {"max_untranslated": 1.1},
        {"min_entities_kept": -0.1},
        {"max_entities_added": -2},
    ],
)
def test_thresholds_out_of_range_are_told(tmp_path, bitexts, changes):
    path = write_corpus(bitexts, tmp_path / "in.spacy")
    with pytest.raises(ConcnerError, match="C132"):
        filter_corpus(path, tmp_path / "out.spacy", Thresholds(**changes))
