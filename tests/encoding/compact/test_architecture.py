"""Vectors of the compact encoder: those of spacy-transformers, whatever the text."""

import multiprocessing
import os
import pickle
import random
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
import spacy
import srsly
from spacy.tokens import Doc

from spacy_concner.corpora.segments import make_bitext
from spacy_concner.encoding.compact import architecture, engine
from spacy_concner.encoding.compact.architecture import (
    build_compact_encoder,
    get_engine,
    set_weights,
)
from spacy_concner.encoding.compact.engine import Engine, EngineSettings, count_threads
from spacy_concner.encoding.windows import cut_windows
from spacy_concner.errors import ConcnerError
from tests.encoding.tiny_encoders import KINDS, make_compact
from tests.tiny_pipelines import LISTENER, make_bert, transformer_model

TEXTS = [
    "Anna Berg lives in Sofia.",
    "",
    "Паул Новак met  Anna,\nin Berlin!  ",
    " ",
    "\n\t\n",
    "👩‍👩‍👧 e\u0301a\u0308 ½ שלום 東京都に住む ﷺ x\u0301\u0302\u0303",
    "don't-stop (A.B.)...",
    "a",
    "Red\u00a0Cross\u200b \u200d",
]


@pytest.fixture(scope="module")
def blank():
    return spacy.blank("en")


def docs_of(nlp, texts=TEXTS):
    return [nlp.make_doc(text) for text in texts]


def reference(folder, docs, blank):
    """Give the vectors that the listener of a transformer component gets."""
    nlp = spacy.blank("en", vocab=blank.vocab)
    model = transformer_model(folder)
    trf = nlp.add_pipe("transformer", config={"model": model})
    nlp.initialize()
    config = {"model": {"@architectures": LISTENER["@architectures"], **LISTENER}}
    listener = spacy.registry.resolve(config)["model"]
    listener.layers[0].set_dim("nO", trf.model.get_dim("nO"))
    return listener.predict(list(trf.pipe(docs)))


@pytest.mark.parametrize("kind", KINDS)
def test_same_vectors_as_spacy_transformers(kind, encoder_folders, blank):
    folder = encoder_folders[kind]
    found = make_compact(folder).predict(docs_of(blank))
    expected = reference(folder, docs_of(blank), blank)
    for doc, ours, theirs in zip(docs_of(blank), found, expected, strict=True):
        assert ours.shape == (len(doc), 16) and ours.dtype == "f4"
        if len(doc):
            np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_segments_are_sequences_of_their_own(tiny, blank):
    parts = [blank.make_doc("Anna Berg lives"), blank.make_doc("in Sofia.")]
    bitext = make_bitext(parts, ["en", "bg"], blank.vocab)
    together = tiny.predict([bitext])[0]
    np.testing.assert_allclose(together, np.vstack(tiny.predict(parts)), atol=1e-5)


def test_order_and_batches_do_not_matter(tiny, encoder_folder, blank):
    texts = [*TEXTS, *TEXTS[::-1], "Sofia " * 90]
    one = tiny.predict(docs_of(blank, texts))
    alone = [tiny.predict([doc])[0] for doc in docs_of(blank, texts)]
    small = make_compact(encoder_folder, window=32, overlap=8, batch_pieces=1)
    for a, b, c in zip(one, alone, small.predict(docs_of(blank, texts)), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
        np.testing.assert_allclose(a, c, atol=1e-5)
    again = tiny.predict(docs_of(blank, texts))
    assert all((a == b).all() for a, b in zip(one, again, strict=True))


def test_in_8_bits_a_text_gives_the_same_beside_any_other(tmp_path, blank):
    sizes = {"hidden_size": 192, "num_hidden_layers": 4, "intermediate_size": 384}
    model = make_compact(make_bert(tmp_path / "encoder", **sizes), precision="int8")
    draw = random.Random(0)
    letters = "abdeinorsABНайст ,."
    texts = ["".join(draw.choices(letters, k=draw.randint(1, 200))) for _ in range(80)]
    together = model.predict(docs_of(blank, texts))
    for text, vectors in zip(texts, together, strict=True):
        assert (model.predict(docs_of(blank, [text]))[0] == vectors).all()


def test_windows_of_long_documents(encoder_folder, blank):
    model = make_compact(encoder_folder, window=34, overlap=16)
    words = ["Anna", "Berg", "lives", "in", "Sofia", "."] * 9
    assert len(get_engine(model).tokenizer.encode(" ".join(words)).ids) == len(words) + 2
    (vectors,) = model.predict([Doc(blank.vocab, words=words)])
    windows = cut_windows([54], np.ones(54, dtype=bool), 32, 16)
    for start, end, kept_start, kept_end in zip(*vars(windows).values(), strict=True):
        (alone,) = model.predict([Doc(blank.vocab, words=words[start:end])])
        kept = alone[kept_start - start : kept_end - start]
        np.testing.assert_allclose(vectors[kept_start:kept_end], kept, atol=1e-5)


def test_hundred_thousand_tokens(tiny, blank):
    doc = Doc(blank.vocab, words=["Anna", "東京", "!", "Sofia"] * 25_000)
    (vectors,) = tiny.predict([doc])
    assert vectors.shape == (100_000, 32)
    assert (np.abs(vectors).sum(axis=1) > 0).all()


def test_very_long_texts_are_read_in_parts(tiny, blank, monkeypatch):
    doc = blank.make_doc(" ".join(f"Sofia{n}" for n in range(60)))
    expected = tiny.predict([doc, doc])
    monkeypatch.setattr(architecture, "MOST_CHARACTERS", 50)
    found = tiny.predict([doc, doc, blank.make_doc("x" * 400 + " Anna")])
    assert [len(rows) for rows in found] == [60, 60, 2]
    assert all(np.abs(rows).sum(axis=1).all() for rows in found)
    assert np.abs(found[0] - expected[0]).mean() < 1
    assert list(architecture._parts([blank.make_doc("")])) == []


def test_a_token_longer_than_a_window(tiny, blank):
    words = ["x" * 3000, "Anna"]
    (vectors,) = tiny.predict([Doc(blank.vocab, words=words)])
    assert (np.abs(vectors).sum(axis=1) > 0).all()


def test_copies_and_bytes_hold_no_session(tiny, blank):
    expected = tiny.predict(docs_of(blank))
    loaded = build_compact_encoder(window=32, overlap=8).from_bytes(tiny.to_bytes())
    pickled = pickle.loads(pickle.dumps(get_engine(tiny)))
    assert pickled._session is None and pickled._tokenizer is None
    assert get_engine(loaded)._session is None
    assert loaded.get_dim("nO") == 32
    for model in (loaded, tiny.copy()):
        found = model.predict(docs_of(blank))
        assert all((a == b).all() for a, b in zip(found, expected, strict=True))
    # Settings come from the config, not from the bytes.
    assert get_engine(loaded).settings.batch_pieces == 384


@pytest.mark.parametrize("batch_pieces", [1, 20, 384])
def test_threads_change_nothing(tiny, blank, batch_pieces):
    settings = {"window": 32, "overlap": 8, "batch_pieces": batch_pieces}
    one, four = (
        set_weights(build_compact_encoder(threads=threads, **settings), get_engine(tiny).weights)
        for threads in (1, 4)
    )
    docs = docs_of(blank) * 5
    expected = one.predict(docs)
    assert get_engine(one)._pool is None
    for _ in range(3):
        found = four.predict(docs)
        assert all((a == b).all() for a, b in zip(found, expected, strict=True))
    assert get_engine(four)._pool is not None
    assert pickle.loads(pickle.dumps(get_engine(four)))._pool is None


def test_threads_that_begin_at_once_share_a_session(tiny, blank, monkeypatch):
    import ctranslate2

    made = []
    make = ctranslate2.Encoder

    def count(*arguments, **settings):
        made.append(settings)
        # The others must come by before this one is done.
        time.sleep(0.05)
        return make(*arguments, **settings)

    monkeypatch.setattr(ctranslate2, "Encoder", count)
    model = tiny.copy()
    get_engine(model)._forget()
    barrier = Barrier(8)

    def work(_: int) -> list:
        barrier.wait(30)
        return model.predict(docs_of(spacy.blank("en")))

    expected = tiny.predict(docs_of(blank))
    with ThreadPoolExecutor(8) as threads:
        for found in threads.map(work, range(8)):
            # Another session may hold its weights at other places, and round otherwise.
            for a, b in zip(found, expected, strict=True):
                np.testing.assert_allclose(a, b, atol=1e-5)
    assert len(made) == 1


def test_an_error_in_a_thread_is_told(tiny):
    engine = Engine(EngineSettings(threads=2), get_engine(tiny).weights)
    with pytest.raises(ZeroDivisionError):
        engine.for_each(lambda number: 1 / number, [1, 0, 2])


def test_as_many_threads_as_told_or_as_there_are_cores(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert count_threads() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "none")
    assert 1 <= count_threads() <= 4
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert count_threads() == 4
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: object())
    assert count_threads() == 1


def _in_child(model, queue):
    queue.put(model.predict(docs_of(spacy.blank("en"))))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are never forked here")
def test_a_session_for_each_process(tiny, blank, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    tiny = tiny.copy()
    get_engine(tiny)._forget()
    expected = tiny.predict(docs_of(blank))
    assert get_engine(tiny)._pool is not None
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=_in_child, args=(tiny, queue))
    process.start()
    found = queue.get(timeout=60)
    process.join(60)
    assert process.exitcode == 0
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(found, expected, strict=True))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are never forked here")
def test_a_process_that_is_forked_while_another_thread_starts_a_session(tiny, blank):
    model = tiny.copy()
    get_engine(model)._forget()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=_in_child, args=(model, queue))
    with engine._STARTING:
        process.start()
        found = queue.get(timeout=60)
    process.join(60)
    expected = tiny.predict(docs_of(blank))
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(found, expected, strict=True))


def test_nothing_is_learned_and_no_gradient_comes_back(tiny, blank):
    docs = docs_of(blank)
    vectors, backprop = tiny.begin_update(docs)
    assert backprop(vectors) == []
    tiny.finish_update(None)
    np.testing.assert_array_equal(vectors[0], tiny.predict(docs)[0])


@pytest.mark.parametrize(
    "settings",
    [
        {"window": 7},
        {"overlap": -1},
        {"window": 20, "overlap": 11},
        {"batch_pieces": 0},
        {"device": "tpu"},
        {"threads": -1},
    ],
)
def test_settings_that_cannot_be(settings):
    with pytest.raises(ConcnerError, match="C322"):
        build_compact_encoder(**settings)


def test_without_weights():
    model = build_compact_encoder()
    for attempt in (lambda: model.initialize(), lambda: model.predict([])):
        with pytest.raises(ConcnerError, match="C321.*source"):
            attempt()
    assert not get_engine(model.from_bytes(model.to_bytes())).has_weights


def test_engine_that_cannot_start(tiny):
    engine = build_compact_encoder(compute_type="int3").from_bytes(tiny.to_bytes()).shims[0]
    with pytest.raises(ConcnerError, match="C324.*int3"):
        engine.encode(np.array([[1]], dtype="i4"), np.array([1], dtype="i4"))


def test_weights_of_earlier_releases_name_no_engine(tiny, blank):
    fields = srsly.msgpack_loads(get_engine(tiny).to_bytes())
    names = {"files", "tokenizer", "prefix", "suffix", "padding", "width", "n_positions"}
    assert fields.keys() == names
    loaded = Engine(EngineSettings(), None).from_bytes(srsly.msgpack_dumps(fields))
    assert loaded.weights.engine == "ctranslate2"


@pytest.mark.parametrize("data", [b"\xc1", b"\x81\xa1a\x01"])
def test_broken_bytes(data):
    with pytest.raises(ConcnerError, match="C326"):
        get_engine(build_compact_encoder()).from_bytes(data)


@pytest.mark.parametrize("compute_type", ["float32", "int8"])
def test_compute_types(encoder_folder, blank, compute_type):
    exact = make_compact(encoder_folder).predict(docs_of(blank))
    found = make_compact(encoder_folder, compute_type=compute_type).predict(docs_of(blank))
    for a, b in zip(exact, found, strict=True):
        assert len(a) == len(b)
        assert not len(a) or np.abs(a - b).mean() < 0.1
