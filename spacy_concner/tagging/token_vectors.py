"""The evaluator's thinc model: token vectors to compare by their cosine."""

from collections.abc import Callable

from spacy.tokens import Doc
from thinc.api import Dropout, Linear, Model, chain
from thinc.types import Floats2d

from ..errors import ConcnerError, Errors

TokenVectorsModel = Model[list[Doc], Floats2d]


def build_token_vectors(
    tok2vec: Model[list[Doc], list[Floats2d]], width: int = 0
) -> TokenVectorsModel:
    """Build the model of `concner_evaluator`: `spacy-concner.TokenVectors.v1`.

    tok2vec (Model): Any token-to-vector layer, a listener or one of its own.
    width (int): Width of the vectors, which a linear layer learns to project to: compact
        ones are cheap to store with soft labels. 0 compares the vectors of `tok2vec`.
    RETURNS (Model[List[Doc], Floats2d]): The model: `(n_tokens, width)` float32, all Docs
        one after another.
    RAISES (ConcnerError): C040 for a negative width.
    """
    if width < 0:
        raise ConcnerError(Errors.C040.format(setting="width", value=width, least=0))
    output: Model[Floats2d, Floats2d] = Dropout()
    if width:
        linear: Model[Floats2d, Floats2d] = Linear(nO=width)
        output = chain(output, linear)
    return Model(
        "token_vectors",
        forward,
        init=init,
        layers=[tok2vec, output],
        refs={"tok2vec": tok2vec, "output": output},
        attrs={"width": width},
    )


def init(model: TokenVectorsModel, X: list[Doc] | None = None, Y: Floats2d | None = None) -> None:
    """Initialise the layers and infer their widths.

    model (Model): The model.
    X (list[Doc]): Sample of Docs with at least one token among them.
    Y (Floats2d): Not used.
    """
    tok2vec = model.get_ref("tok2vec")
    tok2vec.initialize(X=X)
    # Listeners learn their width from upstream only when asked for vectors.
    vectors = model.ops.flatten([v for v in tok2vec.predict(X or []) if v.shape[0]])
    output = model.get_ref("output")
    for node in output.walk():
        if node.name == "linear":
            node.set_dim("nI", vectors.shape[1], force=True)
    output.initialize(X=vectors)


def forward(
    model: TokenVectorsModel, docs: list[Doc], is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], list[Doc]]]:
    """Give the vectors of the tokens of a batch.

    model (Model): The model.
    docs (list[Doc]): The batch.
    is_train (bool): Whether to drop out and give a working backprop.
    RETURNS (tuple[Floats2d, Callable]): Vectors and the function that takes their gradient.
    """
    ops = model.ops
    lengths = ops.asarray1i([len(doc) for doc in docs])
    if not sum(lengths):
        return ops.alloc2f(0, model.attrs["width"]), lambda d_vectors: []
    token_vectors, backprop_tok2vec = model.get_ref("tok2vec")(docs, is_train)
    flat = ops.flatten([v for v in token_vectors if v.shape[0]])
    vectors, backprop_output = model.get_ref("output")(flat, is_train)

    def backprop(d_vectors: Floats2d) -> list[Doc]:
        return backprop_tok2vec(ops.unflatten(backprop_output(d_vectors), lengths))

    return vectors, backprop
