"""What the bench of peers compares, and how it shows what it found: two tables and a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from harness import LANGUAGES, SOURCE_SENTENCES, TESTS
from plot import Point, draw
from rows import Rows, made_with
from tables import markdown

NO_WEIGHTS = "weights not at hand"


@dataclass(frozen=True)
class Peer:
    """What is compared.

    title: In the tables.
    kind: How the worker loads it.
    package: What is installed to run it.
    learned: What it has learned from.
    color: Of its circle in the picture.
    """

    title: str
    kind: str
    package: str
    learned: str
    color: str


SENTENCES = f"{SOURCE_SENTENCES:,} English sentences"
PEERS = {
    "base": Peer("base", "spacy", "spacy-concner", f"{SENTENCES}, raw text", "#7b6fd0"),
    "small": Peer("small", "spacy", "spacy-concner", "what base says of raw text", "#3aa6a6"),
    "spacy_transformer": Peer(
        "spaCy's `ner` on the encoder", "spacy", "spacy-transformers", SENTENCES, "#b8b8b8"
    ),
    "spacy_tok2vec": Peer(
        "spaCy's `ner` on `tok2vec`", "spacy", "spacy", "what base says of raw text", "#d8a13a"
    ),
    "span_marker": Peer("SpanMarker", "span_marker", "span-marker", SENTENCES, "#c96f6f"),
    "gliner": Peer("GLiNER", "gliner", "gliner", "text of others", "#6f9fc9"),
}
# Packages that no other bench has.
OTHERS = ("span-marker", "gliner")
COSTS = {
    "words_per_second": ("words a second", "{:,.0f}"),
    "cold_start_s": ("start, s", "{:.2f}"),
    "peak_mb": ("memory, MB", "{:,.0f}"),
    "installed_mb": ("packages, MB", "{:,.0f}"),
    "model_mb": ("model, MB", "{:,.1f}"),
}


def languages_of(rows: Rows) -> list[str]:
    """Give the languages of which there are scores."""
    found = {row["language"] for row in rows.read() if row["figure"] == "f1"}
    return [name for name in dict.fromkeys((*TESTS, *LANGUAGES)) if name in found]


def score_table(rows: Rows) -> list[str]:
    """Show what the peers find in each language."""
    languages = languages_of(rows)
    table = []
    for name, peer in PEERS.items():
        missing = rows.find(peer=name, figure="missing")
        cells = []
        for language in languages:
            row = rows.find(peer=name, figure="f1", language=language)
            if row is None:
                cells += [missing["value"] if missing else "", ""]
                continue
            cells.append(f"{row['value']:.1f} [{row['low']:.1f}, {row['high']:.1f}]")
            # What finds nothing shows no probabilities, whether it has any or not.
            none = "none" if row["value"] else ""
            cells.append(none if row["ece"] is None else f"{row['ece']:.3f}")
        if any(cells):
            steps = rows.find(peer=name, figure="steps")
            table.append([peer.title, peer.learned, str(steps["value"]) if steps else "", *cells])
    header = [f"{what} {language}" for language in languages for what in ("F1", "ECE")]
    return markdown(["", "learned from", "steps here", *header], table)


def cost_table(rows: Rows) -> list[str]:
    """Show what the peers take."""
    table = []
    for name, peer in PEERS.items():
        found = [rows.find(peer=name, figure=figure) for figure in COSTS]
        cells = [
            "" if row is None or row["value"] is None else shape.format(row["value"])
            for row, (_, shape) in zip(found, COSTS.values(), strict=True)
        ]
        if any(cells):
            table.append([peer.title, *cells])
    made_of = rows.provenance
    others = [f"{name} {made_of[name]}" for name in OTHERS if name in made_of]
    made = f"{made_with(made_of)}; {', '.join(others)}; {made_of['limit']} sentences."
    return [*markdown(["", *[words for words, _ in COSTS.values()]], table), "", made]


def points_of(rows: Rows) -> Iterator[Point]:
    """Give what is drawn: each peer whose F1 in all languages, speed and size are known."""
    for name, peer in PEERS.items():
        scores = [rows.find(peer=name, figure="f1", language=each) for each in languages_of(rows)]
        speed, size = (
            rows.find(peer=name, figure=kind) for kind in ("words_per_second", "model_mb")
        )
        if all(scores) and speed and size and size["value"]:
            f1 = mean(row["value"] for row in scores if row)
            yield Point(peer.title.replace("`", ""), speed["value"], f1, size["value"], peer.color)


def draw_peers(rows: Rows, path: Path) -> None:
    """Draw the peers by words a second, F1 and size.

    rows (Rows): What was measured.
    path (Path): SVG file; nothing is drawn before speed and F1 of two are known.
    """
    points = list(points_of(rows))
    if len(points) > 1:
        draw(points, path, "Recognisers by words a second, F1 and size of the model")
