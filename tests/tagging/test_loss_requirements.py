import numpy as np
import pytest
import spacy

from spacy_concner.corpora.segments import make_bitext
from spacy_concner.corpora.soft_labels import set_soft_labels
from spacy_concner.errors import ConcnerError
from spacy_concner.losses.distillation import Distillation
from spacy_concner.losses.entity import EntityCrossEntropy
from spacy_concner.losses.label_contrast import LabelContrast
from spacy_concner.losses.similarity import SimilarityDistillation
from spacy_concner.losses.translation_contrast import TranslationContrast
from spacy_concner.tagging.loss_requirements import check_needs
from tests.sentences import SENTENCES, TRANSLATIONS, as_example, labelled_doc
from tests.tiny_pipelines import build_tiny_config


@pytest.fixture
def examples():
    """An example of each kind of supervision, and one of raw text."""
    vocab = spacy.blank("xx").vocab
    raw = labelled_doc(vocab, SENTENCES[0][0], None)
    soft, seen = (labelled_doc(vocab, SENTENCES[0][0], None) for _ in range(2))
    probabilities = np.full((6, 3), 1 / 3, dtype="f4")
    set_soft_labels(soft, ["B-PER", "I-PER", "O"], probabilities)
    set_soft_labels(seen, ["B-PER", "I-PER", "O"], probabilities, np.ones((6, 4), dtype="f4"))
    halves = [labelled_doc(vocab, pair[0][0], None) for pair in (SENTENCES, TRANSLATIONS)]
    docs = {
        "raw": raw,
        "entities": labelled_doc(vocab, *SENTENCES[0]),
        "bitexts": make_bitext(halves, ["en", "bg"], vocab),
        "soft_labels": soft,
        "vectors": seen,
    }
    return {name: as_example(doc) for name, doc in docs.items()}


@pytest.mark.parametrize(
    "loss, verb",
    [
        (EntityCrossEntropy(), "convert"),
        (LabelContrast(), "convert"),
        (TranslationContrast(), "translate"),
        (Distillation(), "concner label"),
        (SimilarityDistillation(), "--evaluator"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_loss_finds_what_it_needs_or_tells(examples, loss, verb):
    with pytest.raises(ConcnerError, match=rf"C043.*'mine' of 'ner'.*none of the 2 .*{verb}"):
        check_needs([examples["raw"]] * 2, {"mine": loss}, "ner")
    check_needs([examples["raw"], examples[loss.needs]], {"mine": loss}, "ner")


def test_only_a_loss_among_others_can_be_switched_off(examples):
    losses = {"mine": Distillation(), "other": EntityCrossEntropy()}
    with pytest.raises(ConcnerError, match=r"C043.*losses\.mine\.weight 0"):
        check_needs([examples["entities"]], losses, "ner")
    with pytest.raises(ConcnerError, match="C043") as caught:
        check_needs([examples["entities"]], {"mine": Distillation()}, "ner")
    assert "weight 0" not in str(caught.value)


def test_outside_alone_is_labelled_text(examples):
    vocab = spacy.blank("xx").vocab
    nothing = as_example(labelled_doc(vocab, ["Nothing", "here"], ["O", "O"]))
    check_needs([nothing], {"entity": EntityCrossEntropy()}, "ner")


def test_weight_zero_needs_nothing(examples):
    losses = {"entity": EntityCrossEntropy(), "tcl": TranslationContrast(weight=0.0)}
    check_needs([examples["entities"]], losses, "ner")


def test_weight_zero_everywhere_teaches_nothing(examples):
    with pytest.raises(ConcnerError, match=r"C046.*'ner'.*one of tcl a"):
        check_needs([examples["raw"]], {"tcl": TranslationContrast(weight=0.0)}, "ner")


def test_reading_stops_when_all_is_found(examples):
    def endless():
        while True:
            yield examples["vectors"]

    check_needs(endless(), {"kd": Distillation(), "sim": SimilarityDistillation()}, "ner")


def test_training_says_so_before_it_begins(examples):
    nlp = spacy.blank("xx")
    losses = {"tcl": {"@losses": "spacy-concner.TranslationContrast.v1"}}
    nlp.add_pipe("concner", config=build_tiny_config(losses=losses))
    with pytest.raises(ConcnerError, match="C043.*'tcl'.*1 doc.*bitext"):
        nlp.initialize(lambda: [examples["entities"]])
