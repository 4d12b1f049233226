"""What `meta.json` of a package says: scores, sources, encoder, training (pure)."""

import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version as version_of
from typing import Any

from spacy.util import get_lang_class, get_minor_version_range, split_requirement

from .licence import list_sources, package_licence

# Of `[training]` and below, by what the card calls them.
TRAINING = {
    "steps at most": ("max_steps",),
    "epochs at most": ("max_epochs",),
    "batch size (tokens, padding counted)": ("batcher", "size"),
    "batches a step": ("accumulate_gradient",),
    "dropout": ("dropout",),
    "learning rate": ("optimizer", "learn_rate", "initial_rate"),
    "warm-up steps": ("optimizer", "learn_rate", "warmup_steps"),
    "weight decay": ("optimizer", "L2"),
    "seed": ("seed",),
}
AFTER_INIT = {"frozen embeddings": "freeze_embeddings", "frozen layers": "frozen_layers"}
# In a file of scores, the language of the sentences if it is another than that of the pipeline.
MEASURED_IN = "measured_in"
TRAINING_DEV = "the development set of its training"
PACKAGE = "spacy-concner"


def add_requirement(known: Sequence[str]) -> list[str]:
    """Name this package among those that a pipeline's own package needs.

    `spacy package` finds it by itself, but not where it is installed for work on it, as the
    sample project has it.

    known (Sequence[str]): The requirements so far.
    RETURNS (list[str]): The same, with this package if it was not there.
    """
    if PACKAGE in (split_requirement(one)[0] for one in known):
        return list(known)
    return [*known, f"{PACKAGE}{get_minor_version_range(version_of(PACKAGE))}"]


def make_meta(
    before: Mapping[str, Any],
    *,
    language: str,
    version: str,
    author: str = "",
    name: str = "",
    scores: Mapping[str, Any] | None = None,
    scored_on: str = "",
    measured_in: str = "",
    sources: Sequence[Mapping[str, str]] = (),
    encoder: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    calibration: Mapping[str, Any] | None = None,
    small: Mapping[str, Any] | None = None,
    shipped: Mapping[str, Any] | None = None,
    beside: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Make the meta data of a package.

    before (Mapping[str, Any]): `meta.json` of the pipeline; what is not named here stays.
    language (str): Code of the language that the package is for.
    version (str): Version of the package.
    author (str): Who publishes it.
    name (str): Name without the language of the pipeline; concner_LANGUAGE if empty.
    scores (Mapping[str, Any]): Scores from 0 to 1, as `spacy evaluate` writes them; None leaves
        those of the training's development set.
    scored_on (str): What the scores were measured on.
    measured_in (str): Code of another language than the package's that they were measured in;
        then they are no performance, but stand in "concner" as "elsewhere".
    sources (Sequence[Mapping[str, str]]): Name, author, license and url of each corpus.
    encoder (Mapping[str, Any]): Contents of the encoder's `concner_encoder.json`.
    training (Mapping[str, Any]): See `training_settings`.
    calibration (Mapping[str, Any]): Method, languages and n_entities of the calibration.
    small (Mapping[str, Any]): Of a small pipeline raw_words, held_out and agreement, as of
        `make_small`.
    shipped (Mapping[str, Any]): What shipping has changed on labelled text, as of `ship`.
    beside (Mapping[str, Mapping[str, Any]]): Scores of other sizes by name.
    RETURNS (dict[str, Any]): All fields of `meta.json`. The field "concner" holds what only
        the model card tells.
    """
    figures = _without_losses(scores if scores is not None else before.get("performance", {}))
    return {
        **before,
        "name": name or default_name(language),
        "version": version,
        "description": f"Named entity recognition for {language_name(language)} ({language}), "
        "trained with spacy-concner",
        "author": author or before.get("author", ""),
        "license": package_licence(sources, encoder, before.get("license", "")),
        "requirements": add_requirement(before.get("requirements", [])),
        "sources": list_sources(sources, encoder),
        # Nothing here may look like a score in the package's language that is none.
        "performance": {} if measured_in else figures,
        "concner": {
            "language": language,
            "encoder": encoder["source"] if encoder else "",
            "scored_on": scored_on if scores is not None else TRAINING_DEV,
            "measured_in": measured_in,
            "elsewhere": figures if measured_in else {},
            "calibration": dict(calibration) if calibration else None,
            "small": dict(small) if small else None,
            "shipped": dict(shipped) if shipped else None,
            "beside": {name: _totals(found) for name, found in (beside or {}).items()},
            "training": dict(training or {}),
        },
    }


def _totals(scores: Mapping[str, Any]) -> dict[str, Any]:
    return {measure: scores.get(measure) for measure in ("ents_p", "ents_r", "ents_f")}


def default_name(language: str) -> str:
    """Give the name of the package for a language, without that of the pipeline: concner_pt_BR."""
    return f"concner_{language.replace('-', '_')}"


def _without_losses(performance: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the losses of the training, which spaCy keeps among the scores."""
    return {name: value for name, value in performance.items() if not name.endswith("_loss")}


def training_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Take from a config what the card tells of the training.

    config (Mapping[str, Any]): The pipeline's config, interpolated.
    RETURNS (dict[str, Any]): Settings by their name in words, without those that are unset;
        "losses" holds the weight of each.
    """
    found: dict[str, Any] = {}
    for words, path in TRAINING.items():
        value: Any = config.get("training", {})
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, int | float) and not (words.endswith("at most") and value <= 0):
            found[words] = value
    after_init = config.get("initialize", {}).get("after_init") or {}
    for words, key in AFTER_INIT.items():
        if key in after_init:
            found[words] = after_init[key]
    if "start_from" in after_init:
        start = after_init["start_from"]
        found["started from"] = "a trained pipeline" if start else "the pretrained encoder"
    for component in config.get("components", {}).values():
        if component.get("factory") == "concner":
            losses = {k: v for k, v in (component.get("losses") or {}).items() if v}
            found["losses"] = {
                f"{key} ({loss.get('@losses', '')})": loss.get("weight", 1.0)
                for key, loss in losses.items()
            } or {"entity (spacy-concner.EntityCrossEntropy.v1)": 1.0}
    return found


def language_name(code: str) -> str:
    """Give the English name of a language, as spaCy's class for it is called; else its code."""
    try:
        name = get_lang_class(code).__name__
    except ImportError:
        return code
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
