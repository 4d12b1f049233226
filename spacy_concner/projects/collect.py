"""The corpora of a project, gathered in one folder as the other verbs read them."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spacy.vocab import Vocab

from ..bitexts.parallel_files import ParallelFiles, check_columns
from ..corpora.convert import convert
from ..corpora.detection import SUFFIXES
from ..corpora.reader import read_docs
from ..corpora.segments import is_bitext
from ..errors import ConcnerError, Errors
from ..files import Folder, claim, whole_folder

VERB = "collect"
SOURCES = "sources.json"
BITEXTS = "bitexts"


@dataclass
class Collection:
    """What was gathered.

    sentences: Sentences written, by name of the corpus.
    parallel: Languages with parallel text.
    untested: Languages without labelled sentences to measure on.
    has_sources: Whether it is told who made the corpora.
    """

    sentences: dict[str, int] = field(default_factory=dict)
    parallel: list[str] = field(default_factory=list)
    untested: list[str] = field(default_factory=list)
    has_sources: bool = True


def collect(
    corpus: Path,
    output: Path,
    *,
    languages: Sequence[str],
    source: str = "en",
    force: bool = False,
) -> Collection:
    """Gather the corpora of a project.

    The folder `corpus` has `train`, `dev` and `raw.LANG` in any format that `convert` reads
    (`train.jsonl`, `train.tsv`, a folder `train`). It may have tests as `test.LANG`, or one `test`
    of bitexts, parallel text, `parallel.LANG.tsv`, and `sources.json`, which packages name. What is
    written is `labelled.spacy`, `dev.spacy`, `raw/LANG.spacy`, `test/LANG.spacy`,
    `parallel/LANG.tsv` and `sources.json`. Of bitexts that train and dev may be, the source is
    taken; those of train are `bitexts.spacy`. Nothing of other languages, or of an earlier run, is
    in the folder.

    corpus (Path): Folder of the corpora.
    output (Path): Folder to write.
    languages (Sequence[str]): Codes of the target languages.
    source (str): Code of the language that is labelled.
    force (bool): Replace a folder that collect has made before.
    RETURNS (Collection): What was gathered.
    RAISES (ConcnerError): C217 if there is no such folder, C611 if there is no such corpus, or two,
        C205 and C232 to C234 for parallel text, C128, C129, C407, C408 and C601 for the output,
        and those of `convert`.
    """
    if not corpus.is_dir():
        raise ConcnerError(Errors.C217.format(path=corpus, expected="the folder of the corpora"))
    sources = corpus / SOURCES
    texts = {language: corpus / f"parallel.{language}.tsv" for language in languages}
    texts = {language: text for language, text in texts.items() if text.exists()}
    found = {"labelled": _find(corpus, "train"), "dev": _find(corpus, "dev")}
    untested = []
    for language in languages:
        found[f"raw/{language}"] = _find(corpus, f"raw.{language}")
        if test := _find_any(corpus, f"test.{language}", "test"):
            found[f"test/{language}"] = test
        else:
            untested.append(language)
    for text in texts.values():
        check_columns(ParallelFiles(text))
    done = Collection(parallel=list(texts), untested=untested, has_sources=sources.is_file())
    outputs = {"OUTPUT": Folder(output)}
    with claim(VERB, inputs={"INPUT": corpus}, outputs=outputs, force=force):
        with whole_folder(output, VERB) as folder:
            for name, file in found.items():
                kind, _, language = name.partition("/")
                is_bitexts = _is_bitext_file(file, folder / "first.spacy")
                made = convert(
                    file,
                    folder / f"{name}.spacy",
                    segment=(language or source) if is_bitexts else None,
                    unlabelled=kind == "raw",
                )
                done.sentences[name] = made.n_sentences
                if is_bitexts and name == "labelled":
                    both = convert(file, folder / f"{BITEXTS}.spacy")
                    done.sentences[BITEXTS] = both.n_sentences
            (folder / "parallel").mkdir()
            (folder / "test").mkdir(exist_ok=True)
            for language, text in texts.items():
                shutil.copy(text, folder / "parallel" / f"{language}.tsv")
            if done.has_sources:
                shutil.copy(sources, folder)
            else:
                (folder / SOURCES).write_text("[]\n", encoding="utf8")
    return done


def _find_any(corpus: Path, *names: str) -> Path | None:
    """Find the one file or folder with the first of some names; None without any."""
    for name in names:
        files = sorted(path for path in corpus.glob(f"{name}*") if _is_corpus(path, name))
        if len(files) > 1:
            found = " ".join(path.name for path in files)
            raise ConcnerError(Errors.C611.format(folder=corpus, found=found, name=name))
        if files:
            return files[0]
    return None


def _find(corpus: Path, name: str) -> Path:
    """Find the one file or folder with a name."""
    if path := _find_any(corpus, name):
        return path
    others = sorted(path.name for path in corpus.glob(f"{name}.*"))
    found = " ".join(["nothing but", *others] if others else ["nothing"])
    raise ConcnerError(Errors.C611.format(folder=corpus, found=found, name=name))


def _is_corpus(path: Path, name: str) -> bool:
    """Tell whether a path is a corpus of a name: what is beside it may be notes, or a copy."""
    if path.is_dir():
        return path.name == name
    # The text of brat's pairs is named by its annotation.
    return path.stem == name and path.suffix.lower() in SUFFIXES


def _is_bitext_file(file: Path, scratch: Path) -> bool:
    """Tell whether the first record of a file becomes a bitext."""
    convert(file, scratch, limit=1)
    found = any(is_bitext(doc) for doc in read_docs(scratch, Vocab()))
    scratch.unlink()
    return found
