"""What a batch teaches: gradients, losses by name, and what is left out."""

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from spacy_concner.corpora.segments import make_bitext
from spacy_concner.corpora.soft_labels import set_soft_labels
from spacy_concner.teaching.teacher_cache import predict_probabilities
from tests.sentences import SENTENCES, TRANSLATIONS, as_example, labelled_doc

ENTITY = {"@losses": "spacy-concner.EntityCrossEntropy.v1"}
TRANSLATION = {"@losses": "spacy-concner.TranslationContrast.v1", "weight": 1.0}
LABEL = {"@losses": "spacy-concner.LabelContrast.v1", "weight": 1.0}
DISTILLATION = {"@losses": "spacy-concner.Distillation.v1"}
LABELS = ["B-LOC", "B-ORG", "B-PER", "I-LOC", "I-ORG", "I-PER", "O"]


def pipeline(config: dict, examples: list[Example]) -> Language:
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner", config=config)
    nlp.initialize(lambda: examples)
    return nlp


def gradients(nlp: Language, batches: list[list[Example]]) -> dict[tuple[int, str], np.ndarray]:
    """Sum the gradients of batches, by number of the node and name of the parameter."""
    pipe = nlp.get_pipe("concner")
    for batch in batches:
        pipe.update(batch, drop=0.0)
    found = {}
    for i, node in enumerate(pipe.model.walk()):
        for name in node.param_names:
            if node.has_grad(name):
                found[i, name] = node.get_grad(name).copy()
                node.set_grad(name, np.zeros_like(found[i, name]))
    return found


def assert_equal(found: dict, expected: dict) -> None:
    assert found.keys() == expected.keys() and expected
    for key, gradient in expected.items():
        np.testing.assert_allclose(found[key], gradient, rtol=2e-4, atol=2e-6, err_msg=str(key))


def with_soft_labels(doc: Doc, labels=LABELS) -> Doc:
    rows = np.random.default_rng(len(doc)).dirichlet(np.ones(len(labels)), len(doc))
    set_soft_labels(doc, labels, rows)
    return doc


@pytest.fixture
def examples(bitexts) -> list[Example]:
    return [as_example(with_soft_labels(doc)) for doc in bitexts]


def half_labelled(vocab, i: int) -> Doc:
    """A bitext whose translation has no labels."""
    source, target = (
        labelled_doc(vocab, *SENTENCES[i]),
        labelled_doc(vocab, TRANSLATIONS[i][0], None),
    )
    return make_bitext([source, target], ["en", "bg"], vocab)


def test_accumulated_gradients_of_additive_losses_are_those_of_the_batch(tiny_config, examples):
    losses = {"entity": ENTITY, "distillation": {**DISTILLATION, "loss": "kl", "temperature": 2.0}}
    nlp = pipeline(tiny_config(losses=losses), examples)
    whole = gradients(nlp, [examples])
    parts = gradients(nlp, [[example] for example in examples])
    assert_equal(parts, whole)
    assert max(np.abs(gradient).max() for gradient in whole.values()) > 1e-2


def test_empty_docs_in_a_batch_change_nothing(tiny_config, examples):
    losses = {"entity": ENTITY, "translation_contrast": TRANSLATION}
    nlp = pipeline(tiny_config(losses=losses, projection_width=8), examples)
    empty = Example(Doc(nlp.vocab), Doc(nlp.vocab))
    plain = gradients(nlp, [examples])
    mixed = gradients(nlp, [[examples[0], empty, *examples[1:], empty]])
    assert_equal(mixed, plain)


@pytest.mark.parametrize("projection_width", [0, 8])
def test_contrast_sees_the_negatives_of_its_own_part_only(tiny_config, examples, projection_width):
    config = tiny_config(
        losses={"translation_contrast": TRANSLATION}, projection_width=projection_width
    )
    nlp = pipeline(config, examples)
    whole = gradients(nlp, [examples])
    assert_equal(gradients(nlp, [examples[::-1]]), whole)
    # A document alone has positives but no negatives: nothing to learn from it.
    alone = gradients(nlp, [[example] for example in examples])
    assert all(not gradient.any() for gradient in alone.values())
    assert any(np.abs(gradient).max() > 1e-3 for gradient in whole.values())
    # Sub-batches with negatives pull in the direction of the whole.
    halves = gradients(nlp, [examples[:2], examples[2:]])
    flat = [np.concatenate([g[key].ravel() for key in whole]) for g in (halves, whole)]
    cosine = flat[0] @ flat[1] / np.linalg.norm(flat[0]) / np.linalg.norm(flat[1])
    assert 0.3 < cosine < 1 - 1e-4


def test_contrast_of_one_document_is_zero(tiny_config, examples):
    nlp = pipeline(tiny_config(losses={"translation_contrast": TRANSLATION}), examples)
    pipe = nlp.get_pipe("concner")
    output, _ = pipe.model.begin_update([examples[0].predicted])
    found = pipe.get_losses(examples[:1], output)
    assert found.values == {"translation_contrast": 0.0}
    for array in vars(found.gradient).values():
        assert not array.any()


def test_segment_without_labels_gives_no_entity_gradient(tiny_config):
    vocab = spacy.blank("xx").vocab
    examples = [as_example(half_labelled(vocab, i)) for i in range(2)]
    losses = {"entity": ENTITY, "label_contrast": LABEL, "translation_contrast": TRANSLATION}
    nlp = pipeline(tiny_config(losses=losses), examples)
    pipe = nlp.get_pipe("concner")
    output, _ = pipe.model.begin_update([example.predicted for example in examples])
    found = pipe.get_losses(examples, output)
    gradient = found.gradient
    unlabelled = np.concatenate([[token.ent_iob == 0 for token in eg.y] for eg in examples])
    assert unlabelled.sum() == 11
    assert not gradient.logits[unlabelled].any()
    assert not gradient.token_vectors[unlabelled].any()
    assert gradient.logits[~unlabelled].any(axis=1).all()
    assert gradient.token_vectors[~unlabelled].any()
    assert (np.abs(gradient.segment_vectors).max(axis=1) > 0).all()
    assert all(value > 0 for value in found.values.values())


def test_docs_without_any_supervision_teach_nothing(tiny_config, examples):
    losses = {"entity": ENTITY, "label_contrast": LABEL, "distillation": DISTILLATION}
    nlp = pipeline(tiny_config(losses=losses), examples)
    bare = as_example(labelled_doc(nlp.vocab, ["Just", "words", "\n"], None))
    found = gradients(nlp, [[bare]])
    assert all(not gradient.any() for gradient in found.values())


def test_losses_by_name_and_weight(tiny_config, examples):
    losses = {
        "ce": {**ENTITY, "weight": 0.5},
        "tcl": {**TRANSLATION, "weight": 0.25},
        "lcl": {**LABEL, "weight": 2.0},
        "kd": {**DISTILLATION, "weight": 3.0},
    }
    nlp = pipeline(tiny_config(losses=losses), examples)
    values = nlp.update(examples, sgd=False, losses={})
    assert set(values) == {"concner", *(f"concner_{name}" for name in losses)}
    weighted = sum(values[f"concner_{name}"] * losses[name]["weight"] for name in losses)
    assert values["concner"] == pytest.approx(weighted)
    assert min(values.values()) > 0
    again = nlp.update(examples, sgd=False, losses=dict(values))
    assert again["concner_tcl"] == pytest.approx(2 * values["concner_tcl"], rel=1e-3)
    pipe = nlp.get_pipe("concner")
    output, _ = pipe.model.begin_update([example.predicted for example in examples])
    assert pipe.get_loss(examples, output)[0] == pytest.approx(values["concner"], rel=1e-3)


def test_weights_scale_gradients(tiny_config, examples):
    once = gradients(pipeline(tiny_config(losses={"entity": ENTITY}), examples), [examples])
    config = tiny_config(losses={"entity": {**ENTITY, "weight": 3.0}})
    thrice = gradients(pipeline(config, examples), [examples])
    assert_equal(thrice, {key: 3 * gradient for key, gradient in once.items()})


def test_weight_of_zero_is_shown_and_teaches_nothing(tiny_config, examples):
    losses = {"entity": ENTITY, "translation_contrast": {**TRANSLATION, "weight": 0.0}}
    nlp = pipeline(tiny_config(losses=losses), examples)
    expected = gradients(pipeline(tiny_config(losses={"entity": ENTITY}), examples), [examples])
    assert_equal(gradients(nlp, [examples]), expected)
    assert nlp.update(examples, sgd=False, losses={})["concner_translation_contrast"] > 0


def test_null_removes_a_loss_of_a_base_config(tiny_config, examples):
    losses = {"entity": ENTITY, "translation_contrast": None}
    nlp = pipeline(tiny_config(losses=losses), examples)
    assert set(nlp.update(examples, sgd=False, losses={})) == {"concner", "concner_entity"}
    restored = spacy.blank("xx").from_config(nlp.config)
    assert list(restored.get_pipe("concner").loss_functions()) == ["entity"]


def test_dropout_makes_updates_differ(tiny_config, examples):
    nlp = pipeline(tiny_config(), examples)
    pipe = nlp.get_pipe("concner")
    dropped = {pipe.update(examples, drop=0.5)["concner"] for _ in range(3)}
    assert len(dropped) == 3
    assert len({pipe.update(examples, drop=0.0)["concner"] for _ in range(3)}) == 1


@pytest.mark.slow
def test_student_learns_from_soft_labels_alone(tiny_config, trained):
    docs = [Doc(trained.vocab, words=words) for words, _ in SENTENCES]
    labels = list(trained.get_pipe("concner").labels)
    for doc, rows in zip(docs, predict_probabilities(trained, docs), strict=True):
        set_soft_labels(doc, labels, rows)
    examples = [as_example(doc) for doc in docs]
    student = pipeline(tiny_config(losses={"distillation": DISTILLATION}), examples)
    optimizer = student.resume_training()
    optimizer.learn_rate = 0.01
    first = student.update(examples, sgd=optimizer, losses={})["concner"]
    for _ in range(60):
        last = student.update(examples, sgd=optimizer, losses={})["concner"]
    assert last < first / 20
    assert student.get_pipe("concner").labels == tuple(labels)
    for doc in docs:
        expected, found = (
            trained(doc.copy()),
            student(Doc(student.vocab, words=[t.text for t in doc])),
        )
        assert [(e.text, e.label_) for e in found.ents] == [
            (e.text, e.label_) for e in expected.ents
        ]
    assert sum(len(trained(doc.copy()).ents) for doc in docs) == 6


def test_labels_and_soft_labels_in_one_batch(tiny_config, sentences):
    raw = with_soft_labels(Doc(sentences[0].vocab, words=["Some", "raw", "text"]))
    examples = [*map(as_example, sentences), as_example(raw)]
    losses = {"entity": ENTITY, "distillation": DISTILLATION}
    nlp = pipeline(tiny_config(losses=losses), examples)
    both = nlp.update(examples, sgd=False, losses={})
    hard = nlp.update(examples[:-1], sgd=False, losses={})
    soft = nlp.update(examples[-1:], sgd=False, losses={})
    assert hard["concner_distillation"] == 0 == soft["concner_entity"]
    assert both["concner"] == pytest.approx(hard["concner"] + soft["concner"], rel=1e-4)
