"""Put compact encoders in the place of a pipeline's transformers, in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spacy.language import Language
from spacy.pipeline.tok2vec import Tok2VecListener
from spacy.util import replace_model_node
from thinc.api import Model

from ..encoding.compact.architecture import build_compact_encoder, set_weights
from ..encoding.compact.weights import CompactWeights
from ..encoding.loading import Encoder, encoders_of
from ..errors import ConcnerError, Errors
from ..pipelines import COMPACT, find_components

LISTENER = "spacy-transformers.TransformerListener"
OWN = "spacy-transformers.Tok2VecTransformer"


@dataclass(frozen=True)
class Place:
    """Where a component gets its token vectors from a transformer.

    component (str): Name of the component.
    layers (Model): A listener or a transformer, then pooling.
    """

    component: str
    layers: Model

    @property
    def upstream(self) -> str | None:
        """Name of the component that is listened to, "*" for any; None for an own transformer."""
        first = self.layers.layers[0]
        listens = first.name == "transformer-listener"
        return getattr(first, "upstream_name", "*") if listens else None

    @property
    def architecture(self) -> str:
        """Name of its architecture in the config, without the version."""
        return OWN if self.upstream is None else LISTENER


def compact_pipeline(
    nlp: Language,
    make_weights: Callable[[Encoder], CompactWeights],
    *,
    settings: dict[str, Any],
    shared: bool = False,
) -> None:
    """Replace each transformer by a compact encoder; all else stays as it is.

    A transformer that a single component listens to becomes part of that component; one with
    several listeners a `tok2vec` component that they listen to.

    nlp (Language): The trained pipeline, changed in place.
    make_weights (Callable): Makes weights from a transformer with its tokenizer.
    settings (dict[str, Any]): Of `spacy-concner.CompactEncoder.v1`.
    shared (bool): Make it a `tok2vec` component even for a single listener, and for a component
        with a transformer of its own.
    RAISES (ConcnerError): C540 if there is no transformer, C541 for a component that cannot
        have another encoder, and what `make_weights` raises.
    """
    names = find_components(nlp, "transformer")
    own = [place for place in find_places(nlp) if place.upstream is None]
    if not names and not own:
        raise ConcnerError(Errors.C540.format(path=nlp.path, pipes=nlp.pipe_names))
    config = {"@architectures": COMPACT, **settings}

    def make_encoder(model: Model) -> Model:
        weights = make_weights(next(encoders_of(model)))
        return set_weights(build_compact_encoder(**settings), weights)

    for place in own:
        encoder = make_encoder(place.layers)
        if shared:
            new_name = _free_name(nlp, f"{place.component}_tok2vec")
            _let_listen(nlp, [place], new_name, encoder)
            _add_tok2vec(nlp, new_name, encoder, config=config, before=place.component)
        else:
            _replace(nlp, place, encoder, config)
    for name in names:
        pipe: Any = nlp.get_pipe(name)
        listeners = [place for place in find_places(nlp) if place.upstream in ("*", name)]
        encoder = make_encoder(pipe.model)
        number = nlp.component_names.index(name)
        if len(listeners) == 1 and not shared:
            _replace(nlp, listeners[0], encoder, config)
            nlp.remove_pipe(name)
        else:
            new_name = _free_name(nlp, name)
            _let_listen(nlp, listeners, new_name, encoder)
            nlp.remove_pipe(name)
            before = number if number < len(nlp.component_names) else None
            _add_tok2vec(nlp, new_name, encoder, config=config, before=before)


def find_places(nlp: Language) -> list[Place]:
    """Find the places of a pipeline where token vectors come from a transformer."""
    models = [(name, getattr(pipe, "model", None)) for name, pipe in nlp.pipeline]
    return [
        Place(name, node)
        for name, model in models
        if isinstance(model, Model)
        for node in model.walk()
        if node.layers and node.layers[-1].name == "trfs2arrays"
    ]


def _free_name(nlp: Language, otherwise: str) -> str:
    return "tok2vec" if "tok2vec" not in nlp.component_names else otherwise


def _let_listen(nlp: Language, places: list[Place], upstream: str, encoder: Model) -> None:
    """Let components listen to a `tok2vec` for their token vectors."""
    width = encoder.get_dim("nO")
    architecture = "spacy.Tok2VecListener.v1"
    config = {"@architectures": architecture, "width": width, "upstream": upstream}
    for place in places:
        _replace(nlp, place, Tok2VecListener(upstream, width), config)


def _add_tok2vec(
    nlp: Language,
    name: str,
    encoder: Model,
    *,
    config: dict[str, Any],
    before: str | int | None,
) -> None:
    tok2vec: Any = nlp.add_pipe("tok2vec", name=name, before=before, config={"model": config})
    set_weights(tok2vec.model, encoder.shims[0].weights)  # type: ignore[attr-defined]


def _replace(nlp: Language, place: Place, replacement: Model, config: dict[str, Any]) -> None:
    """Replace the layers of a component that give token vectors, and their settings."""
    pooling = place.layers.layers[-1].layers[0].name
    pipe: Any = nlp.get_pipe(place.component)
    reason = ""
    if pooling != "reduce_mean":
        reason = f"it pools with {pooling}"
    elif pipe.model is place.layers:
        reason = "it is nothing but an encoder"
    else:
        replace_model_node(pipe.model, place.layers, replacement)
        # As nlp.replace_listeners does: the config is made from these.
        if not _replace_settings(nlp._pipe_configs[place.component], place.architecture, config):
            reason = f"its config names no {place.architecture}"
    if reason:
        raise ConcnerError(Errors.C541.format(name=place.component, reason=reason))


def _replace_settings(config: Any, architecture: str, replacement: dict[str, Any]) -> bool:
    """Replace the first block of an architecture that is found; tell whether there was one."""
    for key, value in config.items():
        if not isinstance(value, dict):
            continue
        if str(value.get("@architectures", "")).startswith(architecture):
            config[key] = dict(replacement)
            return True
        if _replace_settings(value, architecture, replacement):
            return True
    return False
