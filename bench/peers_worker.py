"""A process of the bench of peers: loads one, finds entities in texts, and tells how long it took.

It says with a line of JSON that it is ready, which it is when it has read the first text, and
answers each line on its standard input with a line of JSON. `python bench/peers_worker.py SPEC`,
SPEC as JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Offsets in characters, type, and probability or None.
Found = tuple[int, int, str, float | None]
Find = Callable[[list[str]], list[list[Found]]]
# What GLiNER is asked for, which has learned from words and not from names of types.
ASKED = {"person": "PER", "location": "LOC", "organization": "ORG"}
BATCH_SIZE = 8


def main() -> None:
    """Serve until the standard input ends."""
    spec = json.loads(sys.argv[1])
    texts = json.loads(Path(spec["texts"]).read_text("utf8"))
    find = KINDS[spec["kind"]](spec["model"])
    find(texts[:1])
    answer({"ready": spec["kind"]})
    for line in sys.stdin:
        chosen = texts[:: json.loads(line)["every"]]
        begin = time.perf_counter()
        found = find(chosen)
        answer({"seconds": time.perf_counter() - begin, "mb": peak_memory(), "found": found})


def answer(message: dict[str, Any]) -> None:
    """Print a line of JSON at once."""
    print(json.dumps(message), flush=True)


def peak_memory() -> float:
    """Give the most memory that was resident in MB, as Linux tells it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6


def load_spacy(path: str) -> Find:
    """Load any pipeline of spaCy's; of this package's the entities have probabilities."""
    import spacy
    from spacy.tokens import Span

    nlp = spacy.load(path)

    def find(texts: list[str]) -> list[list[Found]]:
        has_scores = Span.has_extension("concner_score")
        return [
            [
                (e.start_char, e.end_char, e.label_, e._.concner_score if has_scores else None)
                for e in doc.ents
            ]
            for doc in nlp.pipe(texts)
        ]

    return find


def load_span_marker(path: str) -> Find:
    """Load a model of SpanMarker."""
    from span_marker import SpanMarkerModel

    model = SpanMarkerModel.from_pretrained(path).eval()

    def find(texts: list[str]) -> list[list[Found]]:
        return [
            [
                (e["char_start_index"], e["char_end_index"], e["label"], float(e["score"]))
                for e in entities
            ]
            for entities in model.predict(texts, batch_size=BATCH_SIZE)
        ]

    return find


def load_gliner(path: str) -> Find:
    """Load a model of GLiNER; a name of the hub needs the network the first time."""
    from gliner import GLiNER

    model = GLiNER.from_pretrained(path)

    def find(texts: list[str]) -> list[list[Found]]:
        return [
            [(e["start"], e["end"], ASKED[e["label"]], float(e["score"])) for e in entities]
            for entities in model.inference(texts, [*ASKED], batch_size=BATCH_SIZE)
        ]

    return find


KINDS: dict[str, Callable[[str], Find]] = {
    "spacy": load_spacy,
    "span_marker": load_span_marker,
    "gliner": load_gliner,
}

if __name__ == "__main__":
    main()
