import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_concner.corpora.segments import make_bitext
from spacy_concner.encoding.windows import count_characters, create_segment_spans, cut_windows
from spacy_concner.errors import ConcnerError

VOCAB = Vocab()


def doc_of(words) -> Doc:
    return Doc(VOCAB, words=list(words))


def bitext_of(*sides) -> Doc:
    return make_bitext([doc_of(words) for words in sides], ["en", "bg", "hu"][: len(sides)], VOCAB)


def ranges(spans):
    return [(span.start, span.end) for span in spans]


@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=60),
    window=st.integers(1, 12),
    data=st.data(),
)
def test_windows_cover_every_token_within_the_limits(lengths, window, data):
    stride = data.draw(st.integers(1, window))
    limit = data.draw(st.integers(1, 50))
    doc = doc_of("x" * length for length in lengths)
    (spans,) = create_segment_spans(window, stride, limit)([doc])
    covered = {token.i for span in spans for token in span}
    assert covered == set(range(len(doc)))
    for span in spans:
        assert len(span) <= window
        assert len(span) == 1 or sum(len(token) + 1 for token in span) <= limit
    starts = [span.start for span in spans]
    ends = [span.end for span in spans]
    assert starts == sorted(set(starts))
    assert all(end < ends[-1] for end in ends[:-1])


@given(st.lists(st.integers(1, 20), min_size=2, max_size=3))
def test_windows_stay_inside_their_segment(lengths):
    doc = bitext_of(*(["word"] * length for length in lengths))
    (spans,) = create_segment_spans(window=6, stride=4)([doc])
    segments = ranges(doc.spans["segments"])
    for start, end in ranges(spans):
        assert any(first <= start and end <= last for first, last in segments)
    assert {token.i for span in spans for token in span} == set(range(len(doc)))


def test_short_segments_are_one_sequence_each():
    doc = bitext_of(["one", "two"], ["eins", "zwei", "drei"])
    assert ranges(create_segment_spans()([doc])[0]) == [(0, 2), (2, 5)]


def test_long_docs_overlap_by_window_less_stride():
    doc = doc_of(["a"] * 20)
    spans = create_segment_spans(window=8, stride=6)([doc])[0]
    assert ranges(spans) == [(0, 8), (6, 14), (12, 20)]


def test_a_token_beyond_the_limit_is_a_window_of_its_own():
    doc = doc_of(["a", "b" * 50, "c"])
    spans = create_segment_spans(max_characters=10)([doc])[0]
    assert ranges(spans) == [(0, 1), (1, 2), (2, 3)]


def test_empty_docs_have_no_span():
    assert create_segment_spans()([doc_of([]), doc_of(["a"])])[0] == []
    assert create_segment_spans()([]) == []


def test_characters_count_as_the_normaliser_spells_them():
    assert count_characters("abc") == 3
    assert count_characters("½") == 3
    assert count_characters("България") >= 8


def test_function_survives_pickling():
    get_spans = create_segment_spans(5, 4, 30)
    doc = doc_of(["word"] * 12)
    again = pickle.loads(pickle.dumps(get_spans))
    assert ranges(again([doc])[0]) == ranges(get_spans([doc])[0])
    assert again == get_spans


@pytest.mark.parametrize("settings", [(4, 5, 10), (4, 0, 10), (4, 4, 0)])
def test_impossible_settings_are_refused(settings):
    with pytest.raises(ConcnerError, match="C309"):
        create_segment_spans(*settings)


@given(
    sizes=st.lists(st.integers(0, 300), min_size=1, max_size=4),
    most=st.integers(4, 60),
    share=st.floats(0, 0.5),
    step=st.integers(1, 80),
)
def test_windows_of_pieces_tile_all_pieces(sizes, most, share, step):
    overlap = int(most * share)
    is_start = np.arange(sum(sizes)) % step == 0
    windows = cut_windows(sizes, is_start, most, overlap)
    seen = np.concatenate(
        [np.arange(a, b) for a, b in zip(windows.kept_starts, windows.kept_ends, strict=True)]
        or [np.zeros(0)]
    )
    assert seen.tolist() == list(range(sum(sizes)))
    assert (windows.starts <= windows.kept_starts).all()
    assert (windows.kept_ends <= windows.ends).all()
    assert (windows.ends - windows.starts <= most).all()
    firsts = np.cumsum(sizes) - sizes
    text_of = np.searchsorted(firsts, [windows.starts, windows.ends - 1], side="right")
    assert (text_of[0] == text_of[1]).all()
    inner = {int(start) for start in windows.kept_starts} - {int(first) for first in firsts}
    if step <= overlap // 2:
        assert all(is_start[start] for start in inner)


def test_pieces_are_taken_where_they_have_context_on_both_sides():
    windows = cut_windows([100], np.ones(100, dtype=bool), 40, 20)
    inner = zip(windows.starts[1:], windows.kept_starts[1:], strict=True)
    assert all(kept - start >= 10 for start, kept in inner)


def make_transformer(folder, get_spans):
    from spacy_transformers import Transformer
    from spacy_transformers.layers.transformer_model import TransformerModel

    model = TransformerModel(str(folder), get_spans)
    pipe = Transformer(VOCAB, model)
    model.initialize()
    return pipe


def token_vectors(pipe, doc):
    """Mean of the piece vectors of each token, NaN where it has none."""
    pipe(doc)
    data = doc._.trf_data
    pieces = data.model_output.last_hidden_state.reshape(-1, data.width)
    vectors, start = [], 0
    for length in data.align.lengths:
        rows = data.align.dataXd[start : start + length]
        vectors.append(pieces[rows].mean(axis=0) if length else np.full(data.width, np.nan))
        start += length
    return np.asarray(vectors)


def test_segments_do_not_see_each_other(encoder_folders):
    from spacy_transformers.span_getters import configure_strided_spans

    source = "Maria Curie was born in Warsaw .".split()
    first = bitext_of(source, "Marie Curie kam in Warschau zur Welt .".split())
    second = bitext_of(source, "Фирмата се премести .".split())
    pipe = make_transformer(encoder_folders["Unigram"], create_segment_spans())
    n = len(source)
    vectors = token_vectors(pipe, first)[:n]
    np.testing.assert_allclose(vectors, token_vectors(pipe, second)[:n], atol=1e-5)
    # The stock function lets them: this is what the segments are kept apart for.
    stock = make_transformer(encoder_folders["Unigram"], configure_strided_spans(128, 96))
    mixed = token_vectors(stock, first)[:n] - token_vectors(stock, second)[:n]
    assert np.abs(mixed).max() > 1e-3


def test_no_token_is_left_without_a_vector(encoder_folders):
    from spacy_transformers.span_getters import configure_strided_spans

    # No two q were merged in training: each is a piece, and so is each space.
    doc = doc_of(["qqqqqqqq"] * 64)
    folder = encoder_folders["byte-level BPE"]
    stock = make_transformer(folder, configure_strided_spans(128, 96))
    tokenizer = stock.model.tokenizer
    assert len(tokenizer.tokenize(doc.text)) == 64 * 9 > tokenizer.model_max_length == 128
    assert np.isnan(token_vectors(stock, doc)).any()
    pipe = make_transformer(folder, create_segment_spans(128, 96, max_characters=120))
    assert not np.isnan(token_vectors(pipe, doc)).any()
