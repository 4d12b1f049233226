"""Small pipelines and corpora that the tests train and read."""

from collections.abc import Callable
from pathlib import Path

import pytest
import spacy
from hypothesis import settings
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example
from thinc.api import Config

from spacy_concner.corpora.segments import annotate, make_bitext

# How long an example takes depends on what else the machine does.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_addoption(parser):
    """Let the readers of corpora be tried on more broken files than every run needs."""
    parser.addoption("--mutants", type=int, default=200, help="Broken files a format")


SENTENCES = [
    (["Anna", "Berg", "lives", "in", "Sofia", "."], ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]),
    (["The", "Red", "Cross", "works", "in", "Berlin"], ["O", "B-ORG", "I-ORG", "O", "O", "B-LOC"]),
    (["Nothing", "happened", "today", "."], ["O", "O", "O", "O"]),
    (["Paul", "Novak", "met", "Anna"], ["B-PER", "I-PER", "O", "B-PER"]),
]
TRANSLATIONS = [
    (["Ана", "Берг", "живее", "в", "София", "."], ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]),
    (["Червеният", "кръст", "работи", "в", "Берлин"], ["B-ORG", "I-ORG", "O", "O", "B-LOC"]),
    (["Нищо", "не", "се", "случи", "."], ["O", "O", "O", "O", "O"]),
    (["Паул", "Новак", "срещна", "Ана"], ["B-PER", "I-PER", "O", "B-PER"]),
]
TINY_TOK2VEC = {
    "@architectures": "spacy.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 32,
    "depth": 2,
    "embed_size": 500,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}


LISTENER = {
    "@architectures": "spacy-transformers.TransformerListener.v1",
    "grad_factor": 1.0,
    "upstream": "*",
    "pooling": {"@layers": "reduce_mean.v1"},
}


def transformer_model(encoder: Path, **changes) -> dict:
    """Give the settings of a transformer that keeps segments apart."""
    return {
        "@architectures": "spacy-transformers.TransformerModel.v3",
        "name": str(encoder),
        "get_spans": {"@span_getters": "spacy-concner.segment_spans.v1"},
        "tokenizer_config": {"use_fast": True},
        **changes,
    }


def labelled_doc(vocab, words: list[str], tags: list[str] | None) -> Doc:
    """Make a Doc with the entities of its tags, or without annotation."""
    doc = Doc(vocab, words=words)
    if tags is not None:
        annotate(doc, tags)
    return doc


def as_example(doc: Doc) -> Example:
    """Make the Example that the reader would: same tokens, segments kept."""
    spaces = [bool(token.whitespace_) for token in doc]
    predicted = Doc(doc.vocab, words=[token.text for token in doc], spaces=spaces)
    if "segments" in doc.spans:
        predicted.spans["segments"] = [
            Span(predicted, span.start, span.end, label=span.label_)
            for span in doc.spans["segments"]
        ]
    return Example(predicted, doc)


def build_tiny_config(**changes) -> dict:
    """Give the settings of a small `concner` component, with changes."""
    model = {
        "@architectures": "spacy-concner.TokenTagger.v1",
        "pooling": changes.pop("pooling", "mean"),
        "projection_width": changes.pop("projection_width", 0),
        "tok2vec": changes.pop("tok2vec", TINY_TOK2VEC),
    }
    return {"model": model, **changes}


@pytest.fixture
def tiny_config() -> Callable[..., dict]:
    """Give the settings of a small `concner` component, with changes."""
    return build_tiny_config


@pytest.fixture
def sentences() -> list[Doc]:
    """Labelled sentences of the source language."""
    vocab = spacy.blank("xx").vocab
    return [labelled_doc(vocab, words, tags) for words, tags in SENTENCES]


@pytest.fixture
def bitexts() -> list[Doc]:
    """The sentences with their translations."""
    vocab = spacy.blank("xx").vocab
    return [
        make_bitext(
            [labelled_doc(vocab, *source), labelled_doc(vocab, *target)], ["en", "bg"], vocab
        )
        for source, target in zip(SENTENCES, TRANSLATIONS, strict=True)
    ]


@pytest.fixture
def trained(tiny_config, sentences) -> Language:
    """A pipeline that has learned the sentences by heart."""
    return train_tiny(tiny_config(), sentences)


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory) -> Path:
    """A pipeline as `trained`, in a folder that all tests share."""
    vocab = spacy.blank("xx").vocab
    docs = [labelled_doc(vocab, words, tags) for words, tags in SENTENCES]
    folder = tmp_path_factory.mktemp("trained")
    train_tiny(build_tiny_config(), docs).to_disk(folder)
    return folder


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory) -> Path:
    """A random BERT of two layers, in the folder that a transformer component reads."""
    return make_bert(tmp_path_factory.mktemp("encoder"))


def make_bert(folder: Path, **changes) -> Path:
    """Write a random BERT and its tokenizer, which the sentences and others have trained."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    backend = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep")}
    trainer = trainers.WordPieceTrainer(
        vocab_size=250, special_tokens=list(special.values()), show_progress=False
    )
    texts = [" ".join(words) for words, _ in [*SENTENCES, *TRANSLATIONS]]
    backend.train_from_iterator(texts * 2, trainer)
    ends = [(name, backend.token_to_id(name)) for name in ("[SEP]", "[CLS]")]
    backend.post_processor = processors.BertProcessing(sep=ends[0], cls=ends[1])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, model_max_length=512, **special)
    torch.manual_seed(0)
    config = BertConfig(
        **{
            "vocab_size": len(tokenizer),
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 32,
            **changes,
        }
    )
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def train_tiny(config: dict, docs: list[Doc], steps: int = 60) -> Language:
    """Train a pipeline with one small component until it knows the Docs."""
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    nlp.add_pipe("concner", config=config)
    examples = [as_example(doc) for doc in docs]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(steps):
        nlp.update(examples, sgd=optimizer, losses={})
    return nlp


def write_corpus(docs: list[Doc], path: Path) -> Path:
    """Write Docs to a .spacy file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    DocBin(docs=docs, store_user_data=True).to_disk(path)
    return path


def training_config(nlp: Language, train: Path, dev: Path, **training) -> Config:
    """Give the config that trains a pipeline on two corpora, for a few steps."""
    config = Config(nlp.config)
    config["corpora"] = {
        name: {"@readers": "spacy-concner.Corpus.v1", "path": str(path)}
        for name, path in (("train", train), ("dev", dev))
    }
    config["training"] |= {
        "max_steps": 4,
        "eval_frequency": 2,
        "logger": {"@loggers": "spacy-concner.ConsoleLogger.v1"},
        "score_weights": {"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
        **training,
    }
    return config
