"""The model card: `README.md` of a package, made of nothing but its `meta.json`."""

from collections.abc import Mapping
from typing import Any

from markupsafe import escape

from ..tagging.labels import OUTSIDE
from .citations import citations
from .meta import TRAINING_DEV, language_name

TEMPLATE = "card.md.jinja"


def make_card(meta: Mapping[str, Any]) -> str:
    """Write the model card of a package.

    meta (Mapping[str, Any]): Contents of its `meta.json`, as `make_meta` makes it.
    RETURNS (str): Markdown. Each number in it stands in the meta data, too.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("spacy_concner.shipping", ""),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"cell": _cell, "code": lambda text: f"`{text}`"}
    own = meta["concner"]
    scores = meta["performance"]
    types = entity_types(meta.get("labels", {}))
    training = dict(own["training"])
    losses = training.pop("losses", {})
    return environment.get_template(TEMPLATE).render(
        meta=meta,
        own=own,
        package=f"{meta['lang']}_{meta['name']}",
        name=language_name(own["language"]),
        types=types,
        all_types=sorted({label for labels in types.values() for label in labels}),
        scores=scores,
        per_type=dict(sorted((scores.get("ents_per_type") or {}).items())),
        intervals=scores.get("ents_f_intervals") or {},
        training=training,
        losses=losses,
        is_of_training=own["scored_on"] == TRAINING_DEV,
        calibration=own.get("calibration"),
        citations=citations(own),
    )


def entity_types(labels: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Give the entity types of each component that has BIO labels.

    labels (Mapping[str, list[str]]): Labels by component, as in `meta.json`.
    RETURNS (dict[str, list[str]]): Types in order, by component.
    """
    return {
        name: sorted({tag.partition("-")[2] for tag in tags if tag != OUTSIDE})
        for name, tags in labels.items()
        if OUTSIDE in tags
    }


def _cell(text: str) -> str:
    """Keep a text in its cell of a table, and markup in it a text."""
    return str(escape(" ".join(str(text).split()))).replace("|", "\\|")
