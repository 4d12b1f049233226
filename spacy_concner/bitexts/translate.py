"""A stream of labelled Docs and a translation engine into a stream of bitext Docs."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import tqdm
from spacy.tokens import Doc
from spacy.util import minibatch

from ..corpora.reader import corpus_files, count_docs, read_docs
from ..corpora.rejects import OPTION, Rejects, default_rejects, show_reasons
from ..corpora.shards import docs_output, write_docs
from ..engines.cache import CachedTranslator, TranslationCache, cache_key
from ..engines.file import FileTranslator
from ..engines.protocol import Translator
from ..engines.registry import make_translator
from ..errors import ConcnerError, Errors
from ..files import Store, claim
from ..languages import check_languages
from .corpus_quality import CorpusQuality
from .encoder_aligner import AnyEncoder, encoder_path, load_aligner
from .export_source import list_requests
from .joining import Joiner, Outcome
from .notes import get_note
from .quality import measure
from .sentences import Sentence, check_labels, read_sentences
from .strategies import AUTO, Projector, choose_strategies
from .tokenisation import make_tokenizer

DEFAULT_ENGINE = "bergamot"


@dataclass
class TranslationSummary:
    """What a translation run did.

    sentences: Sentences read.
    kept: Bitexts made.
    unlabelled: Those kept with a target whose annotation is missing since labels were lost.
    lost: Sentences whose labels were lost, by reason.
    strategies: Bitexts by the way their labels crossed over, sentences without labels too.
    entities: Entities of the targets.
    widened: Those widened to token boundaries, such as a name with a glued ending.
    unchanged: Bitexts whose target is the source, letter by letter.
    translated: Texts that the engine translated in this run.
    seconds: Time taken.
    quality: Figures of the bitexts made.
    rejects: File of the sentences whose labels were lost, None if there are none.
    """

    sentences: int = 0
    kept: int = 0
    unlabelled: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    strategies: Counter[str] = field(default_factory=Counter)
    entities: int = 0
    widened: int = 0
    unchanged: int = 0
    translated: int = 0
    seconds: float = 0.0
    quality: CorpusQuality = field(default_factory=CorpusQuality)
    rejects: Path | None = None

    @property
    def unchanged_share(self) -> float:
        """Give the share of bitexts whose target is the source."""
        return self.unchanged / self.kept if self.kept else 0.0


def translate_corpus(
    path: Path,
    output: Path,
    *,
    engine: str | Translator | None = None,
    options: Sequence[str] = (),
    retries: int = 0,
    source: str = "en",
    target: str = "pt",
    translations: Path | None = None,
    copy_labels: Collection[str] = (),
    project: str = AUTO,
    encoder: AnyEncoder | None = None,
    layer: int | None = None,
    keep_unprojected: bool = False,
    rejects: Path | None = None,
    cache: Path | None = None,
    batch_size: int = 64,
    shard_size: int = 5000,
    limit: int = 0,
    force: bool = False,
    progress: bool = False,
) -> TranslationSummary:
    """Translate a labelled corpus into bitexts.

    Where placeholders were lost, others are tried once, but not with translations from a
    file, whose lines are fixed.

    path (Path): Labelled `.spacy` file or a folder of them; of bitexts, the segment in the source
        language is translated, and they get one more.
    output (Path): File that ends in .spacy (packed in memory), or folder for shards.
    engine (str | Translator | None): Name of an engine as of `make_translator`, "bergamot" by
        default and "file" with translations; or an engine, which the cache tells from others by
        its class, its languages and its `fingerprint`, if it has one.
    options (Sequence[str]): Settings of a named engine, each "key=value".
    retries (int): How often a batch is given to a named engine again when it fails.
    source (str): ISO 639 code to translate from.
    target (str): ISO 639 code to translate to.
    translations (Path | None): Your translations of the lines of `export_source`.
    copy_labels (Collection[str]): Types of entities to take over untranslated.
    project (str): How labels cross over: "placeholders", "markers", "alignment", or "auto",
        which tries these in turn until one keeps them, alignment only if there is an encoder
        (only placeholders with translations from a file, whose lines are fixed).
    encoder (str | Path | Encoder | None): For alignment: an encoder folder, a trained pipeline
        with a transformer, or what gives words their vectors.
    layer (int | None): Hidden layer of the encoder; two thirds of the way up if None.
    keep_unprojected (bool): Keep a pair whose labels were lost, its target's annotation
        missing; its text is then the plain translation, if the engine can be asked again.
    rejects (Path | None): JSON lines file for the sentences whose labels were lost, by default
        beside the output: document, reason, detail, text, masked, translation. There is none if
        there are none.
    cache (Path | None): SQLite file that keeps what was translated, for a run that goes on after
        a stop, by default beside the output. Translations from a file are not cached.
    batch_size (int): Texts that the engine gets at once.
    shard_size (int): Bitexts in a shard.
    limit (int): Translate this many Docs; 0 for all.
    force (bool): Replace an output that translate has made before.
    progress (bool): Show the progress on stderr.
    RETURNS (TranslationSummary): Counts.
    RAISES (ConcnerError): C128, C129, C407, C408 for the outputs, C142, C143 for the input, C203
        to C210 and C240 to C264 for the engine, C211 if nothing could be kept, C212 for bitexts
        in other languages, C213 for the cache, C215 if no entity has a label to copy, C216, C231
        for the languages, C218 to C220 for the way labels cross over, C301, C313 for the
        encoder.
    """
    started = time.perf_counter()
    is_file = translations is not None
    cache = None if is_file else cache or output.with_name(f"{output.stem}.cache.sqlite")
    rejected = Rejects(rejects or default_rejects(output))
    inputs = {"INPUT": path, "--translations": translations, "--encoder": encoder_path(encoder)}
    outputs = {
        "OUTPUT": docs_output(output),
        OPTION: rejected.output,
        "--cache": Store(cache) if cache else None,
    }
    with claim("translate", inputs=inputs, outputs=outputs, force=force), rejected:
        if engine is None or isinstance(engine, str):
            check_languages(source, target)
            translator, key = make_translator(
                engine or ("file" if is_file else DEFAULT_ENGINE),
                source,
                target,
                translations=translations,
                options=options,
                retries=retries,
            )
        else:
            translator, key = engine, cache_key(type(engine).__qualname__, {}, engine)
            source, target = engine.source, engine.target
            check_languages(source, target)
        strategies = choose_strategies(project, is_file=is_file, has_aligner=encoder is not None)
        nlp = make_tokenizer(target)

        def read(docs: Iterable[Doc]) -> Iterator[Sentence]:
            return read_sentences(docs, source, target, copy_labels)

        check_labels(path, read(read_docs(path, nlp, limit)), copy_labels)
        if isinstance(translator, FileTranslator):
            lines = list_requests(read(read_docs(path, nlp, limit)), strategies[0])
            translator.check_length(sum(1 for _ in lines))
        aligner = None if encoder is None else load_aligner(encoder, layer)
        total = sum(map(count_docs, corpus_files(path)))
        docs = tqdm.tqdm(
            read_docs(path, nlp, limit),
            total=min(total, limit) if limit else total,
            desc="Translating",
            unit=" docs",
            disable=None if progress else True,
        )
        done = TranslationSummary()
        with TranslationCache(cache, key) as store:
            asked = CachedTranslator(translator, store, batch_size)
            projector = Projector(strategies, asked, Joiner(nlp, target, aligner))
            run = _Run(projector, rejected, done, keep_unprojected)
            pairs = rejected.before_the_end_of(run.translate(read(docs), batch_size))
            written = write_docs(pairs, output, shard_size, "translate")
        if done.lost:
            done.rejects = rejected.path
        if not written:
            values = {"n": done.sentences, "path": path, "rejects": rejected.path}
            raise ConcnerError(Errors.C211.format(reasons=show_reasons(done.lost), **values))
    done.translated = asked.n_translated
    done.seconds = time.perf_counter() - started
    return done


@dataclass(frozen=True)
class _Run:
    """Sentences into bitexts, counted in `done`."""

    projector: Projector
    rejects: Rejects
    done: TranslationSummary
    keep_unprojected: bool

    def translate(self, sentences: Iterable[Sentence], batch_size: int) -> Iterator[Doc]:
        for batch in minibatch(sentences, batch_size):
            outcomes = self.projector.project(batch)
            if self.keep_unprojected:
                outcomes = self.projector.translate_plainly(batch, outcomes)
            for sentence, outcome in zip(batch, outcomes, strict=True):
                self.done.sentences += 1
                if outcome.lost is not None:
                    self._reject(sentence, outcome)
                if outcome.pair and (self.keep_unprojected or outcome.lost is None):
                    self._count(sentence, outcome)
                    yield outcome.pair.doc

    def _count(self, sentence: Sentence, outcome: Outcome) -> None:
        pair, done = outcome.pair, self.done
        assert pair is not None
        done.kept += 1
        if outcome.lost is None:
            done.strategies[(get_note(pair.doc) or {})["strategy"]] += 1
        else:
            done.unlabelled += 1
        done.entities += pair.n_entities
        done.widened += pair.n_widened
        done.unchanged += pair.target == sentence.text
        done.quality.add(measure(pair.doc)[-1])

    def _reject(self, sentence: Sentence, outcome: Outcome) -> None:
        assert outcome.lost is not None
        self.done.lost[outcome.lost.reason] += 1
        self.rejects.add(
            {
                "document": sentence.number,
                "reason": outcome.lost.reason,
                "detail": outcome.lost.detail,
                "text": sentence.text,
                "masked": sentence.masked.text,
                "translation": outcome.answer,
            }
        )
