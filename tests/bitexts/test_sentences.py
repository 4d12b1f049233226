import pytest
from spacy.tokens import Doc

from spacy_concner.bitexts.joining import EMPTY, NO_TEXT, Joiner
from spacy_concner.bitexts.sentences import read_sentences
from spacy_concner.bitexts.target_labels import BURIED, OVERLAP
from spacy_concner.corpora.segments import make_bitext, split_bitext, token_tag
from spacy_concner.errors import ConcnerError
from spacy_concner.projection import Lost


def tags(doc):
    return " ".join(f"{token.text}/{token_tag(token)}" for token in doc)


def join(doc, nlp, answers=None, **settings):
    sentence = read(doc, **settings)
    translations = {text: (answers or {}).get(text, text) for text in sentence.requests()}
    outcome = Joiner(nlp, "de").join(sentence, translations)
    return outcome.pair, outcome.lost, outcome.answer


def read(doc, **settings):
    (sentence,) = read_sentences([doc], "en", "de", **settings)
    return sentence


def target_of(pair):
    return list(split_bitext(pair.doc))[-1]


def test_pair_keeps_source_tokens_and_labels_the_target(make_doc, nlp):
    doc = make_doc("Anna/B-PER ,/O of/O Paris/B-LOC ,/O sleeps/O ./O")
    answers = {"PER0, of LOC1, sleeps.": "In LOC1 schläft PER0.", "Anna": "Anne"}
    pair, lost, answer = join(doc, nlp, answers)
    assert lost is None
    assert answer == "In LOC1 schläft PER0."
    (source_language, source), (target_language, target) = split_bitext(pair.doc)
    assert (source_language, target_language) == ("en", "de")
    assert tags(source) == tags(doc)
    assert tags(target) == "In/O Paris/B-LOC schläft/O Anne/B-PER ./O"
    assert (pair.n_entities, pair.n_widened) == (2, 0)


def test_requests_are_the_masked_sentence_and_its_entities(make_doc):
    doc = make_doc("Anna/B-PER met/O 007/B-PER in/O Paris/B-LOC")
    assert list(read(doc).requests()) == [
        "PER0 met PER1 in LOC2",
        "Anna",
        "Paris",
    ]
    assert list(read(doc, copy_labels=["PER"]).requests()) == [
        "PER0 met PER1 in LOC2",
        "Paris",
    ]


def test_names_alone_need_no_sentence(make_doc, nlp):
    doc = make_doc("Anna/B-PER (/O 1990/O )/O")
    assert list(read(doc).requests()) == ["Anna"]
    pair, _, _ = join(doc, nlp)
    assert tags(target_of(pair)[1]) == "Anna/B-PER (/O 1990/O )/O"


def test_sentence_without_entities_is_all_outside(make_doc, nlp):
    pair, lost, _ = join(make_doc("It/O rains/O"), nlp, {"It rains": "Es regnet"})
    assert lost is None
    assert tags(target_of(pair)[1]) == "Es/O regnet/O"


def test_missing_annotation_stays_missing(make_doc, nlp):
    pair, _, _ = join(Doc(nlp.vocab, words=["It", "rains"]), nlp, {"It rains": "Es regnet"})
    assert tags(pair.doc) == "It/- rains/- Es/- regnet/-"
    pair, _, _ = join(make_doc("Anna/B-PER rains/-"), nlp)
    assert tags(target_of(pair)[1]) == "Anna/B-PER rains/-"


def test_known_spaces_and_white_space(nlp):
    doc = Doc(nlp.vocab, words=["do", "n't", "\n", "go", "New York"], spaces=[0, 0, 0, 1, 0])
    sentence = read(doc)
    assert sentence.text == "don't go New York"


def test_glued_endings_widen_the_entity(make_doc, nlp):
    doc = make_doc("in/O Budapest/B-LOC")
    pair, _, _ = join(doc, nlp, {"in LOC0": "LOC0ben"})
    assert tags(target_of(pair)[1]) == "Budapestben/B-LOC"
    assert pair.n_widened == 1


def test_an_entity_inside_a_much_longer_word_is_lost(make_doc, nlp):
    doc = make_doc("Anna/B-PER has/O type/O")
    pair, lost, _ = join(doc, nlp, {"PER0 has type": "PER0hastype"})
    assert lost == Lost(BURIED, "Anna")
    assert tags(target_of(pair)[1]) == "Annahastype/-"
    pair, lost, _ = join(make_doc("the/O EU/B-ORG"), nlp, {"the ORG0": "ORG0bantól"})
    assert lost == Lost(BURIED, "EU")
    pair, lost, _ = join(make_doc("the/O EU/B-ORG"), nlp, {"the ORG0": "ORG0ban"})
    assert lost is None


def test_entities_that_would_share_a_token_are_lost(make_doc, nlp):
    doc = make_doc("Anna/B-PER in/O Rome/B-LOC")
    pair, lost, _ = join(doc, nlp, {"PER0 in LOC1": "PER0LOC1 da"})
    assert lost == Lost(OVERLAP, "Rome")
    assert tags(target_of(pair)[1]) == "AnnaRome/- da/-"


def test_lost_labels_leave_the_target_unannotated(make_doc, nlp):
    doc = make_doc("Anna/B-PER sleeps/O in/O Paris/B-LOC")
    pair, lost, _ = join(doc, nlp, {"PER0 sleeps in LOC1": "schläft in LOC1"})
    assert lost.detail == "PER0"
    assert tags(pair.doc) == "Anna/B-PER sleeps/O in/O Paris/B-LOC schläft/- in/- Paris/-"
    assert pair.n_entities == 0


@pytest.mark.parametrize("empty", ["PER0 sleeps", "Anna"])
def test_empty_translations_make_no_pair(make_doc, nlp, empty):
    pair, lost, _ = join(make_doc("Anna/B-PER sleeps/O"), nlp, {empty: ""})
    assert pair is None
    assert lost == Lost(EMPTY, empty)


def test_docs_without_text_make_no_pair(nlp):
    for words in ([], ["\n", " "]):
        pair, lost, _ = join(Doc(nlp.vocab, words=words), nlp)
        assert pair is None
        assert lost == Lost(NO_TEXT)


def test_bitext_gets_a_further_segment(make_doc, nlp):
    english, french = make_doc("Anna/B-PER sleeps/O"), make_doc("Anna/B-PER dort/O")
    bitext = make_bitext([french, english], ["fr", "en"], nlp.vocab)
    pair, _, _ = join(bitext, nlp, {"PER0 sleeps": "PER0 schläft"})
    assert [language for language, _ in split_bitext(pair.doc)] == ["fr", "en", "de"]
    assert tags(target_of(pair)[1]) == "Anna/B-PER schläft/O"
    for source, target in (("en", "fr"), ("bg", "de")):
        with pytest.raises(ConcnerError, match="C212.*Document 2"):
            list(read_sentences([english, bitext], source, target))


def test_placeholders_alone_leave_no_pair_without_them(make_doc, nlp):
    pair, lost, _ = join(make_doc("with/O Anna/B-PER"), nlp, {"with PER0": "PER7"})
    assert pair is None
    assert lost.detail == "PER0"
