"""Whether the shared encoder that a component listens to has run.

A listener without an upstream gives zeros, and a tagger would find an entity in every token.
"""

from collections.abc import Sequence
from typing import Any

from spacy.pipeline.tok2vec import Tok2VecListener
from spacy.tokens import Doc
from thinc.api import Model

from ..errors import ConcnerError, Errors

# Where transformers of spaCy's ecosystem leave their vectors.
TRANSFORMER_DATA = "trf_data"


def check_upstream(model: Model, docs: Sequence[Doc], name: str) -> None:
    """Check that the encoder a model listens to has run on Docs that are to be predicted.

    model (Model): The model; one with an encoder of its own needs none.
    docs (Sequence[Doc]): The Docs.
    name (str): Name of the component, for messages.
    RAISES (ConcnerError): C016 if it has not.
    """
    for node in model.walk():
        listener: Any = node
        for doc in docs if hasattr(listener, "upstream_name") else ():
            if len(doc) and not _was_encoded(doc, listener):
                kind = "tok2vec" if isinstance(listener, Tok2VecListener) else "transformer"
                upstream = listener.upstream_name.replace("*", kind)
                raise ConcnerError(
                    Errors.C016.format(name=name, upstream=upstream, text=doc.text[:80])
                )


def _was_encoded(doc: Doc, listener: Model) -> bool:
    if isinstance(listener, Tok2VecListener):
        return bool(doc.tensor.size)
    return Doc.has_extension(TRANSFORMER_DATA) and doc._.get(TRANSFORMER_DATA) is not None
