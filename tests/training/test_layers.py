"""Smaller students: layers dropped before training, weights kept."""

import numpy as np
import pytest
import spacy

from spacy_concner.errors import ConcnerError
from spacy_concner.training import layers
from spacy_concner.training.layers import chosen_layers, drop_layers
from tests.tiny_pipelines import make_bert
from tests.training.test_start import callback, make_nlp, update, weights


@pytest.fixture(scope="module")
def deep_folder(tmp_path_factory):
    """A random BERT of five layers."""
    return make_bert(tmp_path_factory.mktemp("deep"), num_hidden_layers=5)


@pytest.mark.parametrize(
    "depth, keep, expected",
    [(12, 6, [0, 2, 4, 7, 9, 11]), (12, 12, list(range(12))), (12, 1, [0]), (5, 2, [0, 4])],
)
def test_layers_are_chosen_evenly(depth, keep, expected):
    assert chosen_layers(depth, keep) == expected


def test_every_choice_has_as_many_layers_as_it_should():
    for depth in range(1, 30):
        for keep in range(1, depth + 1):
            chosen = chosen_layers(depth, keep)
            assert len(set(chosen)) == keep and max(chosen) < depth and chosen == sorted(chosen)


def test_layers_keep_a_place_of_their_kind():
    assert chosen_layers(22, 6, 3) == [0, 1, 2, 18, 19, 20]
    assert chosen_layers(22, 8, 3) == [0, 1, 2, 9, 10, 11, 18, 19]
    for depth in range(1, 30):
        for keep in range(1, depth + 1):
            chosen = chosen_layers(depth, keep, 3)
            assert len(set(chosen)) == keep and max(chosen) < depth and chosen == sorted(chosen)
            assert all(number % 3 == place % 3 for place, number in enumerate(chosen))
        assert chosen_layers(depth, depth, 3) == list(range(depth))


def test_a_smaller_modernbert_is_loaded_as_it_was(tmp_path):
    import torch
    from transformers import AutoModel

    from spacy_concner.encoding.loading import Encoder
    from tests.encoding.modern_encoders import make_model, make_tokenizer

    tokenizer = make_tokenizer("byte level", size=400)
    model = make_model("ModernBert", tokenizer, num_hidden_layers=5, local_attention=4)
    nlp = spacy.blank("xx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layers, "find_encoders", lambda _: [Encoder(model, tokenizer)])
        drop_layers(nlp, 3)
    model.save_pretrained(tmp_path)
    ids = torch.arange(4, 40)[None]
    with torch.inference_mode():
        expected, found = (
            encoder(ids).last_hidden_state
            for encoder in (model, AutoModel.from_pretrained(tmp_path))
        )
    torch.testing.assert_close(found, expected)


@pytest.mark.slow
def test_a_small_student_of_a_deep_teacher(deep_folder, sentences, tmp_path):
    teacher = make_nlp(sentences, deep_folder, seed=1)
    update(teacher, sentences)
    teacher.to_disk(tmp_path / "teacher")
    student = make_nlp(sentences, deep_folder)
    callback(start_from=tmp_path / "teacher", keep_layers=3)(student)
    encoder = student.get_pipe("transformer").model.transformer
    assert encoder.config.num_hidden_layers == len(encoder.encoder.layer) == 3
    before, after = weights(teacher, "transformer"), weights(student, "transformer")
    for new, old in enumerate([0, 2, 4]):
        name = "encoder.layer.{}.output.dense.weight"
        np.testing.assert_array_equal(after[name.format(new)], before[name.format(old)])
    update(student, sentences)
    student.to_disk(tmp_path / "student")
    loaded = spacy.load(tmp_path / "student")
    texts = [doc.text for doc in sentences]
    assert [str(doc.ents) for doc in loaded.pipe(texts)] == [
        str(doc.ents) for doc in student.pipe(texts)
    ]
    # A further training starts from the small one.
    further = make_nlp(sentences, deep_folder, seed=2)
    callback(start_from=tmp_path / "student", keep_layers=3)(further)
    found, expected = weights(further, "transformer"), weights(loaded, "transformer")
    assert found.keys() == expected.keys()
    assert all(np.array_equal(found[name], expected[name]) for name in found)


@pytest.mark.parametrize("keep", [0, 6])
def test_numbers_that_do_not_fit(deep_folder, sentences, keep):
    with pytest.raises(ConcnerError, match=rf"C505.*keep_layers = {keep}.*which have 5 layers"):
        callback(keep_layers=keep)(make_nlp(sentences, deep_folder))


def test_nothing_to_drop(sentences):
    with pytest.raises(ConcnerError, match="C505"):
        drop_layers(make_nlp(sentences), 1)
