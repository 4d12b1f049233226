"""Translations that are good enough, by thresholds; the others into a rejects file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import spacy
from spacy.tokens import Doc
from tqdm import tqdm

from ..corpora.doc_to_json import describe_doc
from ..corpora.reader import read_docs
from ..corpora.rejects import OPTION, Rejects, default_rejects, show_reasons
from ..corpora.segments import is_bitext, make_bitext, split_bitext
from ..corpora.shards import docs_output, write_docs
from ..corpora.soft_labels import get_soft_labels
from ..errors import ConcnerError, Errors
from ..files import claim
from .notes import NOTE_KEY
from .quality import Languages, Problem, find_reasons, measure, usual_ratios
from .thresholds import Thresholds


@dataclass
class Filtering:
    """What a filter did.

    n_docs: Docs read.
    n_kept: Docs written.
    n_pairs: Translations read.
    n_pairs_kept: Translations written.
    n_plain: Docs that are no bitexts, written as they are.
    rejected: Translations turned down, by reason; one may have several.
    strategies: Translations read, by the way their labels crossed over.
    notes: Translations read, by what the projection has noted of them; one may have several.
    files: Files written.
    rejects: The rejects file, None if nothing was turned down.
    """

    n_docs: int = 0
    n_kept: int = 0
    n_pairs: int = 0
    n_pairs_kept: int = 0
    n_plain: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    strategies: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    files: list[Path] = field(default_factory=list)
    rejects: Path | None = None


def filter_corpus(
    path: Path,
    output: Path,
    thresholds: Thresholds,
    *,
    rejects: Path | None = None,
    shard_size: int = 5000,
    force: bool = False,
    progress: bool = False,
) -> Filtering:
    """Write the bitexts of a corpus without the translations that are not good enough.

    A Doc goes if no translation is left. Of one with soft labels, all translations go
    together. The rejects file holds each translation that was turned down beside its source,
    as `doc_to_json.describe_doc` gives it, with "reasons": `convert` reads it back.

    path (Path): `.spacy` file or a folder of them.
    output (Path): File that ends in .spacy, or folder for shards.
    thresholds (Thresholds): What is good enough.
    rejects (Path | None): JSON lines file for what is turned down, by default beside the
        output; there is none if nothing is.
    shard_size (int): Docs in a shard.
    force (bool): Replace an output that filter has made before.
    progress (bool): Show the progress on stderr.
    RETURNS (Filtering): Counts.
    RAISES (ConcnerError): C102 for broken bitexts, C128, C129, C407 and C408 for the outputs,
        C142 and C143 for the input, C281 if nothing is left, C282 if the corpus has no bitext.
    """
    rejected = Rejects(rejects or default_rejects(output))
    outputs = {"OUTPUT": docs_output(output), OPTION: rejected.output}
    with claim("filter", inputs={"INPUT": path}, outputs=outputs, force=force), rejected:
        vocab = spacy.blank("xx").vocab
        usual = usual_ratios(quality for doc in read_docs(path, vocab) for quality in measure(doc))
        if not usual:
            raise ConcnerError(Errors.C282.format(path=path))
        sieve = _Sieve(usual, thresholds, rejected)
        docs = tqdm(read_docs(path, vocab), unit=" docs", disable=None if progress else True)
        done = sieve.done
        chosen = rejected.before_the_end_of(sieve.choose(docs))
        done.files = write_docs(chosen, output, shard_size, "filter")
        if done.rejected:
            done.rejects = rejected.path
        if not done.files:
            values = {"n": done.n_pairs, "path": path, "rejects": rejected.path}
            raise ConcnerError(Errors.C281.format(reasons=show_reasons(done.rejected), **values))
    return done


@dataclass(frozen=True)
class _Sieve:
    """Bitexts without the translations that are not good enough, counted in `done`."""

    usual: dict[Languages, float]
    thresholds: Thresholds
    rejects: Rejects
    done: Filtering = field(default_factory=Filtering)

    def choose(self, docs: Iterable[Doc]) -> Iterator[Doc]:
        done = self.done
        for number, doc in enumerate(docs, start=1):
            done.n_docs += 1
            if not is_bitext(doc):
                done.n_plain += 1
                done.n_kept += 1
                yield doc
                continue
            measured = measure(doc)
            done.strategies.update(each.strategy for each in measured)
            done.notes.update(note for each in measured for note in dict.fromkeys(each.notes))
            reasons = [find_reasons(each, self.usual, self.thresholds) for each in measured]
            done.n_pairs += len(reasons)
            if any(reasons) and get_soft_labels(doc) is not None:
                everything = [problem for found in reasons for problem in found]
                reasons = [everything] * len(reasons)
            for place, found in enumerate(reasons, start=1):
                if found:
                    done.rejected.update({problem.name for problem in found})
                    self.rejects.add(_describe_reject(_keep(doc, [place]), number, found))
            good = [place for place, found in enumerate(reasons, start=1) if not found]
            done.n_pairs_kept += len(good)
            if good:
                done.n_kept += 1
                yield doc if len(good) == len(reasons) else _keep(doc, good)


def _keep(doc: Doc, places: Sequence[int]) -> Doc:
    """Give a bitext with its source and some of its translations."""
    parts = list(split_bitext(doc))
    chosen = [parts[place] for place in (0, *places)]
    kept = make_bitext([part for _, part in chosen], [code for code, _ in chosen], doc.vocab)
    if len(chosen) == len(parts) or get_soft_labels(doc) is None:
        kept.user_data.update(doc.user_data)
    if places[-1] < len(parts) - 1:
        # The note is about the last translation.
        kept.user_data.pop(NOTE_KEY, None)
    return kept


def _describe_reject(doc: Doc, number: int, reasons: list[Problem]) -> dict:
    shown = [f"{problem.name}: {problem.detail}".removesuffix(": ") for problem in reasons]
    return describe_doc(doc) | {"document": number, "reasons": shown}
