"""Which engine ships: the student's encoder in CTranslate2 and ONNX Runtime, beside torch.

    pip install "spacy-concner[ship]"
    python bench/engines.py training/bg/model-last corpus/test-bg.spacy --threads 2

All get the same batches of sentences of like length. A token's label is what the student's own
head makes of its first word piece's vector; how many change is counted against torch.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import spacy
import typer
from spacy.tokens import DocBin
from wasabi import msg

from spacy_concner.encoding.compact.ctranslate2_conversion import convert_model
from spacy_concner.encoding.compact.onnx_conversion import PACKAGES, export_model
from spacy_concner.encoding.compact.onnx_quantization import quantize
from spacy_concner.encoding.compact.onnx_session import LENGTHS, PIECES

MOST_PIECES = 2048
Batch = tuple[np.ndarray, np.ndarray]
Encode = Callable[[np.ndarray, np.ndarray], np.ndarray]


def make_batches(tokenizer: Any, texts: list[str]) -> list[Batch]:
    """Put sentences of like length together: pieces and their mask, int64."""
    rows = sorted(
        (tokenizer(t, truncation=True, max_length=256)["input_ids"] for t in texts), key=len
    )
    batches = []
    while rows:
        size = max(1, MOST_PIECES // len(rows[-1]))
        chosen, rows = rows[-size:], rows[:-size]
        shape = (len(chosen), len(chosen[-1]))
        pieces = np.full(shape, tokenizer.pad_token_id or 0, dtype="i8")
        mask = np.zeros(shape, dtype="i8")
        for number, row in enumerate(chosen):
            pieces[number, : len(row)] = row
            mask[number, : len(row)] = 1
        batches.append((pieces, mask))
    return batches


def engines(transformer: Any, threads: int, folder: Path) -> Iterator[tuple[str, float, Encode]]:
    """Give each engine: its name, the MB of its weights and what encodes a batch."""
    import torch

    def with_torch(pieces: np.ndarray, mask: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            tensors = torch.from_numpy(pieces), torch.from_numpy(mask)
            return transformer(tensors[0], attention_mask=tensors[1]).last_hidden_state.numpy()

    size = sum(p.numel() * p.element_size() for p in transformer.parameters()) / 1e6
    yield "torch float32", size, with_torch
    yield from _ctranslate2(transformer, threads)
    if all(map(find_spec, PACKAGES)):
        yield from _onnx(transformer, threads, folder)
    else:
        msg.warn('Without ONNX Runtime: pip install "spacy-concner[ship]"')


def _ctranslate2(transformer: Any, threads: int) -> Iterator[tuple[str, float, Encode]]:
    import ctranslate2

    def as_storage(array: np.ndarray) -> Any:
        return ctranslate2.StorageView.from_array(array.astype("i4"))

    for precision in ("float32", "int8"):
        files = convert_model(transformer, precision)  # type: ignore[arg-type]
        encoder = ctranslate2.Encoder(
            precision, files=files, compute_type=precision, intra_threads=threads
        )

        def encode(pieces: np.ndarray, mask: np.ndarray, encoder: Any = encoder) -> np.ndarray:
            output = encoder.forward_batch(as_storage(pieces), as_storage(mask.sum(axis=1)))
            return np.array(output.last_hidden_state)

        yield f"CTranslate2 {precision}", sum(map(len, files.values())) / 1e6, encode


def _onnx(transformer: Any, threads: int, folder: Path) -> Iterator[tuple[str, float, Encode]]:
    import onnx
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    proto = export_model(transformer)
    full = folder / "full.onnx"
    onnx.save(proto, full)
    files = {"ONNX Runtime float32": full}
    for name, per_channel in (("a tensor", False), ("a channel", True)):
        path = folder / f"{per_channel}.onnx"
        quantize_dynamic(full, path, weight_type=QuantType.QInt8, per_channel=per_channel)
        files[f"ONNX Runtime int8, a scale for {name}"] = path
    files["ONNX Runtime int8, as shipped"] = folder / "shipped.onnx"
    onnx.save(quantize(proto), folder / "shipped.onnx")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    for name, path in files.items():
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

        def encode(pieces: np.ndarray, mask: np.ndarray, session: Any = session) -> np.ndarray:
            lengths = mask.sum(axis=1).astype("i4")
            return session.run(None, {PIECES: pieces.astype("i4"), LENGTHS: lengths})[0]

        yield name, path.stat().st_size / 1e6, encode


def main(
    student: Path = typer.Argument(..., help="Trained pipeline with a transformer and concner"),
    test: Path = typer.Argument(..., help=".spacy file"),
    sentences: int = typer.Option(500, help="Sentences to encode"),
    runs: int = typer.Option(5, help="Runs of each engine"),
    threads: int = typer.Option(2, help="Threads of each engine"),
) -> None:
    """Print a table of words a second, sizes and labels that change."""
    import torch

    torch.set_num_threads(threads)
    nlp = spacy.load(student)
    model: Any = nlp.get_pipe("transformer")
    head: Any = nlp.get_pipe("concner")
    layer = head.model.get_ref("output_layer")
    docs = list(DocBin().from_disk(test).get_docs(nlp.vocab))[:sentences]
    n_words = sum(len(doc) for doc in docs)
    transformer = model.model.transformer.eval()
    batches = make_batches(model.model.tokenizer, [doc.text for doc in docs])
    rows = []
    labels = None
    with tempfile.TemporaryDirectory() as folder:
        for name, size, encode in engines(transformer, threads, Path(folder)):
            seconds = []
            for _ in range(runs + 1):
                begin = time.perf_counter()
                vectors = [encode(*batch)[batch[1] == 1] for batch in batches]
                seconds.append(time.perf_counter() - begin)
            found = np.concatenate(vectors) @ layer.get_param("W").T + layer.get_param("b")
            best = found.argmax(axis=1)
            labels = best if labels is None else labels
            changed = 100 * float((best != labels).mean())
            speed = n_words / median(seconds[1:])
            rows.append((name, f"{speed:,.0f}", f"{size:.0f}", f"{changed:.2f}"))
    header = ("engine", "words/s", "MB", "% of pieces whose label changes")
    msg.table(rows, header=header, divider=True, aligns=("l", "r", "r", "r"))


if __name__ == "__main__":
    typer.run(main)
