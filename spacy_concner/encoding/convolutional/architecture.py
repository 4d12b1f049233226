"""The layers of small pipelines: token vectors without an encoder."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from spacy.attrs import ORTH
from spacy.ml.models.tok2vec import build_Tok2Vec_model
from spacy.tokens import Doc
from thinc.api import HashEmbed, Maxout, Model, concatenate
from thinc.types import Floats2d, Ints2d

from .products import use_numpy_products
from .words import PieceTable, Words, WordSettings

EMBED = "word_piece_embed"
DocVectors = Model[list[Doc], list[Floats2d]]


def build_small_tok2vec(
    embed: DocVectors, encode: Model[list[Floats2d], list[Floats2d]]
) -> DocVectors:
    """Build `spacy-concner.SmallTok2Vec.v1`: as `spacy.Tok2Vec.v2`, with faster products on a CPU.

    embed (Model[List[Doc], List[Floats2d]]): Vectors of words.
    encode (Model[List[Floats2d], List[Floats2d]]): What puts them into context.
    RETURNS (Model[List[Doc], List[Floats2d]]): The model.
    """
    return use_numpy_products(build_Tok2Vec_model(embed, encode))


def build_word_piece_embed(
    width: int = 96,
    prefixes: Sequence[int] = (1,),
    suffixes: Sequence[int] = (3,),
    rows: int = 2500,
    maxout_pieces: int = 3,
    word_dropout: float = 0.3,
) -> DocVectors:
    """Build the word vectors of small pipelines: `spacy-concner.WordPieceEmbed.v1`.

    A word's vector is mixed of one that is not trained, its own if it is common and else the mean
    of its pieces', and of hashed embeddings of its shape, beginning and end. There is no embedding
    of the word itself: the names in the raw text would be learned by heart. The vectors that are
    not trained come by `set_pieces`.

    width (int): Width of the vectors.
    prefixes (Sequence[int]): Lengths of beginnings of words, in characters.
    suffixes (Sequence[int]): Lengths of their ends.
    rows (int): Rows of each table of embeddings.
    maxout_pieces (int): Pieces of the maxout units that mix.
    word_dropout (float): Share of the words that are seen by their pieces in training, though they
        are common.
    RETURNS (Model[List[Doc], List[Floats2d]]): The model.
    """
    words = Words(WordSettings(tuple(prefixes), tuple(suffixes)))
    embeddings: list[Model] = [
        HashEmbed(width, rows, column=column, seed=column + 1)
        for column in range(words.settings.n_features)
    ]
    tables: Model = concatenate(*embeddings) if len(embeddings) > 1 else embeddings[0]
    mix: Model = Maxout(width, nP=maxout_pieces, dropout=0.0, normalize=True)
    return Model(
        EMBED,
        forward,
        init=init,
        layers=[tables, mix],
        refs={"tables": tables, "mix": mix},
        dims={"nO": width},
        attrs={"word_dropout": word_dropout},
        shims=[words],
    )


def get_words(model: DocVectors) -> Words:
    """Give the words of an embedding layer."""
    words = model.shims[0]
    assert isinstance(words, Words)
    return words


def set_pieces(pipe: Any, table: PieceTable) -> None:
    """Give the network of a component the vectors of word pieces.

    pipe (Any): The component, changed in place; one without such a network stays as it is.
    table (PieceTable): The vectors.
    """
    model: Any = getattr(pipe, "model", None)
    for node in model.walk() if isinstance(model, Model) else ():
        if node.name == EMBED:
            get_words(node).set_table(table)


def init(model: DocVectors, X: Any = None, Y: Any = None) -> None:
    """Initialise the tables and what mixes them with the vectors of the pieces.

    model (Model): The model.
    X, Y (Any): Not used.
    RAISES (ConcnerError): C327 if there are no vectors of pieces.
    """
    words = get_words(model)
    mix = model.get_ref("mix")
    hashed = words.settings.n_features * model.get_dim("nO")
    model.get_ref("tables").initialize()
    mix.initialize(X=model.ops.alloc2f(1, hashed + words.width))


def forward(
    model: DocVectors, docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    """Give the vectors of all tokens: each different word of the batch is computed once.

    model (Model): The model.
    docs (list[Doc]): The batch.
    is_train (bool): Whether gradients are asked for.
    RETURNS (tuple[list[Floats2d], Callable]): For each Doc `(n_tokens, width)` float32 vectors, and
        the function that takes their gradients.
    """
    ops: Any = model.ops
    lengths = [len(doc) for doc in docs]
    if not sum(lengths):
        return [ops.alloc2f(0, model.get_dim("nO")) for _ in docs], lambda d_vectors: []
    flat = np.concatenate([doc.to_array(ORTH) for doc in docs])
    different, places = np.unique(flat, return_inverse=True)
    found = get_words(model).look_up(different.tolist(), docs[0].vocab)
    vectors = found.whole
    if is_train and model.attrs["word_dropout"]:
        hidden = np.random.uniform(size=(len(vectors), 1)) < model.attrs["word_dropout"]
        vectors = np.where(hidden, found.of_pieces, vectors)
    hashed: Ints2d = ops.asarray(found.features)
    embedded, backprop_tables = model.get_ref("tables")(hashed, is_train)
    joined = ops.xp.hstack([embedded, ops.asarray2f(vectors)])
    mixed, backprop_mix = model.get_ref("mix")(joined, is_train)
    rows = ops.asarray(places.astype("i4"))

    def backprop(d_vectors: list[Floats2d]) -> list[Doc]:
        d_mixed = ops.alloc2f(len(different), mixed.shape[1])
        ops.scatter_add(d_mixed, rows, ops.flatten(d_vectors))
        d_joined = backprop_mix(d_mixed)
        backprop_tables(ops.xp.ascontiguousarray(d_joined[:, : embedded.shape[1]]))
        return []

    return ops.unflatten(mixed[rows], ops.asarray1i(lengths)), backprop
