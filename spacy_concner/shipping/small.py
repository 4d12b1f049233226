"""A small pipeline out of a shipped one: a convolutional network that learns from what it says.

The teacher labels raw text softly, and a network without an encoder learns from it, as in
XtremeDistil (https://arxiv.org/abs/2004.05686), whose students are LSTMs. It sees words by the
teacher's vectors of their pieces. Some sentences are held out, and how often student and teacher
find the same there tells without any label how much got lost.
"""

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import srsly
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.util import load_config
from spacy.vocab import Vocab
from thinc.api import Model
from wasabi import Printer

from ..corpora.reader import corpus_files, count_docs, read_docs
from ..corpora.segments import copy_tokens
from ..corpora.soft_labels import get_soft_labels
from ..encoding.compact.architecture import CompactModel, compact_encoders_of
from ..encoding.convolutional.piece_table import make_piece_table, write_piece_table
from ..errors import ConcnerError, Errors
from ..files import Folder, Paths, claim, show_reason, whole_folder
from ..languages import check_language
from ..pipelines import annotate_docs, find_component, load_pipeline
from ..teaching.label import label
from ..teaching.rounds import settings_for
from ..teaching.student_training import run_training
from .comparison import RECORD_FILE, folder_size, run
from .meta import add_requirement, default_name
from .ship import BATCH_SIZE
from .training_parts import drop_training_parts, forget_words, round_weights

VERB = "small"
TEACHER = "base"
SCRATCH = "training"
# Sentences held out: one in twenty, and no more than are read in seconds.
HELD_OUT_SHARE = 20
MOST_HELD_OUT = 1000
FEWEST_DOCS = 100
PART_DOCS = 10_000
PIECE_WIDTH = 64
# Words with a vector of their own.
MOST_COMMON = 40_000
LEAST_COMMON = 2
# As configs/small.cfg has it.
WORDS_A_STEP = 1000
PASSES = 6
FEWEST_STEPS, MOST_STEPS = 300, 6000
# What the config must take from here.
PATHS = ("train", "dev", "pieces")


@dataclass(frozen=True)
class SmallReport:
    """What a small pipeline was made of, and how it does beside its teacher.

    languages: Codes of the languages.
    raw_words: Words of the raw text that it learned from.
    held_out: Sentences that neither learned from.
    steps: Training steps.
    agreement: F1 of its entities on the held-out sentences with the teacher's as the gold ones, 0
        to 1.
    words_teacher, words_small: Words a second through `nlp.pipe` there.
    bytes_teacher, bytes_small: Sizes of the folders.
    """

    languages: list[str]
    raw_words: int
    held_out: int
    steps: int
    agreement: float
    words_teacher: float
    words_small: float
    bytes_teacher: int
    bytes_small: int


def make_small(
    raw: Path,
    output: Path,
    teacher: str | Path,
    *,
    languages: Sequence[str],
    config: Path,
    steps: int = 0,
    limit: int = 0,
    seed: int = 1,
    force: bool = False,
    progress: bool = True,
) -> SmallReport:
    """Train a small pipeline on raw text that a shipped one labels.

    raw (Path): Raw `.spacy` file or a folder of them, the more the better: text of several
        languages makes one pipeline for all of them, which knows more names. Text that `label` has
        labelled is taken as it is.
    output (Path): Folder to write.
    teacher (str | Path): Shipped pipeline of these languages, folder or package.
    languages (Sequence[str]): ISO 639-1 codes; the first names the package.
    config (Path): Config of `spacy train`.
    steps (int): Training steps; 0 for as many as `plan_steps` gives.
    limit (int): Raw sentences that are read; 0 for all.
    seed (int): Random seed of the training.
    force (bool): Replace a pipeline that this verb has made before.
    progress (bool): Say what is done.
    RETURNS (SmallReport): What it learned from and how far it agrees; `concner_ship.json` in the
        output keeps it.
    RAISES (ConcnerError): C545, C216 for the languages, C217, C554 for the config, C142, C143 for
        the text, C553 if it is too short to learn from, C515, C510, C329 for the teacher, C406 for
        a number, C427 if the training fails, C128, C129, C407, C408 and C601 for the output, and
        those of `label`.
    """
    if not languages:
        raise ConcnerError(Errors.C545)
    for code in languages:
        check_language(code)
    for option, value in {"--steps": steps, "--limit": limit}.items():
        if value < 0:
            raise ConcnerError(Errors.C406.format(option=option, value=value, least=0))
    check_config(config)
    inputs: dict[str, Paths] = {"INPUT": raw, "--teacher": teacher, "--config": config}
    with claim(VERB, inputs=inputs, outputs={"OUTPUT": Folder(Path(output))}, force=force):
        n_docs = sum(map(count_docs, corpus_files(raw)))
        n_docs = min(n_docs, limit) if limit else n_docs
        if n_docs < FEWEST_DOCS:
            raise ConcnerError(Errors.C553.format(path=raw, found=n_docs, least=FEWEST_DOCS))
        base = load_pipeline(teacher, "Teacher")
        encoder = find_compact_encoder(base)
        told = Printer(no_print=not progress)
        with whole_folder(Path(output), VERB, sealed=True) as part:
            # In the hidden folder, so that the next run clears away what a killed one has left.
            scratch = part / SCRATCH
            scratch.mkdir()
            text = _part(raw, n_docs, scratch / "raw")
            told.info(f"Find the teacher's entities in {len(text.held_out)} sentences held out")
            gold = _with_entities(base, text.held_out)
            DocBin(docs=gold).to_disk(scratch / "dev.spacy")
            if not text.is_labelled:
                told.info(f"Let the teacher label {text.n_words:,} words of raw text")
                label(scratch / "raw", scratch / "soft", {TEACHER: teacher}, progress=progress)
            common = [w for w, n in text.counts.most_common(MOST_COMMON) if n >= LEAST_COMMON]
            told.info(f"Take vectors of word pieces and {len(common):,} words from its encoder")
            table = make_piece_table(encoder, common, PIECE_WIDTH)
            write_piece_table(table, scratch / "pieces")
            steps = steps or plan_steps(text.n_words)
            options = {
                **settings_for(steps),
                "paths.train": scratch / ("raw" if text.is_labelled else "soft"),
                "paths.dev": scratch / "dev.spacy",
                "paths.pieces": scratch / "pieces",
                "system.seed": seed,
            }
            told.info(f"Train on what it says: {steps:,} steps")
            run_training(VERB, config, scratch / "trained", options, silent=not progress)
            nlp = load_pipeline(scratch / "trained" / "model-last", "Student")
            shutil.rmtree(scratch)
            round_weights(nlp)
            drop_training_parts(nlp)
            nlp.batch_size = nlp.config["nlp"]["batch_size"] = max(nlp.batch_size, BATCH_SIZE)
            nlp.meta["name"] = f"{default_name(languages[0])}_sm"
            nlp.meta["requirements"] = add_requirement(nlp.meta.get("requirements", []))
            told.info(f"Compare both on the {len(gold)} sentences held out")
            before, after = (run(pipeline, gold, progress=progress) for pipeline in (base, nlp))
            nlp.to_disk(part)
            forget_words(part, nlp)
            report = SmallReport(
                languages=list(languages),
                raw_words=text.n_words,
                held_out=len(gold),
                steps=steps,
                agreement=after.f1 or 0.0,
                words_teacher=before.words_per_second,
                words_small=after.words_per_second,
                bytes_teacher=folder_size(base.path),
                bytes_small=folder_size(part),
            )
            srsly.write_json(part / RECORD_FILE, asdict(report))
    return report


def find_compact_encoder(nlp: Language) -> CompactModel:
    """Give the encoder that a shipped pipeline's recogniser reads.

    nlp (Language): The pipeline.
    RETURNS (Model): That of its last `concner` component, or the last one before it.
    RAISES (ConcnerError): C510 without such a component, C329 if there is no compact encoder.
    """
    pipes = [pipe for _, pipe in nlp.pipeline[: nlp.pipe_names.index(find_component(nlp)) + 1]]
    for model in [getattr(pipe, "model", None) for pipe in reversed(pipes)]:
        if isinstance(model, Model) and (found := list(compact_encoders_of(model))):
            return found[-1]
    raise ConcnerError(Errors.C329.format(path=nlp.path))


def check_config(path: Path) -> None:
    """Check that a config can train a small pipeline: the labelling before it takes long.

    RAISES (ConcnerError): C217 if it is not there, C554 if it is no config, or takes no text or no
        vectors of word pieces.
    """
    if not path.is_file():
        raise ConcnerError(Errors.C217.format(path=path, expected="a config of spacy train"))
    try:
        paths = load_config(path).get("paths", {})
    # Whatever the parser may raise.
    except Exception as error:
        raise ConcnerError(Errors.C554.format(path=path, reason=show_reason(error))) from error
    if missing := [f"paths.{name}" for name in PATHS if name not in paths]:
        reason = f"it has no {', '.join(missing)}"
        raise ConcnerError(Errors.C554.format(path=path, reason=reason))


def plan_steps(n_words: int) -> int:
    """Give the number of training steps for so many raw words: see docs/small.md."""
    return min(max(round(PASSES * n_words / WORDS_A_STEP), FEWEST_STEPS), MOST_STEPS)


@dataclass(frozen=True)
class _Text:
    """Raw text without the sentences that are held out.

    held_out: These.
    counts: How often each word occurs in the others.
    is_labelled: Whether the text has soft labels.
    """

    held_out: list[Doc]
    counts: Counter[str]
    is_labelled: bool

    @property
    def n_words(self) -> int:
        """Words of the text."""
        return self.counts.total()


def _part(raw: Path, n_docs: int, folder: Path) -> _Text:
    """Hold out each so manyth of the first Docs; write the others into a folder."""
    folder.mkdir()
    every = max(HELD_OUT_SHARE, n_docs // MOST_HELD_OUT)
    docs = islice(read_docs(raw, Vocab()), n_docs)
    held_out: list[Doc] = []
    counts: Counter[str] = Counter()
    is_labelled, n_files = False, 0
    while part := list(islice(docs, PART_DOCS)):
        is_labelled = is_labelled or get_soft_labels(part[0]) is not None
        rest = [doc for place, doc in enumerate(part) if place % every != every - 1]
        held_out += part[every - 1 :: every]
        counts.update(token.text for doc in rest for token in doc)
        DocBin(docs=rest, store_user_data=True).to_disk(folder / f"{n_files:05}.spacy")
        n_files += 1
    return _Text(held_out, counts, is_labelled)


def _with_entities(nlp: Language, docs: Sequence[Doc]) -> list[Doc]:
    """Give Docs with the entities that a pipeline finds in them, none without a token."""
    found = []
    for number, doc in annotate_docs(nlp, docs, BATCH_SIZE):
        gold = copy_tokens(docs[number], docs[number].vocab)
        gold.set_ents([Span(gold, ent.start, ent.end, ent.label_) for ent in doc.ents])
        found.append(gold)
    return found
