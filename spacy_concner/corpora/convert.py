"""Corpora in any format into .spacy files, streaming, broken records counted."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from spacy.attrs import ENT_IOB
from spacy.tokens import Doc
from tqdm import tqdm

from ..errors import ConcnerError, Errors
from ..files import claim
from .detection import ALIASES, FORMATS, find_sources
from .doc_building import DocBuilder, keep_types
from .read_files import Item, read_records
from .read_options import TAGS_FIELD, TOKENS_FIELD, ReadOptions, check_setting, one_of
from .records import BitextRecord, InvalidRecord, Record, Rejected, Skipped, TokenRecord
from .rejects import OPTION, Rejects, default_rejects
from .shards import docs_output, write_docs
from .tag_schemes import SCHEME_ALIASES

LANGUAGE_PREFIX = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*:(?=.)")
"""What PAN-X puts before every token."""
SHARE_OF_PREFIXES = 0.5
# Who takes one off has such tokens, so that a few others are told, too.
SHARE_OF_OTHERS = 0.05


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
    n_with_tab (int): Sentences of a text file that hold a tab.
    n_trimmed (int): Entities that had white space at their ends, or of nothing else.
    other_splits (list[Path]): Files of the folder that are of other splits, and were not read.
    prefixes (Counter[str]): Tokens with a prefix such as "en:", if it is on most of them, or on
        some beside the one that was taken off.
    n_stripped (int): Tokens read whose prefix was taken off.
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
    n_with_tab: int = 0
    n_trimmed: int = 0
    other_splits: list[Path] = field(default_factory=list)
    prefixes: Counter[str] = field(default_factory=Counter)
    n_stripped: int = 0
    files: list[Path] = field(default_factory=list)
    rejects: Path | None = None


def convert(
    source: str | Path,
    output: str | Path,
    *,
    format: str = "auto",
    lang: str = "xx",
    split: str = "train",
    encoding: str = "",
    token_column: int = 0,
    label_column: int = -1,
    scheme: str = "",
    strip_prefix: str = "",
    tag_names: Sequence[str] | None = None,
    tokens_field: str = TOKENS_FIELD,
    tags_field: str = TAGS_FIELD,
    sentence_field: str = "",
    offsets: str = "characters",
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
    format (str): "conll", "inline" (tags after a bar), "jsonl" (any JSON), "csv", "text",
        "brat", "webanno", "datasets", or "auto" to look at the content.
    lang (str): Language whose tokenizer splits texts; files of tokens keep their tokens.
    split (str): Split of a dataset, or of a folder whose files are named for splits.
    encoding (str): Encoding of text files; "" for UTF-8, or what a byte order mark says.
    token_column (int): Column of the tokens in a CoNLL file.
    label_column (int): Column of the tags in a CoNLL file.
    scheme (str): Scheme of the tags: "iob2" ("bio"), "iob1", "bilou" ("biluo", "bioes", "bmes",
        "bmewo") or "io" for plain types; "" for "bilou" in the JSON of spaCy 2, else "iob2".
    strip_prefix (str): Taken off the front of tokens, such as "en:".
    tag_names (Sequence[str] | None): Names of numbered tags.
    tokens_field (str): Field of the tokens in rows.
    tags_field (str): Field of the tags in rows; layer or feature of WebAnno TSV.
    sentence_field (str): Field that tells sentences apart in a table of tokens.
    offsets (str): What offsets of spans count: "characters", "utf16", "bytes", or "inclusive"
        where the last character is named instead of the one after it.
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
    RAISES (ConcnerError): C103 to C172: at the first broken record unless `skip_invalid`, and
        if there is nothing to write; C128, C129, C407, C408 and C601 for the output.
    """
    source, output = str(source), Path(output)
    formats = ("auto", *FORMATS, *ALIASES)
    check_setting("--format", format, format in formats, one_of(formats))
    check_setting("--limit", limit, limit is None or limit >= 0, "0 (all) or more")
    check_setting("--sample", sample, sample is None or sample > 0, "1 or more")
    check_setting("--shard-size", shard_size, shard_size > 0, "1 or more")
    options = ReadOptions(
        token_column=token_column,
        label_column=label_column,
        scheme=SCHEME_ALIASES.get(scheme, scheme),
        strip_prefix=strip_prefix,
        tokens_field=tokens_field,
        tags_field=tags_field,
        sentence_field=sentence_field,
        tag_names=tag_names,
        offsets=offsets,
        encoding=encoding,
        split=split,
        unlabelled=unlabelled,
    )
    options.check()
    builder = DocBuilder(lang)
    rejected = Rejects(None)
    if skip_invalid or rejects:
        rejected = Rejects(Path(rejects) if rejects else default_rejects(output))
    outputs = {"OUTPUT": docs_output(output), OPTION: rejected.output}
    with (
        claim("convert", inputs={"INPUT": source}, outputs=outputs, force=force),
        tqdm(unit=" sentences", disable=None if progress else True) as bar,
        rejected,
    ):
        sources = find_sources(source, format, options)
        done = Conversion(sources.formats, rejects=rejected.path)
        done.other_splits = sources.other_splits
        sieve = _Sieve(builder, done, rejected, segment=segment, bar=bar)
        built = islice(sieve.build(read_records(sources.files, options)), limit or None)
        docs = (one.doc for one in built) if sample is None else _draw(built, builder, sample, seed)
        counted = rejected.before_the_end_of(_count(docs, done, labels))
        done.files = write_docs(counted, output, shard_size, "convert")
    done.n_trimmed = builder.n_trimmed
    done.prefixes = _find_prefixes(done, SHARE_OF_OTHERS if strip_prefix else SHARE_OF_PREFIXES)
    if not done.files:
        values = {"source": source, "n_read": done.n_read, "rejected": done.rejected.total()}
        values |= {"skipped": done.skipped.total(), "without_segment": done.n_without_segment}
        raise ConcnerError(Errors.C106.format(**values))
    return done


def _draw(built: Iterable["_Built"], builder: DocBuilder, sample: int, seed: int) -> Iterator[Doc]:
    """Give the Docs of a sample of the records."""
    valid = [one.record for one in built]
    if sample > len(valid):
        raise ConcnerError(Errors.C130.format(wanted=sample, found=len(valid)))
    builder.n_trimmed = 0
    for record in random.Random(seed).sample(valid, sample):
        yield builder.build(record)


@dataclass(slots=True)
class _Built:
    """A record and the Doc that it becomes."""

    record: Record
    doc: Doc


@dataclass
class _Sieve:
    """Records into Docs; what is left out is counted in `done`."""

    builder: DocBuilder
    done: Conversion
    rejects: Rejects
    segment: str | None
    bar: tqdm

    def build(self, records: Iterable[Item]) -> Iterator[_Built]:
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
                if isinstance(record, TokenRecord):
                    self.done.n_stripped += record.n_stripped
                yield _Built(record, doc)

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
        done.n_with_tab += done.format == "text" and "\t" in doc.text
        done.n_missing += not doc.has_annotation(ENT_IOB, require_complete=True)
        done.entities.update(entity.label_ for entity in doc.ents)
        if ":" in doc.text:
            prefixes = (LANGUAGE_PREFIX.match(token.text) for token in doc)
            done.prefixes.update(match.group() for match in prefixes if match)
        yield doc
    if done.dropped and not done.entities:
        # While nothing is written yet, or only beside what stands there.
        values = {"labels": labels, "found": sorted(done.dropped)}
        raise ConcnerError(Errors.C168.format(**values))


def _find_prefixes(done: Conversion, share: float) -> Counter[str]:
    """Keep the prefixes on more than a share of the tokens: others are part of the text."""
    least = share * done.n_tokens
    return Counter({name: n for name, n in done.prefixes.items() if n > least})
