"""The tagger's thinc model: token vectors into label scores and vectors to contrast."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from spacy.tokens import Doc
from thinc.api import Dropout, Linear, Model, Relu, chain, noop
from thinc.types import Floats2d, Ints1d

from ..corpora.segments import get_segments
from ..errors import ConcnerError, Errors

Pooling = Literal["mean", "max"]
POOLINGS = ("mean", "max")


@dataclass
class TaggerOutput:
    """What the tagger gives for a batch, or the gradients of it.

    logits: `(n_tokens, n_labels)` float32, before softmax, all Docs one after another.
    token_vectors: `(n_tokens, width)` float32; in training through the projection head.
    segment_vectors: `(n_segments, width)` float32, likewise.
    """

    logits: Floats2d
    token_vectors: Floats2d
    segment_vectors: Floats2d


TaggerModel = Model[list[Doc], TaggerOutput]


def build_token_tagger(
    tok2vec: Model[list[Doc], list[Floats2d]],
    pooling: Pooling = "mean",
    projection_width: int = 0,
    nO: int | None = None,
) -> TaggerModel:
    """Build the model of `concner`: `spacy-concner.TokenTagger.v1`.

    A linear layer scores the labels of each token. In training two further heads give the
    vectors that the contrastive losses compare: the tokens', and the segments' pooled over
    their tokens. With `projection_width` both pass through a multi-layer perceptron of
    their own (Linear-ReLU-Linear), which plays no part in prediction.

    tok2vec (Model): Any token-to-vector layer, a listener or one of its own.
    pooling (str): "mean" or "max" over the tokens of a segment.
    projection_width (int): Output width of the projection heads; 0 compares raw vectors.
    nO (int): Number of labels; the component sets it when it is initialised.
    RETURNS (Model[List[Doc], TaggerOutput]): The model.
    RAISES (ConcnerError): C001 for an unknown pooling or a negative width.
    """
    if pooling not in POOLINGS or projection_width < 0:
        raise ConcnerError(Errors.C001.format(pooling=pooling, width=projection_width))
    output_layer: Model[Floats2d, Floats2d] = Linear(nO=nO)
    dropout: Model[Floats2d, Floats2d] = Dropout()
    output: Model[Floats2d, Floats2d] = chain(dropout, output_layer)
    model: TaggerModel = Model(
        "token_tagger",
        forward,
        init=init,
        layers=[tok2vec, output, _projection(projection_width), _projection(projection_width)],
        refs={"tok2vec": tok2vec, "output": output, "output_layer": output_layer},
        dims={"nO": nO},
        attrs={"pooling": pooling},
    )
    model.set_ref("token_projection", model.layers[2])
    model.set_ref("segment_projection", model.layers[3])
    return model


def _projection(width: int) -> Model[Floats2d, Floats2d]:
    if not width:
        return noop()
    return chain(Relu(), Linear(nO=width))


def init(model: TaggerModel, X: list[Doc] | None = None, Y: Floats2d | None = None) -> None:
    """Initialise the layers and infer their widths.

    model (Model): The model; its dimension `nO` must be known.
    X (list[Doc]): Sample of Docs with at least one token among them.
    Y (Floats2d): Not used: the number of labels is the dimension `nO`.
    """
    tok2vec = model.get_ref("tok2vec")
    tok2vec.initialize(X=X)
    # Listeners learn their width from upstream only when asked for vectors.
    vectors = model.ops.flatten([v for v in tok2vec.predict(X or []) if v.shape[0]])
    model.get_ref("output_layer").set_dim("nO", model.get_dim("nO"))
    for name in ("output", "token_projection", "segment_projection"):
        layer = model.get_ref(name)
        for node in layer.walk():
            if node.has_dim("nI") is not False and node.has_param("W") is not False:
                node.set_dim("nI", vectors.shape[1], force=True)
            if node.name == "relu":
                node.set_dim("nO", vectors.shape[1], force=True)
        layer.initialize(X=vectors)


def forward(
    model: TaggerModel, docs: list[Doc], is_train: bool
) -> tuple[TaggerOutput, Callable[[TaggerOutput], list[Doc]]]:
    """Score the tokens of a batch.

    model (Model): The model.
    docs (list[Doc]): The batch.
    is_train (bool): Whether to give projected vectors and a working backprop.
    RETURNS (tuple[TaggerOutput, Callable]): Output and the function that takes its gradients.
    """
    ops = model.ops
    lengths = ops.asarray1i([len(doc) for doc in docs])
    if not sum(lengths):
        empty = ops.alloc2f(0, model.get_dim("nO"))
        return TaggerOutput(empty, ops.alloc2f(0, 0), ops.alloc2f(0, 0)), lambda d_output: []
    token_vectors, backprop_tok2vec = model.get_ref("tok2vec")(docs, is_train)
    flat = ops.flatten([v for v in token_vectors if v.shape[0]])
    output, backprop_heads = apply_heads(model, docs, flat, flat, is_train)

    def backprop(d_output: TaggerOutput) -> list[Doc]:
        d_labels, d_contrast = backprop_heads(d_output)
        return backprop_tok2vec(ops.unflatten(d_labels + d_contrast, lengths))

    return output, backprop if is_train else lambda d_output: []


def apply_heads(
    model: TaggerModel, docs: list[Doc], labelled: Floats2d, contrasted: Floats2d, is_train: bool
) -> tuple[TaggerOutput, Callable[[TaggerOutput], tuple[Floats2d, Floats2d]]]:
    """Score labels by vectors of tokens, and give the vectors to contrast.

    model (Model): The model.
    docs (list[Doc]): The batch.
    labelled (Floats2d): `(n_tokens, width)` vectors that the labels are read from.
    contrasted (Floats2d): `(n_tokens, width)` vectors that are contrasted, mostly the same.
    is_train (bool): Whether the latter go through the projection heads.
    RETURNS (tuple[TaggerOutput, Callable]): Output and, for training, the function that takes
        its gradients and gives those of both kinds of vectors.
    """
    logits, backprop_output = model.get_ref("output")(labelled, is_train)
    lengths = model.ops.asarray1i([len(segment) for doc in docs for segment in get_segments(doc)])
    pooled, backprop_pooling = _pool(model, contrasted, lengths)
    tokens, segments = contrasted, pooled
    if is_train:
        tokens, backprop_tokens = model.get_ref("token_projection")(contrasted, is_train)
        segments, backprop_segments = model.get_ref("segment_projection")(pooled, is_train)

    def backprop(d_output: TaggerOutput) -> tuple[Floats2d, Floats2d]:
        d_pooled = backprop_pooling(backprop_segments(d_output.segment_vectors))
        d_contrasted = backprop_tokens(d_output.token_vectors) + d_pooled
        return backprop_output(d_output.logits), d_contrasted

    return TaggerOutput(logits, tokens, segments), backprop


def _pool(
    model: TaggerModel, vectors: Floats2d, lengths: Ints1d
) -> tuple[Floats2d, Callable[[Floats2d], Floats2d]]:
    ops = model.ops
    if model.attrs["pooling"] == "mean":
        return ops.reduce_mean(vectors, lengths), lambda d: ops.backprop_reduce_mean(d, lengths)
    pooled, which = ops.reduce_max(vectors, lengths)
    return pooled, lambda d: ops.backprop_reduce_max(d, which, lengths)
