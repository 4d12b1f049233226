"""What holds for every loss."""

import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner import losses
from spacy_concner.losses.distillation import Distillation
from spacy_concner.losses.entity import EntityCrossEntropy
from spacy_concner.losses.label_contrast import LabelContrast
from spacy_concner.losses.similarity import SimilarityDistillation
from spacy_concner.losses.translation_contrast import TranslationContrast
from spacy_concner.losses.types import MISSING
from tests.losses.batches import gradients, random_batch, take_documents

ADDITIVE = [
    EntityCrossEntropy(),
    EntityCrossEntropy(label_smoothing=0.1),
    Distillation(),
    Distillation(loss="kl", temperature=2.0),
]
CONTRASTS = [
    LabelContrast(temperature=0.5),
    LabelContrast(level="type", outside=0.5),
    LabelContrast(outside=0.0),
    LabelContrast(outside=100.0),
    LabelContrast(temperature=0.5, positives="other_language"),
    TranslationContrast(),
]
SIMILARITIES = [
    SimilarityDistillation(block_size=3),
    SimilarityDistillation(entity_weight=0.0, confidence=False),
]
LOSSES = [*ADDITIVE, *CONTRASTS, *SIMILARITIES]
ALL = pytest.mark.parametrize("loss", LOSSES, ids=repr)

LENGTHS = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=3), max_size=5)


@ALL
@pytest.mark.parametrize("seed", range(3))
def test_gradients_are_those_of_finite_differences(loss, seed):
    output, supervision = random_batch(seed)

    def compute(logits, tokens, segments):
        parts = replace(output, logits=logits, token_vectors=tokens, segment_vectors=segments)
        return loss(parts, supervision)

    inputs = (output.logits, output.token_vectors, output.segment_vectors)
    assert compute(*inputs) > 0
    # In a random direction, which every wrong derivative shows in, not in one a number.
    assert torch.autograd.gradcheck(compute, inputs, fast_mode=True)


@ALL
@settings(max_examples=25, deadline=None)
@given(lengths=LENGTHS, seed=st.integers(0, 10**6), shuffle=st.randoms())
def test_order_of_documents_does_not_matter(loss, lengths, seed, shuffle):
    batch = random_batch(seed, lengths)
    order = list(range(len(lengths)))
    shuffle.shuffle(order)

    def permuted(output, supervision):
        return loss(*take_documents((output, supervision), order))

    torch.testing.assert_close(permuted(*batch), loss(*batch))
    found, expected = gradients(permuted, batch), gradients(loss, batch)
    torch.testing.assert_close(vars(found), vars(expected))


@pytest.mark.parametrize("loss", ADDITIVE, ids=repr)
@settings(max_examples=25, deadline=None)
@given(lengths=LENGTHS, seed=st.integers(0, 10**6), data=st.data())
def test_batch_in_parts_adds_up(loss, lengths, seed, data):
    batch = random_batch(seed, lengths)
    cut = data.draw(st.integers(0, len(lengths)))
    documents = range(len(lengths))
    parts = [take_documents(batch, documents[:cut]), take_documents(batch, documents[cut:])]
    torch.testing.assert_close(loss(*parts[0]) + loss(*parts[1]), loss(*batch))


def test_translation_contrast_in_parts_is_less_by_the_negatives():
    loss = TranslationContrast()
    batch = random_batch(0, [(2, 2)] * 6, n_texts=1000)
    parts = [take_documents(batch, [0, 1, 2]), take_documents(batch, [3, 4, 5])]
    assert 0 < sum(loss(*part) for part in parts) < loss(*batch)


@ALL
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    "lengths, options",
    [
        ([], {}),
        ([(1,)], {}),
        ([(3,)], {"missing": 1.0, "soft": 0.0}),
        ([(3,), (2,)], {"missing": 1.0, "soft": 0.0, "n_texts": 1}),
    ],
    ids=["no tokens", "one token", "nothing known", "identical texts"],
)
def test_empty_batches_are_finite(loss, dtype, lengths, options):
    batch = random_batch(0, lengths, dtype=dtype, **options)
    value = loss(*batch)
    assert value.shape == () and value.dtype == dtype and torch.isfinite(value)
    assert value.requires_grad
    found = gradients(loss, batch)
    for gradient in vars(found).values():
        assert torch.isfinite(gradient).all()
    if not lengths or options:
        assert value == 0
        assert not any(gradient.any() for gradient in vars(found).values())


@ALL
def test_no_tokens_and_no_width(loss):
    output, supervision = random_batch(0, [], width=0)
    loss(output, supervision).backward()
    assert output.token_vectors.shape == (0, 0)
    assert loss(output, supervision) == 0


@ALL
@pytest.mark.parametrize("scale", [0.0, 1e-8, 1e4])
def test_extreme_numbers_stay_finite_in_float32(loss, scale):
    output, supervision = random_batch(1, dtype=torch.float32)
    scaled = [(x.detach() * scale).requires_grad_() for x in vars(output).values()]
    batch = type(output)(*scaled), supervision
    assert torch.isfinite(loss(*batch))
    for gradient in vars(gradients(loss, batch)).values():
        assert torch.isfinite(gradient).all()
        assert gradient.abs().max() < 100


@ALL
def test_float32_agrees_with_float64(loss):
    output, supervision = random_batch(2)
    single = type(output)(*(x.float() for x in vars(output).values()))
    single_supervision = replace(
        supervision,
        soft_labels=supervision.soft_labels.float(),
        vectors=supervision.vectors.float(),
    )
    torch.testing.assert_close(
        loss(single, single_supervision).double(), loss(output, supervision), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("seed", range(5))
@ALL
def test_unknown_tokens_get_no_gradient(loss, seed):
    batch = random_batch(seed)
    found = gradients(loss, batch)
    known = batch[1].tags != MISSING
    if isinstance(loss, Distillation):
        known = batch[1].soft_mask
    elif isinstance(loss, SimilarityDistillation):
        known = batch[1].soft_mask & batch[1].vector_mask
    assert not found.logits[~known].any()
    assert not found.token_vectors[~known].any()


def test_segment_without_labels_feeds_only_the_translation_contrast():
    batch = random_batch(3, [(3, 4), (4, 3)], missing=0.0, n_texts=1000)
    unlabelled = batch[1].token_segments == 1
    batch[1].tags[unlabelled] = MISSING
    entity = gradients(EntityCrossEntropy(), batch).logits
    label = gradients(LabelContrast(outside=100.0), batch).token_vectors
    translation = gradients(TranslationContrast(), batch).segment_vectors
    assert not entity[unlabelled].any() and entity[~unlabelled].any(dim=1).all()
    assert not label[unlabelled].any() and label[~unlabelled].any()
    assert translation.any(dim=1).all()


@ALL
def test_weight_is_left_to_the_caller(loss):
    batch = random_batch(4)
    assert replace(loss, weight=7.0)(*batch) == loss(*batch)


@ALL
def test_losses_pickle_and_do_not_change(loss):
    assert pickle.loads(pickle.dumps(loss)) == loss
    with pytest.raises(FrozenInstanceError):
        loss.weight = 2.0


@pytest.mark.parametrize(
    "loss, setting, value",
    [
        *(
            (loss, "weight", value)
            for loss in (
                EntityCrossEntropy,
                LabelContrast,
                TranslationContrast,
                Distillation,
                SimilarityDistillation,
            )
            for value in (-0.1, float("nan"), float("inf"))
        ),
        *(
            (loss, "temperature", value)
            for loss in (LabelContrast, TranslationContrast, Distillation)
            for value in (0.0, -1.0, float("nan"), float("inf"))
        ),
        (EntityCrossEntropy, "label_smoothing", 1.0),
        (EntityCrossEntropy, "label_smoothing", -0.1),
        (LabelContrast, "level", "token"),
        (LabelContrast, "outside", -1.0),
        (LabelContrast, "outside", float("nan")),
        (LabelContrast, "outside", float("inf")),
        (SimilarityDistillation, "block_size", 0),
        (Distillation, "loss", "ce"),
        (Distillation, "temperature", 2.0),
    ],
)
def test_bad_settings_are_refused_by_name(loss, setting, value):
    with pytest.raises(ValueError, match=rf"{setting}.*{value}.*(Use|expected|Set)"):
        loss(**{setting: value})


@pytest.mark.slow
def test_losses_know_neither_spacy_nor_thinc():
    modules = sorted(file.stem for file in Path(losses.__file__).parent.glob("[a-z]*.py"))
    # The package itself registers an extension with spaCy, so here it is an empty one.
    bare = "import importlib.util as u, sys, types; p = types.ModuleType('spacy_concner')"
    bare += "; p.__path__ = u.find_spec('spacy_concner').submodule_search_locations"
    bare += "; sys.modules['spacy_concner'] = p"
    imports = "; ".join(f"import spacy_concner.losses.{name}" for name in modules)
    check = "import sys; print(sorted({'spacy', 'thinc', 'transformers'} & set(sys.modules)))"
    command = [sys.executable, "-c", f"{bare}; {imports}; {check}"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
