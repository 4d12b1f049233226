"""One way of projection after another, and what is noted of it."""

import numpy as np
import pytest
import srsly

from spacy_concner.bitexts.export_source import export_source
from spacy_concner.bitexts.notes import get_note
from spacy_concner.bitexts.strategies import choose_strategies
from spacy_concner.bitexts.translate import translate_corpus
from spacy_concner.corpora.reader import create_corpus, read_docs
from spacy_concner.corpora.segments import split_bitext, token_tag
from spacy_concner.errors import ConcnerError
from spacy_concner.projection.simalign import Aligner
from tests.bitexts.echo import EchoTranslator

DICTIONARY = {"anna": 0, "ana": 0, "lives": 1, "lebt": 1, "in": 2, "paris": 3, "париж": 3, ".": 4}


class OneHotEncoder:
    """Words that translate each other share a vector."""

    def encode(self, sentences):
        rows = np.eye(20, dtype="f4")
        spare = len(DICTIONARY)
        return [
            np.array([rows[DICTIONARY.get(word.lower(), spare)] for word in words]).reshape(-1, 20)
            for words in sentences
        ]


@pytest.fixture
def run(make_doc, write_corpus, tmp_path, nlp):
    def run(lexicon, tagged="Anna/B-PER lives/O in/O Paris/B-LOC ./O", **settings):
        path = write_corpus([make_doc(tagged)])
        output = tmp_path / "bitext.spacy"
        if "translations" not in settings:
            settings.setdefault("engine", EchoTranslator(lexicon))
        summary = translate_corpus(path, output, force=True, **settings)
        (doc,) = read_docs(output, nlp)
        return doc, summary

    return run


def target_tags(doc):
    target = list(split_bitext(doc))[-1][1]
    return " ".join(f"{token.text}/{token_tag(token)}" for token in target)


LOST = {"PER0 lives in LOC1.": "Lebt in LOC1."}
LOST_TWICE = LOST | {"[ Anna ] lives in [ Paris ].": "Ana lebt in [ Париж ]."}
PLAIN = LOST_TWICE | {"Anna lives in Paris.": "In Париж lebt Ana."}


def test_placeholders_come_first(run):
    translator = EchoTranslator()
    doc, summary = run({}, engine=translator, encoder=OneHotEncoder())
    assert get_note(doc) == {"strategy": "placeholders", "problems": []}
    assert translator.asked == ["PER0 lives in LOC1.", "Anna", "Paris"]
    assert summary.strategies == {"placeholders": 1}


def test_markers_come_where_placeholders_are_lost(run):
    answer = {"[ Anna ] lives in [ Paris ].": "In [ Париж ] lebt [ Anna ]."}
    doc, summary = run(LOST | answer | {"Paris": "Париж"})
    assert target_tags(doc) == "In/O Париж/B-LOC lebt/O Anna/B-PER ./O"
    assert get_note(doc) == {
        "strategy": "markers",
        "problems": ["placeholders: missing placeholder"],
    }
    assert (summary.kept, summary.lost.total()) == (1, 0)
    assert summary.strategies == {"markers": 1}


def test_alignment_comes_last(run):
    doc, summary = run(PLAIN, encoder=OneHotEncoder())
    assert target_tags(doc) == "In/O Париж/B-LOC lebt/O Ana/B-PER ./O"
    assert get_note(doc) == {
        "strategy": "alignment",
        "problems": ["placeholders: missing placeholder", "markers: missing marker"],
    }
    assert summary.strategies == {"alignment": 1}


def test_all_ways_lost_keeps_the_best_text_without_labels(run, tmp_path):
    lexicon = LOST_TWICE | {"Anna lives in Paris.": "Jemand wohnt dort."}
    rejects = tmp_path / "rejects.jsonl"
    settings = {"keep_unprojected": True, "rejects": rejects}
    doc, summary = run(lexicon, encoder=OneHotEncoder(), **settings)
    assert target_tags(doc) == "Jemand/- wohnt/- dort/- ./-"
    assert get_note(doc) == {
        "strategy": "none",
        "problems": [
            "unaligned entity",
            "placeholders: missing placeholder",
            "markers: missing marker",
        ],
    }
    assert summary.unlabelled == summary.lost.total() == 1
    assert [row["detail"] for row in srsly.read_jsonl(rejects)] == ["Anna"]
    doc, _ = run(LOST_TWICE, **settings)
    assert target_tags(doc) == "Anna/- lives/- in/- Paris/- ./-"


def test_lost_labels_leave_no_markers_in_the_text(run):
    lexicon = {
        "[ Anna ] lives in [ Paris ].": "Anna - lebt in [ Paris -.",
        "Anna lives in Paris.": "Anna lebt in Paris.",
    }
    doc, summary = run(lexicon, project="markers", keep_unprojected=True)
    assert target_tags(doc) == "Anna/- lebt/- in/- Paris/- ./-"
    assert summary.unlabelled == 1


def test_what_no_marker_fits_is_kept_without_labels(run):
    tagged = "[/O ]/O {/O }/O (/O )/O «/O »/O </O >/O Anna/B-PER"
    doc, _ = run({}, tagged, project="markers", keep_unprojected=True)
    assert target_tags(doc).split()[-1] == "Anna/-"


@pytest.mark.parametrize(
    "project, asked",
    [
        ("markers", ["[ Anna ] lives in [ Paris ].", "Anna", "Paris"]),
        ("alignment", ["Anna lives in Paris."]),
    ],
)
def test_each_way_alone_asks_for_what_it_needs(run, project, asked):
    translator = EchoTranslator()
    doc, _ = run({}, engine=translator, project=project, encoder=OneHotEncoder())
    assert translator.asked == asked
    assert target_tags(doc) == "Anna/B-PER lives/O in/O Paris/B-LOC ./O"
    assert get_note(doc) == {"strategy": project, "problems": []}


def test_own_translations_of_plain_sentences(run, make_doc, write_corpus, tmp_path):
    path = write_corpus([make_doc("Anna/B-PER lives/O in/O Paris/B-LOC ./O")], "again.spacy")
    lines = tmp_path / "lines.txt"
    assert export_source(path, lines, "en", "de", project="alignment").n_lines == 1
    assert lines.read_text("utf8") == "Anna lives in Paris.\n"
    lines.write_text("In Париж lebt Ana.\n", encoding="utf8")
    settings = {"translations": lines, "target": "de", "encoder": OneHotEncoder()}
    doc, _ = run({}, project="alignment", **settings)
    assert target_tags(doc) == "In/O Париж/B-LOC lebt/O Ana/B-PER ./O"


def test_translations_from_a_file_go_one_way():
    assert choose_strategies("auto", is_file=True, has_aligner=True) == ("placeholders",)


def test_record_and_segments_survive_the_reader(run, nlp, tmp_path):
    doc, _ = run({})
    (again,) = read_docs(tmp_path / "bitext.spacy", nlp)
    assert get_note(again) == get_note(doc) != None  # noqa: E711
    (example,) = create_corpus(tmp_path / "bitext.spacy")(nlp)
    assert len(example.predicted.spans["segments"]) == 2


def test_settings_are_checked():
    with pytest.raises(ConcnerError, match="C219.*'magic'"):
        choose_strategies("magic", is_file=False, has_aligner=True)
    with pytest.raises(ConcnerError, match="C220.*--encoder"):
        choose_strategies("alignment", is_file=False, has_aligner=False)
    for method, distortion in (("magic", 0), ("argmax", 2)):
        with pytest.raises(ConcnerError, match="C218"):
            Aligner(OneHotEncoder(), method, distortion)


HOSTILE = [
    "[/O Anna/B-PER ]/O (/O 1990/O )/O",
    "PER0/O met/O Anna/B-PER in/O LOC1/B-LOC",
    "Paris/B-LOC Anna/B-PER Berlin/B-LOC",
    "Anna/B-PER",
    "אנה/B-PER גרה/O בפריז/B-LOC ./O",
    "安娜/B-PER 住在/O 巴黎/B-LOC 。/O",
    "{/O [/O (/O «/O </O Anna/B-PER",
]


@pytest.mark.parametrize("project", ["placeholders", "markers", "alignment", "auto"])
@pytest.mark.parametrize("tagged", HOSTILE)
def test_hostile_text_keeps_its_labels_or_is_rejected(run, make_doc, tagged, project, tmp_path):
    class Spelling:
        def encode(self, sentences):
            return [
                np.array([np.random.RandomState(sum(map(ord, w))).randn(64) for w in words])
                for words in sentences
            ]

    rejects = tmp_path / "rejects.jsonl"
    source = make_doc(tagged)
    settings = {"project": project, "encoder": Spelling(), "rejects": rejects}
    if project == "markers" and "{" in tagged:
        with pytest.raises(ConcnerError, match="C211.*every kind of marker"):
            run({}, tagged, **settings)
        assert len(list(srsly.read_jsonl(rejects))) == 1
        return
    doc, _ = run({}, tagged, **settings)
    target = list(split_bitext(doc))[-1][1]
    assert [(ent.text, ent.label_) for ent in target.ents] == [
        (ent.text, ent.label_) for ent in source.ents
    ]
    assert target.text.replace(" ", "") == source.text.replace(" ", "")


@pytest.mark.parametrize("project", ["placeholders", "markers", "alignment", "auto"])
def test_empty_translations_are_rejected_by_every_way(run, project, tmp_path):
    translator = EchoTranslator()
    translator.translate = lambda texts: [""] * len(texts)
    rejects = tmp_path / "rejects.jsonl"
    settings = {"project": project, "encoder": OneHotEncoder(), "rejects": rejects}
    with pytest.raises(ConcnerError, match="C211.*empty translation"):
        run({}, engine=translator, **settings)
    assert len(list(srsly.read_jsonl(rejects))) == 1
