"""What convert accepts comes back whole from export and convert, whatever it was read from."""

import json

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.doc_to_json import STYLES
from spacy_concner.corpora.export import export_corpus
from spacy_concner.corpora.reader import read_docs
from spacy_concner.corpora.segments import get_segments, token_tag
from spacy_concner.errors import ConcnerError

NLP = spacy.blank("xx")
# White space that is no line end is part of real tokens; so are letters outside of the BMP.
LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
WORDS = st.text(LETTERS, min_size=1, max_size=5) | st.sampled_from(
    ["\u00a0", "\u200b", "\ufeff", "#", "😀", "Anna\u00a0", "\u2028", "-DOCSTART", "[", "'s", '"']
)
TAGS = st.lists(st.sampled_from(["O", "B-PER", "B-a b", "B-B-X"]), min_size=1, max_size=5)


@st.composite
def tagged_sentences(draw):
    found = []
    for _ in range(draw(st.integers(1, 3))):
        tags = draw(TAGS)
        words = [draw(WORDS) for _ in tags]
        found.append((words, tags))
    return found


def lay_out(words, tags):
    """Give a sentence as a text with spans."""
    text, spans = "", []
    for word, tag in zip(words, tags, strict=True):
        if tag != "O":
            spans.append((len(text), len(text) + len(word), tag[2:]))
        text += word + " "
    return text, spans


def conll(sentences):
    return "\n".join("".join(f"{w}\t{t}\n" for w, t in zip(*s, strict=True)) for s in sentences)


def rows(sentences):
    return "".join(json.dumps({"tokens": w, "ner_tags": t}) + "\n" for w, t in sentences)


def spans(sentences):
    laid_out = [lay_out(*sentence) for sentence in sentences]
    objects = [
        {"id": n, "text": text, "spans": [{"start": a, "end": b, "label": c} for a, b, c in found]}
        for n, (text, found) in enumerate(laid_out)
    ]
    return json.dumps(objects)


def tuples(sentences):
    laid_out = [lay_out(*sentence) for sentence in sentences]
    return json.dumps([[text, {"entities": found}] for text, found in laid_out])


def bitexts(sentences):
    rows = []
    for sentence in sentences:
        text, found = lay_out(*sentence)
        segments = [{"lang": "en", "text": text, "spans": found}, {"lang": "bg", "text": "Да."}]
        rows.append(json.dumps({"segments": segments}) + "\n")
    return "".join(rows)


def tasks(sentences):
    found = []
    for sentence in sentences:
        text, spans = lay_out(*sentence)
        values = [{"start": a, "end": b, "labels": [c], "text": text[a:b]} for a, b, c in spans]
        result = [{"value": value, "type": "labels"} for value in values]
        found.append({"data": {"text": text}, "annotations": [{"result": result}]})
    return json.dumps(found)


def spacy2(sentences):
    tokens = [
        {"tokens": [{"orth": w, "ner": t.replace("B-", "U-", 1)} for w, t in zip(*s, strict=True)]}
        for s in sentences
    ]
    return json.dumps([{"id": 1, "paragraphs": [{"sentences": tokens}]}])


def table(sentences):
    def cell(text):
        return '"' + text.replace('"', '""') + '"'

    lines = ["sentence,tokens,ner_tags\n"]
    for number, sentence in enumerate(sentences):
        lines += [f"{number},{cell(w)},{cell(t)}\n" for w, t in zip(*sentence, strict=True)]
    return "".join(lines)


def webanno(sentences):
    lines = ["#FORMAT=WebAnno TSV 3.2\n#T_SP=x.NamedEntity|value\n\n"]
    at = 0
    for n, sentence in enumerate(sentences, 1):
        lines.append("\n#Text=" + " ".join(sentence[0]) + "\n")
        for m, (word, tag) in enumerate(zip(*sentence, strict=True), 1):
            end = at + len(word.encode("utf-16-le")) // 2
            lines.append(f"{n}-{m}\t{at}-{end}\t{word}\t{tag[2:] or '_'}\t\n")
            at = end + 1
    return "".join(lines)


def plain(sentences):
    return "".join(lay_out(*sentence)[0] + "\n" for sentence in sentences)


FORMATS = {
    "a.conll": conll,
    "rows.jsonl": rows,
    "spans.json": spans,
    "tuples.json": tuples,
    "bitexts.jsonl": bitexts,
    "tasks.json": tasks,
    "spacy2.json": spacy2,
    "a.csv": table,
    "webanno.tsv": webanno,
    "a.txt": plain,
}


def show(doc):
    return {
        "words": [token.text for token in doc],
        "spaces": [bool(token.whitespace_) for token in doc],
        "unknown": doc.has_unknown_spaces,
        "tags": [token_tag(token) for token in doc],
        "segments": [(span.start, span.end, span.label_) for span in get_segments(doc)],
        "user_data": dict(doc.user_data),
    }


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(sentences=tagged_sentences(), style=st.sampled_from(STYLES))
def test_what_convert_accepts_comes_back_whole(tmp_path_factory, name, sentences, style):
    folder = tmp_path_factory.mktemp("trip")
    (folder / name).write_text(FORMATS[name](sentences), "utf8", newline="")
    chosen = {"a.txt": "text", "a.conll": "conll", "a.csv": "csv"}.get(name, "auto")
    try:
        convert(folder / name, folder / "one.spacy", format=chosen, skip_invalid=True)
    except ConcnerError as error:
        assert "[C1" in str(error)
        return
    docs = [show(doc) for doc in read_docs(folder / "one.spacy", NLP)]
    export_corpus(folder / "one.spacy", folder / "back.jsonl", style=style)
    convert(folder / "back.jsonl", folder / "two.spacy")
    assert [show(doc) for doc in read_docs(folder / "two.spacy", NLP)] == docs


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_the_same(tmp_path, name):
    """What all formats can say, all are read to say."""
    sentences = [(["Anna", "sang"], ["B-PER", "O"]), (["In", "Sofia"], ["O", "B-LOC"])]
    (tmp_path / name).write_text(FORMATS[name](sentences), "utf8")
    convert(tmp_path / name, tmp_path / "out.spacy")
    docs = list(read_docs(tmp_path / "out.spacy", NLP))
    found = [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs]
    assert found == ([[], []] if name == "a.txt" else [[("Anna", "PER")], [("Sofia", "LOC")]])
    assert [doc[:2].text for doc in docs] == ["Anna sang", "In Sofia"]
