"""The similarity evaluator as a teacher (MTMT): token vectors to store with soft labels."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from ..arrays import unit_vectors
from ..errors import ConcnerError, Errors
from ..pipelines import EVALUATOR, find_component, load_pipeline, predict_docs


def load_evaluator(path: str | Path) -> Language:
    """Load an evaluator: any spaCy pipeline with a `concner_evaluator` component.

    path (str | Path): Pipeline folder or installed package.
    RETURNS (Language): The evaluator.
    RAISES (ConcnerError): C515 if it cannot be loaded, C510 if it has no such component.
    """
    nlp = load_pipeline(path, "Evaluator")
    find_component(nlp, EVALUATOR)
    return nlp


def predict_vectors(
    evaluator: Language, docs: Sequence[Doc], batch_size: int = 64, width: int = 64
) -> list[np.ndarray]:
    """Give an evaluator's token vectors, compact enough to store.

    An evaluator that was trained with a `width` of its own that is no greater loses nothing
    but the digits of float16. Wider vectors are projected onto a fixed random subspace,
    see `random_projection`.

    evaluator (Language): The evaluator.
    docs (Sequence[Doc]): Docs to read; they stay unchanged.
    batch_size (int): Docs a batch; batches hold Docs of like length, to save padding.
    width (int): The most columns of a vector.
    RETURNS (list[ndarray]): For each Doc `(n_tokens, min(width, own width))` float16, rows
        of length one.
    RAISES (ConcnerError): C510 if the pipeline has no evaluator, C442 for a width below 1,
        C443 if a vector is not a number.
    """
    if width < 1:
        raise ConcnerError(Errors.C442.format(width=width))
    found: dict[int, np.ndarray] = {}
    name = find_component(evaluator, EVALUATOR)
    to_numpy = evaluator.get_pipe(name).model.ops.to_numpy  # type: ignore[attr-defined]
    for i, predicted in predict_docs(evaluator, name, docs, batch_size):
        vectors = to_numpy(predicted)
        if not np.isfinite(vectors).all():
            raise ConcnerError(Errors.C443.format(path=evaluator.path, text=docs[i].text[:80]))
        found[i] = compress(vectors, width)
    own_width = next((vectors.shape[1] for vectors in found.values()), 0)
    nothing = np.zeros((0, own_width), dtype="f2")
    return [found.get(i, nothing) for i in range(len(docs))]


def compress(vectors: np.ndarray, width: int) -> np.ndarray:
    """Scale vectors to length one, projected if they are wider than asked for.

    vectors (ndarray): `(n, own_width)` float32.
    width (int): The most columns.
    RETURNS (ndarray): `(n, min(width, own_width))` float16.
    """
    unit = unit_vectors(vectors.astype("f4"))
    if vectors.shape[1] > width:
        unit = unit_vectors(unit @ random_projection(vectors.shape[1], width))
    return unit.astype("f2")


@lru_cache(maxsize=4)
def random_projection(own_width: int, width: int) -> np.ndarray:
    """Give a fixed orthonormal projection that nearly keeps cosines.

    It depends on the widths alone, so that documents of different runs compare, and a run
    that goes on gives what an undisturbed one gives; a principal component analysis would
    depend on the documents it was fitted to. The cosine of two vectors moves by about
    (1 - cos²) / √width (standard deviation; Johnson and Lindenstrauss 1984): 0.12 around
    zero at a width of 64, less for like vectors.

    own_width (int): Columns before.
    width (int): Columns after, no more than before.
    RETURNS (ndarray): `(own_width, width)` float32 with orthonormal columns.
    """
    normal = np.random.default_rng(0).standard_normal((own_width, width))
    orthonormal, upper = np.linalg.qr(normal)
    # QR leaves the signs to the library underneath.
    return (orthonormal * np.sign(np.diag(upper))).astype("f4")
