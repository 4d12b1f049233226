"""Scores of entities stay true whatever other components do to a Doc, and wherever it goes."""

import gc
import pickle
import subprocess
import sys
import warnings
import weakref

import numpy as np
import pytest
import spacy
import srsly
from hypothesis import given
from hypothesis import strategies as st
from spacy.pipeline import merge_entities
from spacy.tokens import Doc, DocBin, Span

from spacy_concner.entity_scores import (
    get_score,
    pass_on,
    register_score_extension,
    scored_spans,
    set_scored_spans,
)

WORDS = ["Anna", "Berg", "lives", "in", "New", "York", "City", "today"]
ENTITIES = [("Anna Berg", "PER", 0.75), ("New York City", "LOC", 0.5)]
VOCAB = spacy.blank("xx").vocab


def scored_doc(words=WORDS, spans=((0, 2, "PER", 0.75), (4, 7, "LOC", 0.5))) -> Doc:
    """Make a Doc as a `concner` component leaves it."""
    doc = Doc(VOCAB, words=words)
    entities = [Span(doc, start, end, label=label) for start, end, label, _ in spans]
    set_scored_spans(doc, "concner", entities, [span[3] for span in spans])
    doc.ents = entities
    return doc


def found(doc: Doc) -> list[tuple[str, str, float | None]]:
    return [(ent.text, ent.label_, ent._.concner_score) for ent in doc.ents]


def grouped(doc: Doc) -> list[tuple[str, str, float]]:
    group = doc.spans["concner"]
    scores = group.attrs["scores"].tolist()
    assert len(group) == len(scores)
    assert [group[i].text for i in range(len(group))] == [span.text for span in group]
    return [(span.text, span.label_, score) for span, score in zip(group, scores, strict=True)]


def without_scores(doc: Doc) -> list[tuple[str, str, None]]:
    return [(ent.text, ent.label_, None) for ent in doc.ents]


def test_score_is_of_boundaries_and_type():
    doc = scored_doc()
    assert found(doc) == grouped(doc) == ENTITIES
    assert [(span.text, span.label_, score) for span, score in scored_spans(doc)] == ENTITIES
    for other in (doc[2:3], doc[0:1], doc[0:3], Span(doc, 0, 2, label="LOC"), Doc(VOCAB)[0:0]):
        assert other._.concner_score is None


def test_merged_entities_keep_their_scores():
    doc = merge_entities(scored_doc())
    assert [token.text for token in doc][0] == "Anna Berg"
    assert found(doc) == grouped(doc) == ENTITIES
    stored = Doc(VOCAB).from_bytes(doc.to_bytes())
    assert found(stored) == grouped(stored) == ENTITIES


def test_split_tokens_keep_their_scores():
    doc = scored_doc()
    with doc.retokenize() as retokenizer:
        retokenizer.split(doc[2], ["li", "ves"], heads=[doc[1], doc[1]])
        retokenizer.merge(doc[4:7])
    assert len(doc) == len(WORDS) - 1
    assert found(doc) == grouped(doc) == ENTITIES


def test_as_many_tokens_as_before_are_not_the_same_tokens():
    doc = scored_doc()
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
        retokenizer.split(doc[7], ["to", "day"], heads=[doc[6], doc[6]])
    assert len(doc) == len(WORDS)
    assert found(doc) == grouped(doc) == ENTITIES


def test_entity_that_no_tokens_stand_for_leaves_with_its_score():
    doc = scored_doc()
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[3:5])
    assert grouped(doc) == ENTITIES[:1]
    assert found(doc)[0] == ENTITIES[0]
    assert all(score is None for _, _, score in found(doc)[1:])
    assert [span.text for span, _ in scored_spans(doc)] == ["Anna Berg"]
    assert grouped(doc.copy()) == ENTITIES[:1]
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    assert grouped(doc) == ENTITIES[:1]


def test_docs_of_several_docs_have_no_scores_of_others():
    first = scored_doc(["Berg", "City", "x"], [(0, 1, "PER", 0.25), (1, 2, "LOC", 1.0)])
    plain = Doc(VOCAB, words=["Anna", "Berg"])
    plain.ents = [Span(plain, 0, 2, label="PER")]
    for docs in ([first, scored_doc()], [plain, scored_doc()], [scored_doc(), plain]):
        joined = Doc.from_docs(docs)
        assert found(joined) == without_scores(joined) and len(joined.ents) > 2
        assert not list(scored_spans(joined))


@pytest.mark.parametrize("start, end", [(0, 8), (0, 5), (3, 8)])
def test_parts_have_no_scores_of_others(start, end):
    part = scored_doc()[start:end].as_doc()
    assert part.ents and found(part) == without_scores(part)


def test_json_keeps_entities_without_scores():
    doc = Doc(VOCAB).from_json(scored_doc().to_json())
    assert len(doc.ents) == len(doc.spans["concner"]) == 2
    assert found(doc) == without_scores(doc)


def test_group_of_another_text_has_no_scores():
    doc = Doc(VOCAB, words=["Anna", "Bert", *WORDS[2:], "again"])
    doc.ents = [Span(doc, 0, 2, label="PER")]
    doc.spans["concner"] = [doc.ents[0]]
    doc.spans["concner"].attrs.update(scored_doc().spans["concner"].attrs)
    assert found(doc) == without_scores(doc)


@pytest.mark.parametrize("user_data", [True, False])
def test_stored_docs_and_copies_keep_scores(user_data):
    stored = DocBin(docs=[scored_doc()], store_user_data=user_data).to_bytes()
    (doc,) = DocBin().from_bytes(stored).get_docs(VOCAB)
    for each in (doc, pickle.loads(pickle.dumps(doc)), scored_doc().copy()):
        assert found(each) == grouped(each) == ENTITIES
    doc = merge_entities(scored_doc().copy())
    assert grouped(doc) == ENTITIES


@given(st.data())
def test_any_retokenisation(data):
    doc = scored_doc()
    bounds = data.draw(st.lists(st.integers(0, len(WORDS)), min_size=2, max_size=4, unique=True))
    bounds.sort()
    with doc.retokenize() as retokenizer:
        for start, end in zip(bounds[::2], bounds[1::2], strict=False):
            retokenizer.merge(doc[start:end])
    whole = {token.idx for token in doc}
    kept = [
        entity
        for entity in ENTITIES
        if doc.text.index(entity[0]) in whole
        and doc.text.index(entity[0]) + len(entity[0]) in {token.idx + len(token) for token in doc}
    ]
    assert grouped(doc) == kept
    assert {entity for entity in found(doc) if entity[2] is not None} <= set(kept)


def test_a_score_does_not_take_the_time_of_a_whole_doc(monkeypatch):
    doc = scored_doc()
    # What takes so long is to look whether any token has changed.
    monkeypatch.setattr("spacy_concner.entity_scores.token_starts", lambda doc: pytest.fail("slow"))
    assert found(doc) == ENTITIES


def test_groups_do_not_keep_docs_alive():
    doc = merge_entities(scored_doc())
    assert len(doc.spans["concner"]) == 2
    gone = weakref.ref(doc)
    gc.disable()
    try:
        del doc
        assert gone() is None
    finally:
        gc.enable()


def test_scores_can_be_read_when_the_doc_is_gone():
    assert scored_doc().spans["concner"].attrs["scores"].tolist() == [0.75, 0.5]


def test_the_users_extension_stays():
    try:
        Span.set_extension("concner_score", default="mine", force=True)
        with pytest.warns(UserWarning, match="W001"):
            register_score_extension()
        assert Doc(VOCAB, words=["a"])[0:1]._.concner_score == "mine"
    finally:
        Span.remove_extension("concner_score")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            register_score_extension()
            register_score_extension()
    assert Span.get_extension("concner_score")[2] is get_score


# Nothing in it names the package.
READ = """
import importlib, sys
import warnings
warnings.simplefilter("ignore")
library, path = sys.argv[1:]
if library == "DocBin":
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab
    (doc,) = DocBin().from_disk(path).get_docs(Vocab())
elif library == "bytes":
    from spacy.tokens import Doc
    from spacy.vocab import Vocab
    doc = Doc(Vocab()).from_disk(path)
else:
    with open(path, "rb") as file:
        doc = importlib.import_module(library).load(file)
    if not hasattr(doc, "ents"):
        doc = doc("Anna Berg lives in Sofia .")
print([round(ent._.concner_score, 3) for ent in doc.ents])
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "library, what",
    [
        ("pickle", "Doc"),
        ("pickle", "Doc of pipe"),
        ("pickle", "pipeline"),
        ("cloudpickle", "pipeline"),
        ("joblib", "Doc"),
        ("DocBin", "Doc"),
        ("bytes", "Doc"),
    ],
)
def test_extension_is_there_in_a_fresh_process(trained, tmp_path, library, what):
    doc = trained("Anna Berg lives in Sofia .")
    if what == "Doc of pipe":
        # As it comes from another process.
        doc = Doc(trained.vocab).from_bytes(doc.to_bytes())
    path = tmp_path / "stored"
    if library in ("DocBin", "bytes"):
        stored = DocBin(docs=[doc]) if library == "DocBin" else doc
        stored.to_disk(path)
    else:
        module = pytest.importorskip(library)
        with path.open("wb") as file:
            module.dump(trained if what == "pipeline" else doc, file)
    command = [sys.executable, "-c", READ, library, str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    expected = str([round(ent._.concner_score, 3) for ent in doc.ents])
    assert done.stdout.strip() == expected, done.stderr
    assert len(doc.ents) == 2


SPAWN = """
import multiprocessing, sys
import spacy

def read(doc):
    return [ent._.concner_score for ent in doc.ents]

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    nlp = spacy.load(sys.argv[1])
    docs = list(nlp.pipe(["Anna Berg lives in Sofia ."] * 2, n_process=2))
    with multiprocessing.Pool(1) as pool:
        print(pool.map(read, docs))
"""


@pytest.mark.slow
def test_spawned_processes(trained, trained_folder, tmp_path):
    script = tmp_path / "spawn.py"
    script.write_text(SPAWN, "utf8")
    command = [sys.executable, str(script), str(trained_folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    scores = [ent._.concner_score for ent in trained("Anna Berg lives in Sofia .").ents]
    assert done.stdout.strip() == str([scores] * 2), done.stderr


def test_decoders_of_others_still_run():
    assert pass_on({"a": 1}) == {"a": 1}
    assert pass_on({"a": 1}, list) == ["a"]
    array = np.ones(2, dtype="f4")
    assert (srsly.msgpack_loads(srsly.msgpack_dumps({"a": array}))["a"] == array).all()
