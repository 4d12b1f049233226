"""Snippets around the entities that a teacher finds alike on both sides."""

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_concner.bitexts.snippets import cut_snippets
from spacy_concner.corpora.segments import annotate, token_tag
from spacy_concner.projection.pharaoh import parse_links

VOCAB = spacy.blank("xx").vocab
SOURCE = "Yesterday/O Anna/B-PER Berg/I-PER came/O to/O Sofia/B-LOC ./O"
TARGET = "Вчера/O Ана/B-PER Берг/I-PER дойде/O в/O София/B-LOC ./O"
LINKS = "0-0 1-1 2-2 3-3 4-4 5-5 6-6"


def read(text):
    words, tags = zip(*(word.rsplit("/", 1) for word in text.split()), strict=True)
    doc = Doc(VOCAB, words=words)
    annotate(doc, tags)
    return doc


def show(doc):
    return " ".join(f"{token.text}/{token_tag(token)}" for token in doc)


def cut(source=SOURCE, target=TARGET, links=LINKS, around=1):
    source, target = read(source), read(target)
    snippets = cut_snippets(
        source,
        target,
        parse_links(links, len(source), len(target)),
        source_scores=[1.0] * len(source.ents),
        target_scores=[1.0] * len(target.ents),
        around=around,
    )
    return [(show(snippet.source), show(snippet.target)) for snippet in snippets]


def test_each_entity_gets_a_snippet_of_its_own():
    assert cut() == [
        ("Yesterday/O Anna/B-PER Berg/I-PER came/O", "Вчера/O Ана/B-PER Берг/I-PER дойде/O"),
        ("to/O Sofia/B-LOC ./O", "в/O София/B-LOC ./O"),
    ]


def test_other_entities_and_the_ends_of_the_sentence_bound_it():
    first, second = cut(around=9)
    assert first[0] == "Yesterday/O Anna/B-PER Berg/I-PER came/O to/O"
    assert second[1] == "дойде/O в/O София/B-LOC ./O"
    assert [len(pair[0].split()) for pair in cut(around=0)] == [2, 1]


@pytest.mark.parametrize(
    "target",
    [
        TARGET.replace("София/B-LOC", "София/B-ORG"),
        TARGET.replace("в/O София/B-LOC", "в/B-LOC София/I-LOC"),
        TARGET.replace("София/B-LOC", "София/O"),
    ],
)
def test_another_type_or_place_or_nothing_is_not_alike(target):
    assert [pair[0] for pair in cut(target=target)] == ["Yesterday/O Anna/B-PER Berg/I-PER came/O"]


def test_a_pair_is_as_sure_as_the_less_sure_side():
    source, target = read(SOURCE), read(TARGET)
    links = parse_links(LINKS, len(source), len(target))
    scores = {"source_scores": [0.5, 0.4], "target_scores": [0.3, 0.9]}
    snippets = cut_snippets(source, target, links, around=1, **scores)
    assert [snippet.score for snippet in snippets] == [0.3, 0.4]


def test_nothing_to_find_in_sentences_without_entities_or_links():
    assert cut(source="a/O b/O", target="а/O б/O", links="0-0 1-1") == []
    assert cut(links="0-0") == []


def test_white_space_tokens_are_no_words_of_the_alignment():
    words = ["  ", "Anna", "came"]
    source = Doc(VOCAB, words=words, spaces=[False, True, False])
    annotate(source, ["O", "B-PER", "O"])
    target = read("Ана/B-PER дойде/O")
    links = parse_links("0-0 1-1", 2, 2)
    scores = {"source_scores": [1.0], "target_scores": [1.0]}
    (snippet,) = cut_snippets(source, target, links, around=1, **scores)
    assert (snippet.source.text, snippet.target.text) == ("  Anna came", "Ана дойде ")


TAGS = st.lists(st.sampled_from(["O", "B-PER", "B-LOC", "I"]), min_size=1, max_size=9)


@given(TAGS, st.integers(0, 4))
def test_a_sentence_is_alike_itself(tags, around):
    valid, inside = [], "O"
    for tag in tags:
        inside = (f"I-{inside[2:]}" if inside != "O" else "O") if tag == "I" else tag
        valid.append(inside)
    text = " ".join(f"Word{n}/{tag}" for n, tag in enumerate(valid))
    links = " ".join(f"{n}-{n}" for n in range(len(valid)))
    pairs = cut(text, text, links, around)
    assert len(pairs) == sum(tag.startswith("B-") for tag in valid)
    for source, target in pairs:
        assert source == target
        assert source in text
        assert source.count("/B-") == 1
        before = source.split().index(next(w for w in source.split() if "/B-" in w))
        assert before <= around
