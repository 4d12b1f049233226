"""Encoders of several kinds in ONNX Runtime: F1 lost in 8 bits, vectors beside torch's, speed.

    python bench/any_encoder.py --corpus DIR

DIR holds train.tsv, dev.tsv and test.tsv of one language. Each kind is a small encoder of random
weights whose tokenizer the training text trains; it learns the labelled text with
`configs/direct.cfg` until it knows something, and is shipped in float32 and in 8 bits. For the
speed a larger encoder of random weights reads the test text in turns with the Hugging Face
pipeline on the same weights. Rows that are there are not measured again.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import spacy
import typer
from rows import Rows, made_with
from spacy.cli.train import train as spacy_train
from spacy.tokens import DocBin
from tables import markdown, write_between
from wasabi import msg

from spacy_concner.corpora.convert import convert

ROOT = Path(__file__).resolve().parent.parent
BYTE_LEVEL, BYTE_FALLBACK, UNIGRAM, WORD_PIECE = (
    "byte level",
    "byte fallback",
    "unigram",
    "word piece",
)
TOKENIZERS = {
    "modernbert": BYTE_LEVEL,
    "deberta": BYTE_FALLBACK,
    "xlm_roberta": UNIGRAM,
    "bert": WORD_PIECE,
}
KINDS = {
    "modernbert": ("ModernBert", {"local_attention": 32, "global_attn_every_n_layers": 2}),
    "deberta": (
        "DebertaV2",
        {
            "relative_attention": True,
            "pos_att_type": ["p2c", "c2p"],
            "position_buckets": 32,
            "position_biased_input": False,
            "share_att_key": True,
            "norm_rel_ebd": "layer_norm",
            "type_vocab_size": 0,
        },
    ),
    "xlm_roberta": ("XLMRoberta", {"type_vocab_size": 1}),
    "bert": ("Bert", {}),
}
SMALL = {
    "hidden_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 192,
}
# mmBERT-small's width with twelve layers.
LARGE = {
    "hidden_size": 384,
    "num_hidden_layers": 12,
    "num_attention_heads": 6,
    "intermediate_size": 1152,
    "local_attention": 128,
    "global_attn_every_n_layers": 3,
}
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
PIECES = 6000
STEPS = 250
# Sequences on which vectors are compared: from few pieces to long windows.
PROBE_SIZES = (3, 10, 31, 64, 126, 254, 510)
HF_BATCH_SIZES = (1, 4, 16)
BARS = {
    "onnx_f1_loss_max": ("entity F1 lost in 8 bits, worst kind", "≤ 0.3"),
    "onnx_vector_difference_max": ("difference from torch's vectors in float32, worst", "≤ 1e-4"),
    "onnx_vs_hf_pipeline": ("words/s ÷ Hugging Face pipeline, ModernBERT of 12 × 384", "≥ 2.5"),
}


@dataclass
class Bench:
    """Where the bench reads and writes."""

    corpus: Path
    work: Path
    results: Path
    steps: int
    sentences: int

    @cached_property
    def rows(self) -> Rows:
        """The rows so far."""
        settings = {"steps": self.steps, "sentences": self.sentences}
        return Rows(self.results, onnxruntime=version("onnxruntime"), **settings)

    def has(self, name: str) -> bool:
        """Tell whether a row is there."""
        return self.rows.find(name=name) is not None

    def add(self, name: str, value: float, unit: str) -> None:
        """Keep a row, in the place of one of that name."""
        self.rows.put({"name": name, "value": value, "unit": unit}, "name")
        print(f"{name:40s} {value:12.6f} {unit}", flush=True)

    def part(self, name: str) -> Path:
        """Give a part of the corpus as a .spacy file."""
        path = self.work / f"{name}.spacy"
        if not path.exists():
            limit = {"train": None, "dev": 500, "test": self.sentences}[name]
            convert(self.corpus / f"{name}.tsv", path, limit=limit)
        return path

    @cached_property
    def texts(self) -> list[str]:
        """Texts of the training."""
        return [doc.text for doc in read(self.part("train"))]


def read(path: Path) -> Iterator[Any]:
    """Give the Docs of a file."""
    yield from DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab)


def make_tokenizer(make: str, texts: list[str]) -> Any:
    """Train a tokenizer of one of four makes."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    settings = {"vocab_size": PIECES, "special_tokens": list(SPECIAL), "show_progress": False}
    if make == BYTE_LEVEL:
        backend = Tokenizer(models.BPE())
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        settings["initial_alphabet"] = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(**settings)
    elif make == BYTE_FALLBACK:
        backend = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
        backend.normalizer = normalizers.Replace(" ", "▁")
        backend.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
        settings["special_tokens"] += [f"<0x{number:02X}>" for number in range(256)]
        trainer = trainers.BpeTrainer(**settings)
    elif make == UNIGRAM:
        backend = Tokenizer(models.Unigram())
        backend.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(unk_token="<unk>", **settings)
    else:
        backend = Tokenizer(models.WordPiece(unk_token="<unk>"))
        backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(**settings)
    backend.train_from_iterator(texts, trainer)
    if make == BYTE_FALLBACK:
        content = json.loads(backend.to_str())
        content["model"]["byte_fallback"] = True
        content["added_tokens"] = content["added_tokens"][: len(SPECIAL)]
        backend = Tokenizer.from_str(json.dumps(content))
    ends = [(token, backend.token_to_id(token)) for token in ("<s>", "</s>")]
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=ends
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=512,
        model_input_names=["input_ids", "attention_mask"],
    )


def make_encoder(kind: str, folder: Path, texts: list[str], **sizes: Any) -> Path:
    """Write an encoder of random weights with its tokenizer."""
    import torch
    import transformers

    torch.manual_seed(1)
    name, settings = KINDS[kind]
    tokenizer = make_tokenizer(TOKENIZERS[kind], texts)
    ids = {
        f"{role}_token_id": getattr(tokenizer, f"{role}_token_id")
        for role in ("pad", "bos", "eos", "cls", "sep")
    }
    config = getattr(transformers, f"{name}Config")(
        vocab_size=len(tokenizer), max_position_embeddings=514, **{**ids, **settings, **sizes}
    )
    getattr(transformers, f"{name}Model")(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def train(bench: Bench, kind: str) -> Path:
    """Train a student on a kind of encoder, unless that was done before."""
    output = bench.work / kind
    student = output / "model-best"
    if (output / "done").exists():
        return student
    encoder = make_encoder(kind, bench.work / f"{kind}-encoder", bench.texts, **SMALL)
    settings = {
        "paths.train": str(bench.part("train")),
        "paths.dev": str(bench.part("dev")),
        "paths.encoder": str(encoder),
        "training.max_steps": bench.steps,
        "training.eval_frequency": max(1, bench.steps // 3),
        "training.batcher.size": 512,
        "training.optimizer.learn_rate.total_steps": bench.steps,
        "training.optimizer.learn_rate.warmup_steps": bench.steps // 10,
        "training.optimizer.learn_rate.initial_rate": 0.002,
        "training.logger.progress_bar": False,
        "initialize.after_init.freeze_embeddings": False,
        "initialize.after_init.frozen_layers": 0,
    }
    spacy_train(ROOT / "configs/direct.cfg", output, overrides=settings)
    (output / "done").touch()
    return student


def measure_kind(bench: Bench, kind: str) -> None:
    """Train a kind, ship it in both precisions, and compare what it finds and its vectors."""
    from spacy_concner.shipping.ship import ship

    student = train(bench, kind)
    found = {}
    for precision in ("float32", "int8"):
        output = bench.work / f"{kind}-{precision}"
        report = ship(
            student,
            output,
            ["en"],
            test=bench.part("test"),
            precision=precision,  # type: ignore[arg-type]
            engine="onnx",
            force=True,
        )
        assert report.f1_before is not None and report.f1_after is not None
        found[precision] = 100 * report.f1_after
        bench.add(f"onnx_mb_{kind}_{precision}", report.bytes_after / 1e6, "MB")
        if precision == "float32":
            bench.add(f"f1_torch_{kind}", 100 * report.f1_before, "F1")
            bench.add(f"f1_onnx_float32_{kind}", found["float32"], "F1")
            difference = vector_difference(student, output, bench.texts)
            bench.add(f"onnx_vector_difference_{kind}", difference, "")
        else:
            bench.add(f"f1_onnx_int8_{kind}", found["int8"], "F1")
            bench.add(f"onnx_sentences_changed_{kind}", report.changed / report.sentences, "share")
            bench.add(f"onnx_f1_loss_{kind}", 100 * report.f1_before - found["int8"], "F1")


def vector_difference(student: Path, shipped: Path, texts: list[str]) -> float:
    """Give the largest difference from torch's vectors on real text, alone and in a batch."""
    import torch

    from spacy_concner.encoding.compact.architecture import get_engine
    from spacy_concner.encoding.loading import load_encoder

    encoder = load_encoder(student)
    model = spacy.load(shipped).get_pipe("concner").model  # type: ignore[attr-defined]
    engine = get_engine(next(node for node in model.walk() if node.name == "compact_encoder"))
    weights = engine.weights
    pieces = engine.tokenizer.encode(" ".join(texts[:200]), add_special_tokens=False).ids
    rows = []
    for size in PROBE_SIZES:
        begin = 7 * size % (len(pieces) - size)
        rows.append([*weights.prefix, *pieces[begin : begin + size], *weights.suffix])
    filled = np.full((len(rows), max(map(len, rows))), weights.padding, dtype="i4")
    for number, row in enumerate(rows):
        filled[number, : len(row)] = row
    together = engine.encode(filled, np.array([len(row) for row in rows], dtype="i4"))
    largest = 0.0
    for row, in_batch in zip(rows, together, strict=True):
        alone = engine.encode(np.array([row], dtype="i4"), np.array([len(row)], dtype="i4"))[0]
        with torch.inference_mode():
            expected = encoder.model(torch.tensor([row])).last_hidden_state[0].numpy()
        for found in (alone, in_batch[: len(row)]):
            largest = max(largest, float(np.abs(found - expected).max()))
    return largest


def measure_speed(bench: Bench, runs: int, threads: int) -> None:
    """Let a shipped ModernBERT and the Hugging Face pipeline on its weights take turns."""
    import torch
    from transformers import AutoModelForTokenClassification, pipeline

    from spacy_concner.shipping.ship import ship

    torch.set_num_threads(threads)
    texts = [doc.text for doc in islice(read(bench.part("test")), 400)]
    student = bench.work / "large-student"
    if not student.exists():
        folder = make_encoder("modernbert", bench.work / "large-encoder", bench.texts, **LARGE)
        config = spacy.util.load_config(
            ROOT / "configs/direct.cfg", overrides={"paths.encoder": str(folder)}
        )
        nlp = spacy.util.load_model_from_config(config, auto_fill=True)
        examples = [
            spacy.training.Example(nlp.make_doc(doc.text), doc)
            for doc in islice(read(bench.part("dev")), 100)
        ]
        nlp.config["initialize"]["after_init"] = None
        nlp.initialize(lambda: examples)
        nlp.to_disk(student)
    shipped = bench.work / "large-shipped"
    if not shipped.exists():
        ship(student, shipped, ["en"])
    settings = {"components.concner.model.tok2vec.threads": threads}
    ours = spacy.load(shipped, config=settings)
    trained: Any = spacy.load(student)
    encoder = trained.get_pipe("transformer").model.transformer
    tokenizer = trained.get_pipe("transformer").model.tokenizer
    encoder.config.num_labels = len(trained.get_pipe("concner").labels)
    model = AutoModelForTokenClassification.from_config(encoder.config)
    getattr(model, model.base_model_prefix).load_state_dict(encoder.state_dict())
    theirs = pipeline(
        "token-classification",
        model=model.eval(),
        tokenizer=tokenizer,
        aggregation_strategy="simple",
        device=-1,
    )

    def seconds(work: Any) -> float:
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    # The size that is best for the peer.
    size = min(HF_BATCH_SIZES, key=lambda n: seconds(lambda: theirs(texts[:64], batch_size=n)))
    seconds(lambda: list(ours.pipe(texts[:64])))
    pairs = []
    for number in range(runs):
        pair = (
            seconds(lambda: list(ours.pipe(texts))),
            seconds(lambda: theirs(texts, batch_size=size)),
        )
        pairs.append(pair)
        msg.info(f"Run {number + 1} of {runs}: {pair[0]:.1f} s, {pair[1]:.1f} s")
    words = sum(len(ours.make_doc(text)) for text in texts)
    bench.add("words_per_second_onnx", words / median(own for own, _ in pairs), "words/s")
    bench.add("words_per_second_hf_pipeline", words / median(peer for _, peer in pairs), "words/s")
    bench.add("onnx_vs_hf_pipeline", median(peer / own for own, peer in pairs), "ratio")


def table(rows: Rows) -> list[str]:
    """Show the figures, those that must reach a bar first.

    rows (Rows): The figures.
    RETURNS (list[str]): Lines of Markdown.
    """
    found = {row["name"]: row["value"] for row in rows.read()}
    bars = [
        [f"{words} (`{name}`)", bar, _show(found[name])]
        for name, (words, bar) in BARS.items()
        if name in found
    ]
    kinds = [
        [
            KINDS[kind][0],
            TOKENIZERS[kind],
            *(f"{found[f'f1_{form}_{kind}']:.2f}" for form in ("torch", "onnx_float32")),
            f"{found[f'f1_onnx_int8_{kind}']:.2f}",
            f"{found[f'onnx_f1_loss_{kind}']:+.2f}",
            _show(found[f"onnx_vector_difference_{kind}"]),
        ]
        for kind in KINDS
        if f"onnx_f1_loss_{kind}" in found
    ]
    header = ["kind", "tokenizer", "F1 torch", "float32", "8 bits", "lost", "vectors differ by"]
    provenance = rows.provenance
    made = f"{made_with(provenance)}; onnxruntime {provenance['onnxruntime']}."
    told = "Small encoders of random weights, trained on labelled English text, then shipped:"
    lines = [told, "", *markdown(["measure", "bar", "found"], bars)]
    return [*lines, "", *markdown(header, kinds), "", made]


def _show(value: float) -> str:
    return f"{value:.1e}" if 0 < abs(value) < 0.001 else f"{value:.2f}"


def main(
    corpus: Path = typer.Option(..., help="Folder with train.tsv, dev.tsv, test.tsv"),
    work: Path = typer.Option(Path("bench/work/any_encoder"), help="Folder for what is made"),
    results: Path = typer.Option(ROOT / "bench/results/any_encoder.jsonl", help="Rows"),
    page: Path = typer.Option(ROOT / "docs/engines.md", help="Page for the table"),
    kinds: str = typer.Option(",".join(KINDS), help="Kinds of encoders"),
    steps: int = typer.Option(STEPS, min=10, help="Training steps of each"),
    sentences: int = typer.Option(2000, min=1, help="Test sentences"),
    runs: int = typer.Option(5, min=0, help="Runs of the speed; 0 leaves it out"),
    threads: int = typer.Option(1, min=1, help="Threads of both in the speed"),
) -> None:
    """Run the bench and write its table."""
    bench = Bench(corpus, work, results, steps, sentences)
    work.mkdir(parents=True, exist_ok=True)
    for kind in kinds.split(","):
        if not bench.has(f"onnx_f1_loss_{kind}"):
            msg.divider(kind)
            measure_kind(bench, kind)
    found = {row["name"]: row["value"] for row in bench.rows.read()}
    for name, unit in (("onnx_f1_loss", "F1"), ("onnx_vector_difference", "")):
        values = [found[f"{name}_{kind}"] for kind in KINDS if f"{name}_{kind}" in found]
        if values:
            bench.add(f"{name}_max", max(values), unit)
    if runs and not bench.has("onnx_vs_hf_pipeline"):
        msg.divider("speed")
        measure_speed(bench, runs, threads)
    if bench.results.exists():
        write_between(page, "any_encoder", "any encoder", table(bench.rows))
        msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
