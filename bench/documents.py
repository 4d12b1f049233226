"""One name in a document: is it found alike everywhere, and does it pay to make it so?

    python bench/documents.py --data DIR --pipeline base=FOLDER --pipeline small=FOLDER

DIR is that of `bench/accuracy.py`. A name that a pipeline finds in a document is looked for in all
of it, and every place where the same words stand has a probability of each type, which is exact.
Then the mean over the places decides for all of them. German and Portuguese are news and Wikipedia
with gold labels (PUD), whose documents have one to five sentences; Hungarian is Wikipedia, twenty
sentences in a row, and tells only whether it carries over.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import spacy
import typer
from accuracy import entities
from harness import ROOT, TESTS, TYPES
from robust import GOLD
from rows import Rows, made_with
from spacy.tokens import Doc
from tables import f1_of_sums, markdown, paired_difference, show_difference, write_between
from wasabi import msg

from spacy_concner.corpora.convert import convert
from spacy_concner.corpora.reader import read_docs
from spacy_concner.pipelines import predict_docs
from spacy_concner.tagging.decoding import decode
from spacy_concner.tagging.entity_probability import FoundEntities, score_entities
from spacy_concner.tagging.labels import TagColumns

CORPORA = {**GOLD, "hu": TESTS["hu"]}
SENTENCES = 20
BATCH_DOCS = 64
# Least probabilities of an entity, in percent: whole numbers are found again in rows.
THRESHOLDS = (0, 50)

Span = tuple[int, int, str]


@dataclass
class Sentence:
    """What is known of a sentence.

    words: Its words.
    gold: Its entities.
    logits: `(n_words, n_labels)` scores.
    found: Probabilities of the entities of its best sequence of tags.
    """

    words: list[str]
    gold: set[Span]
    logits: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    found: dict[Span, float] = field(default_factory=dict)

    def places(self, name: tuple[str, ...]) -> list[tuple[int, int]]:
        """Give where the words of a name stand."""
        n = len(name)
        starts = range(len(self.words) - n + 1)
        return [(s, s + n) for s in starts if tuple(self.words[s : s + n]) == name]

    def probabilities(self, start: int, end: int, labels: Sequence[str]) -> np.ndarray:
        """Give the exact probability of each type at a place: `(n_types,)`."""
        n_types = len(TagColumns.of(labels).types)
        places = (np.full(n_types, value) for value in (0, start, end))
        every = FoundEntities(*places, np.arange(n_types))
        return score_entities(self.logits, [len(self.words)], labels, every)


def read_documents(data: Path, file: str, corpus: Path) -> list[list[Doc]]:
    """Give the sentences of each document."""
    docs = list(read_docs(corpus, spacy.blank("xx")))
    lines = (data / file).read_text("utf8").splitlines()
    names = [line.split()[-1].partition("-")[0] for line in lines if line.startswith("# id")]
    if not names:
        rest = iter(docs)
        return list(iter(lambda: list(islice(rest, SENTENCES)), []))
    found: dict[str, list[Doc]] = defaultdict(list)
    for name, doc in zip(names, docs, strict=True):
        found[name].append(doc)
    return list(found.values())


def smooth(document: Sequence[Sentence], labels: Sequence[str], least: float) -> list[set[Span]]:
    """Decide alike wherever the words of a found name stand: by the mean of the probabilities."""
    types = TagColumns.of(labels).types
    kept = [{span for span, p in one.found.items() if p >= least} for one in document]
    decided: list[tuple[float, int, Span]] = []
    for name, places in repeated(document).items():
        scores = [document[n].probabilities(start, end, labels) for n, start, end in places]
        means = np.mean(scores, axis=0)
        best = int(means.argmax())
        for number, start, end in places:
            kept[number] = {span for span in kept[number] if span[:2] != (start, end)}
            # An entity that is to be as probable as others is likelier than not, whatever is kept.
            if means[best] >= max(least, 0.5):
                decided.append((len(name) + means[best], number, (start, end, types[best])))
    for _, number, span in sorted(decided, reverse=True):
        if all(span[1] <= other[0] or other[1] <= span[0] for other in kept[number]):
            kept[number].add(span)
    return kept


def repeated(document: Sequence[Sentence]) -> dict[tuple[str, ...], list[tuple[int, int, int]]]:
    """Give the names that were found and stand in several places: sentence, start and end."""
    names = {tuple(one.words[start:end]) for one in document for start, end, _ in one.found}
    places = {
        name: [(n, *place) for n, one in enumerate(document) for place in one.places(name)]
        for name in names
    }
    return {name: listed for name, listed in places.items() if len(listed) > 1}


def agreement(document: Sequence[Sentence], of_gold: bool) -> Counter[str]:
    """Count names in several places, and those of them that are the same entity everywhere."""
    counts: Counter[str] = Counter()
    for listed in repeated(document).values():
        told = [
            {s[2] for s in (document[n].gold if of_gold else document[n].found) if s[:2] == place}
            for n, *ends in listed
            for place in [tuple(ends)]
        ]
        counts["names"] += 1
        counts["alike"] += all(one == told[0] for one in told)
    return counts


def count(found: set[Span], gold: set[Span]) -> list[int]:
    """Give true positives, false positives and false negatives."""
    return [len(found & gold), len(found - gold), len(gold - found)]


def measure(
    rows: Rows, pipeline: str, folder: Path, corpus: str, documents: list[list[Doc]]
) -> None:
    """Run a pipeline on documents, and save the rows."""
    nlp = spacy.load(folder)
    labels = list(nlp.get_pipe("concner").labels)
    flat = [Sentence([t.text for t in doc], entities(doc)) for docs in documents for doc in docs]
    docs = [doc for docs in documents for doc in docs]
    for number, logits in predict_docs(nlp, "concner", docs, BATCH_DOCS):
        own = flat[number]
        own.logits = np.array(logits)
        for entity in decode(own.logits, [len(own.words)], labels)[0]:
            own.found[entity.start, entity.end, entity.label] = entity.score
    rest = iter(flat)
    grouped = [list(islice(rest, len(docs))) for docs in documents]
    key = {"pipeline": pipeline, "corpus": corpus}
    for of_gold in (False, True):
        counts = sum((agreement(document, of_gold) for document in grouped), Counter())
        rows.add({**key, "of_gold": of_gold, **counts})
    for threshold in THRESHOLDS:
        usual, smoothed = [], []
        for document in grouped:
            for one, made in zip(document, smooth(document, labels, threshold / 100), strict=True):
                kept = {span for span, p in one.found.items() if 100 * p >= threshold}
                usual.append(count(kept, one.gold))
                smoothed.append(count(made, one.gold))
        # Sentences of a document are not drawn apart.
        ends = np.cumsum([len(document) for document in grouped])[:-1]
        tables = [
            np.array([part.sum(axis=0) for part in np.split(np.array(counts), ends)])
            for counts in (smoothed, usual)
        ]
        f1, before = (float(f1_of_sums(table.sum(axis=0))) for table in tables)
        difference = asdict(paired_difference(tables[:1], tables[1:]))
        rows.add({**key, "threshold": threshold, "before": before, "f1": f1, **difference})


def document_table(rows: Rows) -> list[str]:
    """Show how alike names are found, and F1 before and after smoothing."""
    table = []
    for row in rows.read():
        if row.get("of_gold") is not False:
            continue
        key = {"pipeline": row["pipeline"], "corpus": row["corpus"]}
        gold = rows.find(**key, of_gold=True) or row
        cells = [row["pipeline"], row["corpus"], f"{row['names']:,}"]
        cells += [f"{100 * one['alike'] / max(1, one['names']):.0f} %" for one in (row, gold)]
        for threshold in THRESHOLDS:
            found = rows.find(**key, threshold=threshold)
            cells += [f"{found['before']:.1f}", show_difference(found)] if found else ["", ""]
        table.append(cells)
    header = ["pipeline", "text", "names in several places", "found alike", "alike in truth"]
    for shown in ("all", "from 0.5"):
        header += [f"F1, {shown}", "smoothed"]
    return [*markdown(header, table), "", f"{made_with(rows.provenance)}."]


def main(
    data: Path = typer.Option(..., help="Folder with the corpora"),
    pipeline: list[str] = typer.Option(..., help="Pipeline to run: NAME=FOLDER"),
    work: Path = typer.Option(Path("bench/work/documents"), help="Folder for converted corpora"),
    results: Path = typer.Option(ROOT / "bench/results/documents.jsonl", help="Rows"),
    page: Path = typer.Option(ROOT / "docs/robustness.md", help="Page for the table"),
) -> None:
    """Run the bench and write its table."""
    rows = Rows(results, sentences=SENTENCES)
    for name, _, folder in (entry.partition("=") for entry in pipeline):
        for corpus, file in CORPORA.items():
            if rows.find(pipeline=name, corpus=corpus, threshold=THRESHOLDS[-1]):
                continue
            path = work / f"{corpus.replace(' ', '-')}.spacy"
            if not path.exists():
                convert(str(data / file), path, labels=TYPES)
            measure(rows, name, Path(folder), corpus, read_documents(data, file, path))
            msg.good(f"{name}, {corpus}")
    write_between(page, "documents", "documents", document_table(rows))
    msg.good(f"Table in {page}")


if __name__ == "__main__":
    typer.run(main)
