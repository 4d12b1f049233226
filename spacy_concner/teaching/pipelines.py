"""Pipelines as teachers: loaded, and run up to the component that teaches."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from ..corpora.segments import copy_tokens
from ..errors import ConcnerError


def last_component(nlp: Language, factory: str, missing: str) -> str:
    """Give the name of a pipeline's last component of a factory.

    nlp (Language): The pipeline.
    factory (str): Name of the factory.
    missing (str): Message if there is none, with {path} and {pipes}.
    RETURNS (str): The name.
    RAISES (ConcnerError): With that message.
    """
    names = [name for name in nlp.pipe_names if nlp.get_pipe_meta(name).factory == factory]
    if not names:
        raise ConcnerError(missing.format(path=nlp.path, pipes=nlp.pipe_names))
    return names[-1]


def predict_docs(
    nlp: Language, name: str, docs: Sequence[Doc], batch_size: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Run a pipeline up to a component and give what it predicts.

    nlp (Language): The pipeline.
    name (str): The component; components without a model before it are passed over.
    docs (Sequence[Doc]): Docs to read; they stay unchanged, and so does the pipeline's
        vocabulary: the words of a text are forgotten with it, so that memory does not grow
        with the corpus.
    batch_size (int): Docs a batch; batches hold Docs of like length, to save padding.
    YIELDS (tuple[int, ndarray]): Number of a Doc that has tokens, and its prediction, the
        shortest Docs first.
    """
    component: Any = nlp.get_pipe(name)
    before: list[Any] = [
        pipe
        for _, pipe in nlp.pipeline[: nlp.pipe_names.index(name)]
        if getattr(pipe, "model", None) is not None
    ]
    order = iter(sorted((i for i, doc in enumerate(docs) if len(doc)), key=lambda i: len(docs[i])))
    with nlp.memory_zone():
        while rows := list(islice(order, batch_size)):
            batch = [copy_tokens(docs[i], nlp.vocab) for i in rows]
            for pipe in before:
                batch = list(pipe.pipe(batch, batch_size=batch_size))
            for i, predicted in zip(rows, component.predict(batch), strict=True):
                yield i, component.model.ops.to_numpy(predicted)
