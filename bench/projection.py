"""How well labels cross over by word alignment, measured on gold labels of both sides.

    python bench/projection.py --data DIR --encoder DIR --tagger PIPELINE

DIR holds `uner_pud/{English,German,Portuguese}.tsv`, the same 1,000 sentences with gold labels
in each language, and `aligned/en-{bg,de,hu}.tsv` with word alignments of a statistical
aligner. The gold English labels are projected onto the given translations and scored
against the gold labels there. Where the languages differ in how many entities of each type
they count in a sentence, no projection could be right: sentences that agree are scored apart.
The first half chose the layer and the method, the second half had no say in anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import spacy
import typer
from rows import Rows
from spacy.tokens import Doc
from tables import markdown, write_between
from wasabi import msg

from spacy_concner.encoding.word_vectors import WordEncoder, load_word_encoder
from spacy_concner.projection.alignment import project_spans
from spacy_concner.projection.pharaoh import parse_links
from spacy_concner.projection.simalign import METHODS, cosine_similarity
from spacy_concner.projection.types import LabelledSpan

ROOT = Path(__file__).parents[1]
LANGUAGES = {"de": "German", "pt": "Portuguese"}
ALIGNED = ("bg", "de", "hu")
ALIGNED_SENTENCES = 300
TYPES = ("PER", "LOC", "ORG")
LAYERS = (4, 6, 8, 10, 12)
PARTS = {"tuning half": slice(0, 500), "held-out half": slice(500, 1000), "all": slice(0, 1000)}
Spans = list[LabelledSpan]


@dataclass
class Sentence:
    """A sentence with gold entities, counted in words."""

    words: list[str]
    spans: Spans


def read_gold(path: Path) -> list[Sentence]:
    """Read a corpus of `token<TAB>IOB2`; lines of comment begin with "# "."""
    sentences = []
    for block in path.read_text(encoding="utf8").strip().split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if not line.startswith("# ")]
        doc = Doc(spacy.blank("xx").vocab, words=[r[0] for r in rows], ents=[r[1] for r in rows])
        sentences.append(Sentence([row[0] for row in rows], doc_spans(doc)))
    return sentences


def doc_spans(doc: Doc) -> Spans:
    """Give the entities of a Doc that count."""
    return [LabelledSpan(e.start, e.end, e.label_) for e in doc.ents if e.label_ in TYPES]


def f1(found: Sequence[Spans], gold: Sequence[Spans]) -> float:
    """Score entities: micro-F1 on exact spans and types, in percent."""
    right = sum(len(set(a) & set(b)) for a, b in zip(found, gold, strict=True))
    total = sum(len(spans) for spans in (*found, *gold))
    return 200 * right / total if total else 0.0


def agree(source: Sentence, target: Sentence) -> bool:
    """Tell whether both sides count the same entities of each type."""
    types = [sorted(span.label for span in side.spans) for side in (source, target)]
    return types[0] == types[1]


def score_projection(
    encoder: WordEncoder, data: Path, tagger: Path, batch_size: int
) -> Iterator[dict]:
    """Project the English labels of UNER PUD by every layer and method, and score them."""
    source = read_gold(data / "uner_pud" / "English.tsv")
    source_vectors = encoder.encode_layers([s.words for s in source], LAYERS, batch_size)
    nlp = spacy.load(tagger)
    for language, name in LANGUAGES.items():
        target = read_gold(data / "uner_pud" / f"{name}.tsv")
        vectors = encoder.encode_layers([s.words for s in target], LAYERS, batch_size)
        docs = nlp.pipe(Doc(nlp.vocab, words=s.words) for s in target)
        tagged = [doc_spans(doc) for doc in docs]
        gold = [sentence.spans for sentence in target]
        agreeing = [agree(*pair) for pair in zip(source, target, strict=True)]
        for place, layer in enumerate(LAYERS):
            for method, link in METHODS.items():
                found = []
                for n, (s, t) in enumerate(zip(source, target, strict=True)):
                    links = link(cosine_similarity(source_vectors[n][place], vectors[n][place]))
                    found.append(project_spans(s.spans, links, s.words, t.words).spans)
                for part, rows in PARTS.items():
                    kept = [n for n in range(len(gold))[rows] if agreeing[n]]
                    yield {
                        "language": language,
                        "strategy": f"{method}, layer {layer}",
                        "part": part,
                        "f1_agreeing": f1([found[n] for n in kept], [gold[n] for n in kept]),
                        "f1_all": f1(found[rows], gold[rows]),
                        "tagger_f1": f1(tagged[rows], gold[rows]),
                        "tagger_f1_agreeing": f1(
                            [tagged[n] for n in kept], [gold[n] for n in kept]
                        ),
                        "n_sentences": len(gold[rows]),
                        "n_agreeing": len(kept),
                    }


def compare_alignments(encoder: WordEncoder, data: Path, batch_size: int) -> Iterator[dict]:
    """Compare our links with those of a statistical aligner."""
    for language in ALIGNED:
        path = data / "aligned" / f"en-{language}.tsv"
        lines = path.read_text(encoding="utf8").split("\n")[:ALIGNED_SENTENCES]
        pairs = [line.split("\t") for line in lines]
        sides = [[pair[side].split(" ") for pair in pairs] for side in (0, 1)]
        source, target = (encoder.encode_layers(side, LAYERS, batch_size) for side in sides)
        given = [
            set(parse_links(pair[2], len(s), len(t)))
            for pair, s, t in zip(pairs, *sides, strict=True)
        ]
        for place, layer in enumerate(LAYERS):
            for method, link in METHODS.items():
                ours = [
                    set(link(cosine_similarity(s[place], t[place])))
                    for s, t in zip(source, target, strict=True)
                ]
                right = sum(len(a & b) for a, b in zip(ours, given, strict=True))
                n_ours, n_given = (sum(map(len, links)) for links in (ours, given))
                yield {
                    "language": language,
                    "strategy": f"{method}, layer {layer}",
                    "precision": 100 * right / n_ours,
                    "recall": 100 * right / n_given,
                    "f1": 200 * right / (n_ours + n_given),
                    "n_sentences": len(pairs),
                }


def projection_table(rows: Sequence[dict]) -> list[str]:
    """Show how well labels cross over, beside a tagger.

    rows (Sequence[dict]): Scores of each strategy, part and language.
    RETURNS (list[str]): Lines of Markdown.
    """
    header = ["strategy", "part"]
    for language in LANGUAGES:
        header += [f"{language} agreeing", f"{language} all", "tagger, agreeing", "tagger, all"]
    scores = ("f1_agreeing", "f1_all", "tagger_f1_agreeing", "tagger_f1")
    lines = []
    for strategy in dict.fromkeys(row["strategy"] for row in rows):
        for part in PARTS:
            found = [r for r in rows if (r["strategy"], r["part"]) == (strategy, part)]
            lines.append([strategy, part, *(f"{r[score]:.1f}" for r in found for score in scores)])
    counts = [
        f"{row['n_agreeing']} of {row['n_sentences']} in {row['language']}"
        for row in rows
        if row["strategy"] == rows[0]["strategy"] and row["part"] == "all"
    ]
    counted = f"Sentences whose entity types agree: {', '.join(counts)}."
    return [*markdown(header, lines), "", counted]


def alignment_table(rows: Sequence[dict]) -> list[str]:
    """Show how our links agree with a statistical aligner's.

    rows (Sequence[dict]): Scores of each strategy and language.
    RETURNS (list[str]): Lines of Markdown.
    """
    header = ["strategy"]
    for language in ALIGNED:
        header += [f"{language} P", "R", "F1"]
    lines = []
    for strategy in dict.fromkeys(row["strategy"] for row in rows):
        found = [row for row in rows if row["strategy"] == strategy]
        cells = [f"{r[score]:.1f}" for r in found for score in ("precision", "recall", "f1")]
        lines.append([strategy, *cells])
    return markdown(header, lines)


def main(
    data: Path = typer.Option(..., help="Folder with uner_pud and aligned"),
    encoder: str = typer.Option(..., help="Encoder folder, or pipeline with a transformer"),
    tagger: Path = typer.Option(..., help="Pipeline of direct transfer, to stand beside"),
    results: Path = typer.Option(ROOT / "bench" / "results", help="Folder for the rows"),
    page: Path = typer.Option(ROOT / "docs" / "projection.md", help="Page for the tables"),
    batch_size: int = typer.Option(32, help="Sentences at once"),
) -> None:
    """Measure projection by word alignment, and write rows and tables."""
    words = load_word_encoder(encoder)
    for name, figures, table in (
        ("alignment", compare_alignments(words, data, batch_size), alignment_table),
        ("projection", score_projection(words, data, tagger, batch_size), projection_table),
    ):
        rows = Rows(results / f"{name}.jsonl")
        rows.write(figures)
        write_between(page, "projection", name, table(rows.read()))
        msg.good(f"Rows in {rows.path}, table in {page}")


if __name__ == "__main__":
    typer.run(main)
