"""Tokenizers of newer makes, trained on real text, and small random encoders of newer kinds."""

import json
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKES = ("byte fallback", "byte level")
# Llama's and EuroBERT's pattern, shortened: words with the space before them, short numbers.
PATTERN = r"\p{L}+|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+"


@cache
def real_texts() -> tuple[str, ...]:
    """Give the raw sentences of the sample: Bulgarian, German, Hungarian."""
    files = [ROOT / f"assets/sample/raw.{code}.txt" for code in ("bg", "de", "hu")]
    return tuple(line for file in files for line in file.read_text("utf8").splitlines() if line)


def make_tokenizer(make: str, size: int = 1500, texts=None):
    """Train a tokenizer as Gemma's and mmBERT's are made, or as ModernBERT's and EuroBERT's."""
    from transformers import PreTrainedTokenizerFast

    texts = list(texts or real_texts())
    backend = _byte_fallback(size, texts) if make == "byte fallback" else _byte_level(size, texts)
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>" if make == "byte fallback" else None,
        pad_token="<pad>",
        mask_token="<mask>",
        model_max_length=512,
        # As those of these kinds of models: no token types.
        model_input_names=["input_ids", "attention_mask"],
    )


def _byte_fallback(size: int, texts: list[str]):
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    special = ["<pad>", "</s>", "<s>", "<unk>", "<mask>"]
    pieces = [f"<0x{number:02X}>" for number in range(256)]
    backend = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    backend.normalizer = normalizers.Replace(" ", "▁")
    backend.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=special + pieces, show_progress=False
    )
    backend.train_from_iterator(texts, trainer)
    content = json.loads(backend.to_str())
    content["model"]["byte_fallback"] = True
    # The trainer takes bytes for words of their own; here they are pieces like others.
    content["added_tokens"] = [t for t in content["added_tokens"] if t["content"] in special]
    return _framed(Tokenizer.from_str(json.dumps(content)))


def _byte_level(size: int, texts: list[str]):
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        trainers,
    )

    backend = Tokenizer(models.BPE(ignore_merges=True))
    backend.normalizer = normalizers.NFC()
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)
    # After the model's own pieces: white space in runs, then what is special.
    backend.add_tokens([AddedToken(" " * n, normalized=True) for n in (4, 3, 2)])
    backend.add_special_tokens(["<s>", "</s>", "<pad>", AddedToken("<mask>", lstrip=True)])
    return _framed(backend)


def _framed(backend):
    from tokenizers import processors

    ends = [(token, backend.token_to_id(token)) for token in ("<s>", "</s>")]
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=ends
    )
    return backend


SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
}
KINDS = {
    # The second layer sees its neighbours alone.
    "ModernBert": {"local_attention": 16, "global_attn_every_n_layers": 2},
    "DebertaV2": {
        "relative_attention": True,
        "pos_att_type": ["p2c", "c2p"],
        "position_buckets": 16,
        "position_biased_input": False,
        "share_att_key": True,
        "norm_rel_ebd": "layer_norm",
        "type_vocab_size": 0,
    },
}


def make_model(kind: str, tokenizer, **changes):
    """Make a random model of a kind that CTranslate2 does not know."""
    import torch
    import transformers

    torch.manual_seed(1)
    ids = {
        f"{name}_token_id": getattr(tokenizer, f"{name}_token_id")
        for name in ("pad", "bos", "eos", "cls", "sep")
    }
    settings = {**SIZES, **KINDS[kind], **changes}
    config = getattr(transformers, f"{kind}Config")(
        vocab_size=len(tokenizer), max_position_embeddings=256, **ids, **settings
    )
    model = getattr(transformers, f"{kind}Model")(config).eval()
    with torch.no_grad():
        for value in model.parameters():
            value.add_(torch.randn_like(value), alpha=0.1)
    return model


def make_folder(kind: str, make: str, folder: Path, **changes) -> Path:
    """Write a random encoder with its tokenizer."""
    tokenizer = make_tokenizer(make)
    make_model(kind, tokenizer, **changes).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
