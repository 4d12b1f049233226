"""Tiny encoders of every tokenizer kind, and corpora, made on the spot."""

from pathlib import Path

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
SENTENCES = [
    "Maria Curie was born in Warsaw .",
    "Marie Curie kam in Warschau zur Welt .",
    "Мария Кюри е родена във Варшава .",
    "The company moved from Berlin to Budapest in 1998 .",
    "A cég 1998-ban Berlinből Budapestre költözött .",
    "Фирмата се премести от Берлин в Будапеща .",
]
KINDS = ("Unigram", "WordPiece", "BPE", "byte-level BPE")


def make_tokenizer(kind: str):
    """Train a small tokenizer; its special tokens and post-processor suit its kind."""
    from tokenizers import (
        AddedToken,
        Tokenizer,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )
    from transformers import PreTrainedTokenizerFast

    texts = SENTENCES * 3
    if kind == "Unigram":
        backend = Tokenizer(models.Unigram())
        backend.normalizer = normalizers.NFKC()
        backend.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=140, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False
        )
    elif kind == "WordPiece":
        backend = Tokenizer(models.WordPiece(unk_token="<unk>"))
        backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(
            vocab_size=220, special_tokens=SPECIAL, show_progress=False
        )
    elif kind == "BPE":
        backend = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
        backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.BpeTrainer(
            vocab_size=240,
            special_tokens=SPECIAL,
            end_of_word_suffix="</w>",
            show_progress=False,
        )
    else:
        backend = Tokenizer(models.BPE())
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        trainer = trainers.BpeTrainer(
            vocab_size=400,
            special_tokens=SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
    backend.train_from_iterator(texts, trainer)
    # Not in the model's vocabulary, as in XLM-R and RoBERTa after their conversion.
    backend.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    # A high id in the post-processor, so that one that is not rewritten shows.
    ends = [("<s>", backend.token_to_id("<s>")), ("<mask>", backend.token_to_id("<mask>"))]
    if kind == "Unigram":
        backend.post_processor = processors.TemplateProcessing(
            single="<s> $A <mask>", pair="<s> $A <mask> $B <mask>", special_tokens=ends
        )
    elif kind == "WordPiece":
        backend.post_processor = processors.BertProcessing(sep=ends[1], cls=ends[0])
    elif kind == "BPE":
        backend.post_processor = processors.Sequence(
            [processors.BertProcessing(sep=ends[1], cls=ends[0])]
        )
    else:
        backend.post_processor = processors.RobertaProcessing(sep=ends[1], cls=ends[0])
    backend.enable_truncation(6)
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        model_max_length=128,
    )


def make_encoder_folder(kind: str, folder: Path) -> Path:
    """Write a tiny random encoder: RoBERTa for byte-level BPE, otherwise BERT."""
    import torch
    from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel

    torch.manual_seed(1)
    tokenizer = make_tokenizer(kind)
    roberta = kind == "byte-level BPE"
    config_class, model_class = (
        (RobertaConfig, RobertaModel) if roberta else (BertConfig, BertModel)
    )
    config = config_class(
        vocab_size=len(tokenizer) + 3,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=130,
        pad_token_id=tokenizer.pad_token_id,
    )
    model_class(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_compact(folder: Path, precision="float32", **settings):
    """Make the compact form of an encoder folder."""
    from spacy_concner.encoding.compact.architecture import build_compact_encoder, set_weights
    from spacy_concner.encoding.compact.conversion import make_compact_weights
    from spacy_concner.encoding.loading import load_encoder

    weights = make_compact_weights(load_encoder(folder), precision=precision)
    return set_weights(build_compact_encoder(**settings), weights)


def write_corpus(path: Path, sentences) -> Path:
    """Write sentences, split at spaces, to a .spacy file."""
    vocab = Vocab()
    docs = [Doc(vocab, words=sentence.split()) for sentence in sentences]
    DocBin(docs=docs).to_disk(path)
    return path
