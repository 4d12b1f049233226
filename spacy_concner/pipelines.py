"""Pipelines: loaded, searched for a component, and run up to it, in one way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from .corpora.segments import copy_tokens
from .errors import ConcnerError, Errors
from .folder_marker import check_sealed, fingerprint

RECOGNISER = "concner"
EVALUATOR = "concner_evaluator"
COMPACT = "spacy-concner.CompactEncoder.v1"
CONFIG_FILE = "config.cfg"
NEEDS_TRAIN = 'it has a transformer, which needs packages. Run: pip install "spacy-concner[train]"'


def is_pipeline(name: str | Path) -> bool:
    """Tell whether a name is that of a pipeline: a folder of one, or an installed package."""
    text = str(name)
    return bool(text) and ((Path(text) / CONFIG_FILE).is_file() or spacy.util.is_package(text))


def is_shipped(config: Mapping[str, Any]) -> bool:
    """Tell by its config whether a pipeline has a compact encoder, as shipped ones have."""
    return COMPACT in str(dict(config))


def load_pipeline(path: str | Path, what: str = "Pipeline") -> Language:
    """Load a pipeline.

    path (str | Path): Pipeline folder or installed package.
    what (str): What the caller takes it for, such as "Teacher", for the message.
    RETURNS (Language): The pipeline.
    RAISES (ConcnerError): C515 if it cannot be loaded, C607 if that is because a file of it is
        another than was shipped.
    """
    try:
        return spacy.load(path)
    # Whatever a broken folder, or one of another version, may raise.
    except Exception as error:
        check_sealed(Path(path))
        values = {"what": what, "path": path, "error": _reason(error)}
        raise ConcnerError(Errors.C515.format(**values)) from error


def find_components(nlp: Language, factory: str = RECOGNISER) -> list[str]:
    """Give the names of a pipeline's components of a factory, in the order of the pipeline."""
    return [name for name in nlp.pipe_names if nlp.get_pipe_meta(name).factory == factory]


def find_component(nlp: Language, factory: str = RECOGNISER) -> str:
    """Give the name of a pipeline's last component of a factory, which has the last word.

    nlp (Language): The pipeline.
    factory (str): Name of the factory.
    RETURNS (str): The name.
    RAISES (ConcnerError): C510 if there is none.
    """
    names = find_components(nlp, factory)
    if not names:
        values = {"path": nlp.path, "factory": factory, "pipes": nlp.pipe_names}
        raise ConcnerError(Errors.C510.format(**values))
    return names[-1]


def predict_docs(
    nlp: Language,
    name: str,
    docs: Sequence[Doc],
    batch_size: int,
    predict: Callable[[list[Doc]], Sequence[Any]] | None = None,
) -> Iterator[tuple[int, Any]]:
    """Run a pipeline up to a component and give what that predicts.

    nlp (Language): The pipeline.
    name (str): The component.
    docs (Sequence[Doc]): Docs to read; they stay unchanged, and so does the pipeline's
        vocabulary: the words of a text are forgotten with it, so that memory does not grow
        with the corpus.
    batch_size (int): Docs a batch; batches hold Docs of like length, to save padding.
    predict (Callable): Gives a prediction for each Doc of a batch; the component's own without.
    YIELDS (tuple[int, Any]): Number of a Doc that has tokens, and its prediction, the shortest
        Docs first.
    """
    component: Any = nlp.get_pipe(name)
    before: list[Any] = [pipe for _, pipe in nlp.pipeline[: nlp.pipe_names.index(name)]]
    with nlp.memory_zone():
        for rows, batch in _batches(nlp, docs, batch_size):
            for pipe in before:
                batch = list(pipe.pipe(batch, batch_size=batch_size))
            yield from zip(rows, (predict or component.predict)(batch), strict=True)


def annotate_docs(nlp: Language, docs: Sequence[Doc], batch_size: int) -> Iterator[tuple[int, Doc]]:
    """Run all of a pipeline but its tokenizer.

    nlp (Language): The pipeline.
    docs (Sequence[Doc]): Docs to read, as by `predict_docs`.
    batch_size (int): Docs a batch; batches hold Docs of like length.
    YIELDS (tuple[int, Doc]): Number of a Doc that has tokens, and an annotated copy, which is
        good until the next.
    """
    with nlp.memory_zone():
        for rows, batch in _batches(nlp, docs, batch_size):
            yield from zip(rows, nlp.pipe(batch, batch_size=batch_size), strict=True)


def _batches(
    nlp: Language, docs: Sequence[Doc], batch_size: int
) -> Iterator[tuple[list[int], list[Doc]]]:
    """Give copies of the Docs that have tokens, the shortest first, with their numbers."""
    order = iter(sorted((i for i, doc in enumerate(docs) if len(doc)), key=lambda i: len(docs[i])))
    while rows := list(islice(order, batch_size)):
        yield rows, [copy_tokens(docs[i], nlp.vocab) for i in rows]


def pipeline_fingerprint(nlp: Language) -> str:
    """Give what identifies a pipeline: its name, version and the SHA-256 of its files."""
    root = Path(nlp.path)
    files = [file for file in sorted(root.rglob("*")) if file.is_file()]
    return f"{nlp.meta['lang']}_{nlp.meta['name']}-{nlp.meta['version']} {fingerprint(files)}"


def identify(place: str | Path) -> str:
    """Give the SHA-256 of a file, of a folder's files or a package's, or else the name itself."""
    path = Path(place)
    if not path.exists() and spacy.util.is_package(str(place)):
        path = spacy.util.get_package_path(str(place))
    if path.is_dir():
        return fingerprint(sorted(file for file in path.rglob("*") if file.is_file()))
    return fingerprint([path]) if path.is_file() else str(place)


def _reason(error: Exception) -> str:
    """Give what went wrong, without the full stop that the message around it has."""
    text = str(error)
    named = ("factory for 'transformer'", "'spacy-transformers.")
    if any(name in text for name in named) and find_spec("spacy_transformers") is None:
        return NEEDS_TRAIN
    return text.rstrip(". ") or type(error).__name__
