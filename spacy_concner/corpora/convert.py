"""Corpora in the formats of `formats` into .spacy files, streaming, broken records counted."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

from spacy.attrs import ENT_IOB
from spacy.tokens import Doc
from tqdm import tqdm

from ..errors import ConcnerError, Errors
from ..files import claim
from .doc_building import DocBuilder, keep_types
from .formats.conll import read_conll
from .formats.hub import read_dataset
from .formats.plain_text import read_text
from .formats.text_and_spans import read_jsonl
from .records import FORMATS, BitextRecord, InvalidRecord, Record, Rejected, Skipped, detect_format
from .rejects import OPTION, Rejects, default_rejects
from .shards import docs_output, write_docs
from .tag_schemes import SCHEME_ALIASES, SCHEMES


@dataclass
class Conversion:
    """What a conversion read and wrote.

    format (str): Format of the source.
    n_read (int): Records read, broken ones included.
    n_sentences (int): Docs written; a bitext is one.
    n_tokens (int): Tokens written.
    n_missing (int): Docs written that have tokens without annotation.
    entities (Counter[str]): Entities written, by type.
    dropped (Counter[str]): Entities turned into O because their type was not to be kept.
    rejected (Counter[str]): Broken records left out, by code.
    skipped (Counter[str]): Records whose answer is "reject" or "ignore", left out.
    n_without_segment (int): Records without a segment in the wanted language, left out.
    files (list[Path]): Files written.
    rejects (Path | None): Rejects file written.
    """

    format: str
    n_read: int = 0
    n_sentences: int = 0
    n_tokens: int = 0
    n_missing: int = 0
    entities: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    n_without_segment: int = 0
    files: list[Path] = field(default_factory=list)
    rejects: Path | None = None


def convert(
    source: str | Path,
    output: str | Path,
    *,
    format: str = "auto",
    lang: str = "xx",
    split: str = "train",
    token_column: int = 0,
    label_column: int = -1,
    scheme: str = "iob2",
    tag_names: Sequence[str] | None = None,
    tokens_field: str = "tokens",
    tags_field: str = "ner_tags",
    labels: Sequence[str] | None = None,
    segment: str | None = None,
    unlabelled: bool = False,
    limit: int | None = None,
    sample: int | None = None,
    seed: int = 0,
    skip_invalid: bool = False,
    rejects: str | Path | None = None,
    shard_size: int = 5000,
    force: bool = False,
    progress: bool = False,
) -> Conversion:
    """Convert a corpus into a .spacy file or a folder of .spacy shards.

    source (str | Path): File, folder, or name of a dataset on the Hugging Face hub.
    output (str | Path): File that ends in .spacy (its Docs are packed in memory), or folder
        for shards (memory does not grow with the corpus).
    format (str): "conll", "jsonl", "text", "datasets", or "auto" to go by the name.
    lang (str): Language whose tokenizer splits texts; files of tokens keep their tokens.
    split (str): Split of a dataset.
    token_column (int): Column of the tokens in a CoNLL file.
    label_column (int): Column of the tags in a CoNLL file.
    scheme (str): Scheme of the tags in a CoNLL file: "iob2" ("bio"), "iob1" or "bilou"
        ("biluo", "bioes").
    tag_names (Sequence[str] | None): Names of numbered tags of a dataset.
    tokens_field (str): Field of the tokens in a dataset.
    tags_field (str): Field of the tags in a dataset.
    labels (Sequence[str] | None): Entity types to keep; others become O.
    segment (str | None): Language code: of bitexts keep only the segments in it, as Docs.
    unlabelled (bool): Leave the annotation unread, so that it is missing.
    limit (int | None): Stop after so many valid sentences; None and 0 read all.
    sample (int | None): Keep `random.Random(seed).sample(sentences, sample)` of the valid
        sentences (the first `limit` ones, if given), which are all read first.
    seed (int): Seed of the sample.
    skip_invalid (bool): Leave broken records out and count them, instead of stopping.
    rejects (str | Path | None): JSON lines file for the broken records, by default beside
        the output; if it is given, `skip_invalid` holds.
    shard_size (int): Sentences in a shard.
    force (bool): Replace an output that convert has made before.
    progress (bool): Show the progress on stderr.
    RETURNS (Conversion): What was read and written.
    RAISES (ConcnerError): C103 to C135: at the first broken record unless `skip_invalid`, and
        if there is nothing to write.
    """
    source, output = str(source), Path(output)
    scheme = SCHEME_ALIASES.get(scheme, scheme)
    _check_settings(format, scheme, token_column, label_column, limit, sample, shard_size)
    if format == "auto":
        format = detect_format(source, Path(source).exists(), Path(source).is_dir())
    builder = DocBuilder(lang)
    done = Conversion(format)
    if skip_invalid or rejects:
        done.rejects = Path(rejects) if rejects else default_rejects(output)
    with ExitStack() as stack:
        rejected = Rejects(done.rejects)
        outputs = {"OUTPUT": docs_output(output), OPTION: rejected.output}
        stack.enter_context(
            claim("convert", inputs={"INPUT": source}, outputs=outputs, force=force)
        )
        records: Iterator[Record | Skipped | Rejected]
        if format == "datasets":
            records = read_dataset(
                source,
                split=split,
                tag_names=tag_names,
                tokens_field=tokens_field,
                tags_field=tags_field,
                unlabelled=unlabelled,
            )
        else:
            lines = stack.enter_context(_open(source, format))
            if format == "conll":
                records = read_conll(
                    lines,
                    source,
                    token_column=token_column,
                    label_column=label_column,
                    scheme=scheme,
                    unlabelled=unlabelled,
                )
            elif format == "jsonl":
                records = read_jsonl(lines, source, unlabelled=unlabelled)
            else:
                records = read_text(lines, source)
        stack.enter_context(rejected)
        bar = stack.enter_context(tqdm(unit=" sentences", disable=None if progress else True))
        sieve = _Sieve(builder, done, rejected, segment, bar)
        built = islice(sieve.build(records), limit or None)
        if sample is None:
            docs = (doc for _, doc in built)
        else:
            valid = [record for record, _ in built]
            if sample > len(valid):
                raise ConcnerError(Errors.C130.format(wanted=sample, found=len(valid)))
            chosen = random.Random(seed).sample(valid, sample)
            docs = (builder.build(record) for record in chosen)
        done.files = write_docs(_count(docs, done, labels), output, shard_size, "convert")
    if not done.files:
        values = {"source": source, "n_read": done.n_read, "rejected": done.rejected.total()}
        values |= {"skipped": done.skipped.total(), "without_segment": done.n_without_segment}
        raise ConcnerError(Errors.C106.format(**values))
    return done


@dataclass
class _Sieve:
    """Records into Docs; what is left out is counted in `done`."""

    builder: DocBuilder
    done: Conversion
    rejects: Rejects
    segment: str | None
    bar: tqdm

    def build(self, records: Iterable[Record | Skipped | Rejected]) -> Iterator[tuple[Record, Doc]]:
        for item in records:
            self.done.n_read += 1
            self.bar.update()
            if isinstance(item, Skipped):
                self.done.skipped[item.answer] += 1
                continue
            if isinstance(item, Rejected):
                self._reject(item)
                continue
            for record in self._choose_segments(item):
                try:
                    doc = self.builder.build(record)
                except InvalidRecord as error:
                    self._reject(Rejected(error, record.raw))
                    continue
                yield record, doc

    def _choose_segments(self, record: Record) -> list[Record]:
        if self.segment is None:
            return [record]
        chosen: list[Record] = []
        if isinstance(record, BitextRecord):
            chosen = [text for language, text in record.segments if language == self.segment]
        self.done.n_without_segment += not chosen
        return chosen

    def _reject(self, item: Rejected) -> None:
        error = item.error
        if self.rejects.path is None:
            raise error
        self.done.rejected[error.code] += 1
        self.rejects.add(
            {
                "file": error.place.file,
                "line": error.place.line,
                "code": error.code,
                "message": str(error),
                "raw": item.raw,
            }
        )


def _count(docs: Iterable[Doc], done: Conversion, labels: Sequence[str] | None) -> Iterator[Doc]:
    """Give Docs with only the entity types to keep, counted in `done`."""
    for doc in docs:
        if labels is not None:
            done.dropped.update(keep_types(doc, labels))
        done.n_sentences += 1
        done.n_tokens += len(doc)
        done.n_missing += 0 in doc.to_array([ENT_IOB])
        done.entities.update(entity.label_ for entity in doc.ents)
        yield doc


def _check_settings(
    format: str,
    scheme: str,
    token_column: int,
    label_column: int,
    limit: int | None,
    sample: int | None,
    shard_size: int,
) -> None:
    formats = ("auto", *FORMATS)
    checks = [
        ("--format", format, format in formats, f"one of {', '.join(formats)}"),
        ("--scheme", scheme, scheme in SCHEMES, f"one of {', '.join((*SCHEMES, *SCHEME_ALIASES))}"),
        ("--label-column", label_column, label_column != token_column, "another column"),
        ("--limit", limit, limit is None or limit >= 0, "0 (all) or more"),
        ("--sample", sample, sample is None or sample > 0, "1 or more"),
        ("--shard-size", shard_size, shard_size > 0, "1 or more"),
    ]
    for setting, value, good, expected in checks:
        if not good:
            values = {"setting": setting, "value": value, "expected": expected}
            raise ConcnerError(Errors.C132.format(**values))


def _open(source: str, format: str) -> IO[bytes]:
    try:
        return open(source, "rb")
    except OSError as error:
        reason = error.strerror or str(error)
        values = {"path": source, "reason": reason, "format": format}
        raise ConcnerError(Errors.C103.format(**values)) from error
