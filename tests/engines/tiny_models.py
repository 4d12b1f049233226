"""Tiny translation models of real classes, trained to know a few sentences by heart."""

import json

import sentencepiece
import torch
from transformers import (
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    MarianConfig,
    MarianMTModel,
    MarianTokenizer,
    NllbTokenizer,
    T5Config,
    T5ForConditionalGeneration,
    T5Tokenizer,
)

ENGLISH = ["PER0 lives in LOC1.", "It rains.", "Anna", "Paris"]
GERMAN = ["PER0 wohnt in LOC1.", "Es regnet.", "Anne", "Paris"]
BULGARIAN = ["PER0 живее в LOC1.", "Вали.", "Анна", "Париж"]
LAYERS = {
    "d_model": 32,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "max_position_embeddings": 64,
    "dropout": 0.0,
    "attention_dropout": 0.0,
    "activation_dropout": 0.0,
}


def train_pieces(folder, name, symbols=(), **settings):
    """Train a sentencepiece model on the sentences; characters where there is no more."""
    text = folder / "text.txt"
    text.write_text("\n".join([*ENGLISH, *GERMAN, *BULGARIAN]), encoding="utf8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(folder / name),
        vocab_size=90,
        hard_vocab_limit=False,
        character_coverage=1.0,
        user_defined_symbols=list(symbols),
        minloglevel=2,
        **settings,
    )
    return folder / f"{name}.model"


def write_vocabulary(folder, path, extra):
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(path))
    names = [pieces.id_to_piece(i) for i in range(pieces.get_piece_size())]
    words = list(dict.fromkeys([*extra, *names]))
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    return len(words)


def learn(model, batches, steps):
    """Train a model by heart on batches of encoded pairs."""
    torch.manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model.train()
    for step in range(steps):
        batch = batches[step % len(batches)]
        model(**batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return model.eval()


def encode(tokenizer, sources, targets):
    batch = tokenizer(sources, text_target=targets, padding=True, return_tensors="pt")
    batch["labels"][batch["labels"] == tokenizer.pad_token_id] = -100
    return batch


def make_marian(folder, codes=(), steps=150, **languages):
    """Write a Marian model: of one pair, or of many with codes such as ">>bul<<"."""
    path = train_pieces(folder, "both")
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(path.read_bytes())
    n_words = write_vocabulary(folder, path, ["</s>", "<unk>", *codes, "<pad>"])
    tokenizer = MarianTokenizer(
        source_spm=str(folder / "source.spm"),
        target_spm=str(folder / "target.spm"),
        vocab=str(folder / "vocab.json"),
        **languages,
    )
    torch.manual_seed(0)
    config = MarianConfig(
        vocab_size=n_words,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        forced_eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        **LAYERS,
    )
    model = learn(MarianMTModel(config), [encode(tokenizer, ENGLISH, GERMAN)], steps)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_m2m100(folder, kind, source, targets, steps=300):
    """Write an M2M100 model, with the languages of M2M100 or those of NLLB."""
    path = train_pieces(folder, "sentencepiece.bpe", pad_id=-1)
    if kind == "nllb":
        tokenizer = NllbTokenizer(str(path), src_lang=source)
    else:
        write_vocabulary(folder, path, ["<s>", "<pad>", "</s>", "<unk>"])
        tokenizer = M2M100Tokenizer(str(folder / "vocab.json"), str(path), src_lang=source)
    last_piece = tokenizer.convert_tokens_to_ids("__zu__" if kind == "m2m100" else "zul_Latn")
    torch.manual_seed(0)
    config = M2M100Config(
        # Behind the languages stand a few numbers that mean nothing, and the mask of NLLB.
        vocab_size=last_piece + 10,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=tokenizer.eos_token_id,
        **LAYERS,
    )
    batches = []
    for target, texts in targets.items():
        tokenizer.tgt_lang = target
        batches.append(encode(tokenizer, ENGLISH, texts))
    model = learn(M2M100ForConditionalGeneration(config), batches, steps)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_t5(folder, codes=(), steps=0):
    """Write a T5 model; with codes such as "<2bg>" it is told its languages like MADLAD-400."""
    path = train_pieces(folder, "spiece", symbols=codes, pad_id=3)
    tokenizer = T5Tokenizer(str(path), extra_ids=0, legacy=False)
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=1,
        num_heads=2,
        dropout_rate=0.0,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=tokenizer.pad_token_id,
    )
    model = T5ForConditionalGeneration(config)
    if steps:
        batches = [
            encode(tokenizer, [code + " " + text for text in ENGLISH], targets)
            for code, targets in zip(codes, (GERMAN, BULGARIAN), strict=True)
        ]
        model = learn(model, batches, steps)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
