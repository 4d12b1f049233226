"""Put compact encoders in the place of a pipeline's transformers, in memory."""

from collections.abc import Callable, Iterator
from typing import Any

from spacy.language import Language
from spacy.pipeline.tok2vec import Tok2VecListener
from spacy.util import replace_model_node
from thinc.api import Model, noop

from ..encoding.compact.architecture import build_compact_encoder, set_weights
from ..encoding.compact.engine import CompactWeights
from ..encoding.compact.tokenizer import replacing
from ..errors import ConcnerError, Errors

COMPACT = "spacy-concner.CompactEncoder.v1"
STOCK_TOKENIZER = "spacy.Tokenizer.v1"
TOKENIZER = "spacy-concner.ReplacingTokenizer.v1"
LISTENER = "spacy-transformers.TransformerListener"
OWN = "spacy-transformers.Tok2VecTransformer"
MAKE_WEIGHTS = Callable[[Any, Any], CompactWeights]


def compact_pipeline(
    nlp: Language, make_weights: MAKE_WEIGHTS, settings: dict[str, Any], shared: bool = False
) -> None:
    """Replace each transformer by a compact encoder; all else stays as it is.

    A transformer that a single component listens to becomes part of that component; one with
    several listeners a `tok2vec` component that they listen to. spaCy's own tokenizer learns
    to replace lone surrogates.

    nlp (Language): The trained pipeline, changed in place.
    make_weights (Callable): Makes weights from a transformer and its tokenizer.
    settings (dict[str, Any]): Of `spacy-concner.CompactEncoder.v1`.
    shared (bool): Make it a `tok2vec` component even for a single listener, and for a component
        with a transformer of its own.
    RAISES (ConcnerError): C540 if there is no transformer, C541 for a component that cannot
        have another encoder, and what `make_weights` raises.
    """
    names = [name for name in nlp.pipe_names if nlp.get_pipe_meta(name).factory == "transformer"]
    found = bool(names)
    pipes: list[tuple[str, Any]] = nlp.pipeline
    for name, pipe in pipes:
        if isinstance(getattr(pipe, "model", None), Model):
            for parent in list(_parents(pipe.model, OWN)):
                encoder = _encoder(_transformer(parent), make_weights, settings)
                config = {"@architectures": COMPACT, **settings}
                if shared:
                    place = nlp.component_names.index(name)
                    new_name = _free_name(nlp, f"{name}_tok2vec")
                    _let_listen(nlp, [(name, parent)], OWN, new_name, encoder)
                    _add_tok2vec(nlp, new_name, place, encoder, config)
                else:
                    _replace(nlp, name, parent, encoder, OWN, config)
                found = True
    if not found:
        raise ConcnerError(Errors.C540.format(path=nlp.path, pipes=nlp.pipe_names))
    for name in names:
        _replace_component(nlp, name, make_weights, settings, shared)
    for name in nlp.pipe_names:
        _drop_training_parts(nlp, name)
    if nlp.config["nlp"]["tokenizer"] == {"@tokenizers": STOCK_TOKENIZER}:
        nlp.tokenizer = replacing(nlp.tokenizer)  # type: ignore[arg-type]
        nlp.config["nlp"]["tokenizer"] = {"@tokenizers": TOKENIZER}
    for callback in ("before_init", "after_init"):
        nlp.config["initialize"][callback] = None


def _replace_component(
    nlp: Language, name: str, make_weights: MAKE_WEIGHTS, settings: dict[str, Any], shared: bool
) -> None:
    pipe: Any = nlp.get_pipe(name)
    listeners: list[tuple[str, Any]] = [
        (other, parent)
        for other, component in nlp.pipeline
        if isinstance(getattr(component, "model", None), Model)
        for parent in _parents(component.model, LISTENER)  # type: ignore[attr-defined]
        if getattr(parent.layers[0], "upstream_name", "*") in ("*", name)
    ]
    encoder = _encoder(pipe.model, make_weights, settings)
    config = {"@architectures": COMPACT, **settings}
    own = len(listeners) == 1 and not shared
    if own:
        _replace(nlp, *listeners[0], encoder, LISTENER, config)
        nlp.remove_pipe(name)
        return
    new_name = _free_name(nlp, name)
    _let_listen(nlp, listeners, LISTENER, new_name, encoder)
    place = nlp.component_names.index(name)
    nlp.remove_pipe(name)
    _add_tok2vec(nlp, new_name, place, encoder, config)


def _free_name(nlp: Language, otherwise: str) -> str:
    return "tok2vec" if "tok2vec" not in nlp.component_names else otherwise


def _let_listen(
    nlp: Language, listeners: list[tuple[str, Any]], kind: str, upstream: str, encoder: Model
) -> None:
    """Let the layers of components that give token vectors listen to a `tok2vec`."""
    width = encoder.get_dim("nO")
    config = {
        "@architectures": "spacy.Tok2VecListener.v1",
        "width": width,
        "upstream": upstream,
    }
    for name, parent in listeners:
        _replace(nlp, name, parent, Tok2VecListener(upstream, width), kind, config)


def _add_tok2vec(
    nlp: Language, name: str, place: int, encoder: Model, config: dict[str, Any]
) -> None:
    tok2vec: Any = nlp.add_pipe(
        "tok2vec",
        name=name,
        before=place if place < len(nlp.component_names) else None,
        config={"model": config},
    )
    set_weights(tok2vec.model, encoder.shims[0].weights)  # type: ignore[attr-defined]


def _encoder(trf: Model, make_weights: MAKE_WEIGHTS, settings: dict[str, Any]) -> Model:
    return set_weights(
        build_compact_encoder(**settings),
        make_weights(trf.transformer, trf.tokenizer),  # type: ignore[attr-defined]
    )


def _parents(model: Model, kind: str) -> Iterator[Model]:
    """Find the layers that give token vectors: a listener or a transformer, then pooling."""
    for node in model.walk():
        names = [layer.name for layer in node.layers]
        if not names or names[-1] != "trfs2arrays":
            continue
        listens = names[0] == "transformer-listener"
        if listens == (kind == LISTENER):
            yield node


def _transformer(parent: Model) -> Model:
    return next(node for node in parent.walk() if hasattr(node, "transformer"))


def _replace(
    nlp: Language, name: str, parent: Model, replacement: Model, kind: str, config: dict[str, Any]
) -> None:
    """Replace the layers of a component that give token vectors, and their settings."""
    pooling = parent.layers[-1].layers[0].name
    pipe: Any = nlp.get_pipe(name)
    if pooling != "reduce_mean":
        raise ConcnerError(Errors.C541.format(name=name, reason=f"it pools with {pooling}"))
    if pipe.model is parent:
        raise ConcnerError(Errors.C541.format(name=name, reason="it is nothing but an encoder"))
    replace_model_node(pipe.model, parent, replacement)
    # As nlp.replace_listeners does: the config is made from these.
    pipe_config = nlp._pipe_configs[name]
    if not _replace_settings(pipe_config, kind, config):
        reason = f"its config names no {kind}"
        raise ConcnerError(Errors.C541.format(name=name, reason=reason))


def _replace_settings(config: Any, kind: str, replacement: dict[str, Any]) -> bool:
    """Replace the first block of a kind that is found; tell whether there was one."""
    for key, value in config.items():
        if not isinstance(value, dict):
            continue
        if str(value.get("@architectures", "")).startswith(kind):
            config[key] = dict(replacement)
            return True
        if _replace_settings(value, kind, replacement):
            return True
    return False


def _drop_training_parts(nlp: Language, name: str) -> None:
    """Leave out losses and projection heads, which need torch and play no part in prediction."""
    if nlp.get_pipe_meta(name).factory != "concner":
        return
    pipe: Any = nlp.get_pipe(name)
    config = nlp._pipe_configs[name]
    pipe.losses = {}
    config["losses"] = {}
    if config["model"].get("projection_width"):
        config["model"]["projection_width"] = 0
        for head in ("token_projection", "segment_projection"):
            replace_model_node(pipe.model, pipe.model.get_ref(head), noop())
