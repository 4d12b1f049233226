"""Processes that the speed bench asks for one run at a time, so that none disturbs another.

Each loads what it measures, says so with a line of JSON, and answers each line on its standard
input with a line of JSON. `python bench/speed_workers.py KIND SPEC`, SPEC as JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

Run = Callable[[dict[str, Any]], dict[str, Any]]
HF_BATCH_SIZES = (1, 8, 32, 64)


def main() -> None:
    """Serve until the standard input ends."""
    kind, spec = sys.argv[1], json.loads(sys.argv[2])
    texts = json.loads(Path(spec["texts"]).read_text("utf8"))
    run = KINDS[kind](spec, texts)
    answer({"ready": kind})
    for line in sys.stdin:
        answer(run(json.loads(line)))


def answer(message: dict[str, Any]) -> None:
    """Print a line of JSON at once."""
    print(json.dumps(message), flush=True)


def timed(pipe: Callable[[list[str]], Any], texts: dict[str, list[str]]) -> Run:
    """Make a run that measures a function on one of the corpora."""

    def run(order: dict[str, Any]) -> dict[str, Any]:
        chosen = texts[order["texts"]]
        begin = time.perf_counter()
        pipe(chosen)
        return {"seconds": time.perf_counter() - begin, "rss": rss(peak=True)}

    pipe(texts["short"][:8])
    return run


def rss(*, peak: bool = False) -> float:
    """Give the resident memory of this process in MB, as Linux tells it."""
    # Not getrusage, whose peak begins with that of the process that started this one.
    key = "VmHWM:" if peak else "VmRSS:"
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) * 1024 / 1e6


def shipped(spec: dict[str, Any], texts: dict[str, list[str]]) -> Run:
    """Run a shipped pipeline; told apart are the seconds of its engine and of its entities."""
    import spacy

    from spacy_concner.encoding.compact.engine import Engine
    from spacy_concner.tagging.component import ConCNER

    nlp = spacy.load(spec["pipeline"])
    spans: list[tuple[float, float]] = []
    annotating: list[tuple[float, float]] = []

    def measured(function: Any, times: list[tuple[float, float]]) -> Any:
        def run(*arguments: Any) -> Any:
            begin = time.perf_counter()
            result = function(*arguments)
            times.append((begin, time.perf_counter()))
            return result

        return run

    Engine.encode = measured(Engine.encode, spans)  # type: ignore[method-assign]
    annotate = measured(ConCNER.set_annotations, annotating)
    ConCNER.set_annotations = annotate  # type: ignore[method-assign]
    plain = timed(lambda chosen: [len(doc.ents) for doc in nlp.pipe(chosen)], texts)

    def run(order: dict[str, Any]) -> dict[str, Any]:
        if "flat_words" in order:
            return {"rss": memory_over(nlp, texts["short"], order["flat_words"])}
        spans.clear()
        annotating.clear()
        found = plain(order)
        return {
            **found,
            "engine_seconds": covered(spans),
            "annotation_seconds": covered(annotating),
        }

    return run


def covered(spans: list[tuple[float, float]]) -> float:
    """Give the seconds in which at least one thread was at work."""
    seconds = 0.0
    reached = 0.0
    for begin, end in sorted(spans):
        seconds += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return seconds


def memory_over(nlp: Any, texts: list[str], n_words: int) -> list[float]:
    """Give the resident memory after each twentieth of so many words."""
    found = []
    done = 0
    step = n_words / 20
    for doc in nlp.pipe(cycle(texts)):
        done += len(doc)
        if done >= step * (len(found) + 1):
            found.append(rss())
        if done >= n_words:
            return found
    return found


def spacy_transformers(spec: dict[str, Any], texts: dict[str, list[str]]) -> Run:
    """Run the student as it was trained."""
    import spacy
    import torch

    torch.set_num_threads(spec["threads"])
    nlp = spacy.load(spec["student"])
    return timed(lambda chosen: [len(doc.ents) for doc in nlp.pipe(chosen)], texts)


def stock_ner(spec: dict[str, Any], texts: dict[str, list[str]]) -> Run:
    """Run spaCy's own `ner` on the student's transformer; its speed needs no training."""
    import spacy
    import torch
    from spacy.training import Example

    torch.set_num_threads(spec["threads"])
    nlp = spacy.load(spec["student"])
    listener = {
        "@architectures": "spacy-transformers.TransformerListener.v1",
        "grad_factor": 1.0,
        "pooling": {"@layers": "reduce_mean.v1"},
        "upstream": "*",
    }
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": False,
        "tok2vec": listener,
    }
    ner: Any = nlp.add_pipe("ner", config={"model": model})
    for label in ("LOC", "ORG", "PER"):
        ner.add_label(label)
    with nlp.select_pipes(enable=["transformer"]):
        docs = list(nlp.pipe(texts["short"][:4]))
    ner.initialize(lambda: [Example(doc, doc) for doc in docs], nlp=nlp)
    nlp.remove_pipe("concner")
    return timed(lambda chosen: [len(doc.ents) for doc in nlp.pipe(chosen)], texts)


def stock_sm(spec: dict[str, Any], texts: dict[str, list[str]]) -> Run:
    """Run spaCy's own `ner` in the shape of its small packages; its speed needs no training."""
    import spacy
    from spacy.training import Example

    nlp = spacy.blank("xx")
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": 96,
        "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
        "rows": [5000, 1000, 2500, 2500],
        "include_static_vectors": False,
    }
    encode = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": 96,
        "depth": 4,
        "window_size": 1,
        "maxout_pieces": 3,
    }
    model = {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}
    nlp.add_pipe("tok2vec", config={"model": model})
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
    parser = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": listener,
    }
    ner: Any = nlp.add_pipe("ner", config={"model": parser})
    for label in ("LOC", "ORG", "PER"):
        ner.add_label(label)
    docs = [nlp.make_doc(text) for text in texts["short"][:8]]
    nlp.initialize(lambda: [Example(doc, doc) for doc in docs])
    return timed(lambda chosen: [len(doc.ents) for doc in nlp.pipe(chosen)], texts)


def hf_pipeline(spec: dict[str, Any], texts: dict[str, list[str]]) -> Run:
    """Run the Hugging Face pipeline on the student's weights, at its best batch size."""
    import spacy
    import torch
    from transformers import AutoModelForTokenClassification, pipeline

    torch.set_num_threads(spec["threads"])
    nlp = spacy.load(spec["student"])
    transformer: Any = nlp.get_pipe("transformer")
    tagger: Any = nlp.get_pipe("concner")
    encoder, tokenizer = transformer.model.transformer, transformer.model.tokenizer
    encoder.config.num_labels = len(tagger.labels)
    encoder.config.id2label = dict(enumerate(tagger.labels))
    model = AutoModelForTokenClassification.from_config(encoder.config)
    getattr(model, model.base_model_prefix).load_state_dict(encoder.state_dict(), strict=False)
    head = tagger.model.get_ref("output_layer")
    with torch.no_grad():
        model.classifier.weight.copy_(torch.from_numpy(head.get_param("W")))
        model.classifier.bias.copy_(torch.from_numpy(head.get_param("b")))
    tokenizer.model_max_length = 512
    pipe = pipeline(
        "token-classification",
        model=model.eval(),
        tokenizer=tokenizer,
        aggregation_strategy="simple",
        device=-1,
    )

    def seconds(size: int) -> float:
        begin = time.perf_counter()
        pipe(list(islice(texts["short"], 128)), batch_size=size)
        return time.perf_counter() - begin

    best = min(HF_BATCH_SIZES, key=seconds)
    run = timed(lambda chosen: pipe(chosen, batch_size=best), texts)
    return lambda order: {**run(order), "batch_size": best}


def span_marker(spec: dict[str, Any], texts: dict[str, list[str]]) -> Run:
    """Run SpanMarker on the student's encoder; its speed needs no training.

    Every tenth text only, for it is slow: each candidate span is a pair of markers in a sequence.
    """
    import spacy
    import torch
    from span_marker import SpanMarkerModel

    torch.set_num_threads(spec["threads"])
    transformer: Any = spacy.load(spec["student"]).get_pipe("transformer")
    folder = Path(spec["work"]) / "span_marker_encoder"
    transformer.model.transformer.save_pretrained(folder)
    transformer.model.tokenizer.save_pretrained(folder)
    labels = ["O", "LOC", "ORG", "PER"]
    lengths = {"model_max_length": 128, "marker_max_length": 64, "entity_max_length": 8}
    model = SpanMarkerModel.from_pretrained(str(folder), labels=labels, **lengths).eval()
    run = timed(lambda chosen: model.predict(chosen[::10], batch_size=4), texts)
    return lambda order: {**run(order), "share": 0.1}


KINDS: dict[str, Callable[[dict[str, Any], dict[str, list[str]]], Run]] = {
    "shipped": shipped,
    "spacy_transformers": spacy_transformers,
    "stock_ner": stock_ner,
    "stock_sm": stock_sm,
    "hf_pipeline": hf_pipeline,
    "span_marker": span_marker,
}

if __name__ == "__main__":
    main()
