"""Small pipelines and encoders that the tests train."""

from pathlib import Path

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Config

from tests.sentences import SENTENCES, TRANSLATIONS, as_example

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


def build_tiny_config(**changes) -> dict:
    """Give the settings of a small `concner` component, with changes."""
    model = {
        "@architectures": "spacy-concner.TokenTagger.v1",
        "pooling": changes.pop("pooling", "mean"),
        "projection_width": changes.pop("projection_width", 0),
        "tok2vec": changes.pop("tok2vec", TINY_TOK2VEC),
    }
    return {"model": model, **changes}


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


def read_weights(folder: Path) -> dict[str, np.ndarray]:
    """Read the weights of a pipeline by component, layer and name."""
    nlp = spacy.load(folder)
    found = {}
    for name, pipe in nlp.pipeline:
        for i, node in enumerate(pipe.model.walk()):
            for key in node.param_names:
                found[f"{name} {i} {key}"] = node.get_param(key)
            for shim in node.shims:
                for key, value in shim._model.state_dict().items():
                    found[f"{name} {i} {key}"] = value.numpy()
    return found


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
