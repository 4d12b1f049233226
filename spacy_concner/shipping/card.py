"""Put meta data and model card into a pipeline's folder, where `spacy package` finds them."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import srsly
from markupsafe import escape
from packaging.version import InvalidVersion, Version

from ..errors import ConcnerError, Errors
from ..files import (
    Folder,
    Output,
    Paths,
    Store,
    check_in_place,
    claim,
    file_of_folder,
    whole_folder,
)
from ..folder_marker import is_sealed
from ..languages import check_language
from ..pipelines import RECOGNISER, is_shipped
from ..tagging.labels import OUTSIDE
from .card_inputs import (
    META,
    find_recognisers,
    measure,
    read_calibration,
    read_encoder,
    read_json,
    read_pipeline,
    read_shipped,
    read_small,
    read_sources,
)
from .comparison import change_of_f1, describe_change
from .meta import MEASURED_IN, TRAINING_DEV, language_name, make_meta, training_settings

CARD = "README.md"
TEMPLATE = "card.md.jinja"
EXPECTED_SCORES = "the scores of spacy evaluate"


def write_card(
    pipeline: Path,
    *,
    language: str,
    version: str,
    output: Path | None = None,
    name: str = "",
    author: str = "",
    scores: Path | None = None,
    test: Path | None = None,
    beside: Mapping[str, Path] | None = None,
    sources: Path | None = None,
    encoder: Path | None = None,
    student: Path | None = None,
    force: bool = False,
) -> dict[str, Any]:
    """Write `meta.json` and the model card of a pipeline.

    pipeline (Path): Folder of the trained pipeline.
    language (str): Code of the language that the package is for.
    version (str): Version of the package.
    output (Path): Folder for a copy of the pipeline with both; None puts them into the pipeline
        itself.
    name (str): Name of the package without the pipeline's language; concner_LANGUAGE if empty.
    author (str): Who publishes it.
    scores (Path): Scores as `spacy evaluate` wrote them.
    test (Path): Labelled `.spacy` corpus to measure on instead, with bootstrap intervals.
    beside (Mapping[str, Path]): Scores of other sizes on the same test data, by name.
    sources (Path): JSON list of the training corpora: name, license, author, url.
    encoder (Path): Encoder folder; what the config names if it is there, without.
    student (Path): Pipeline that this one was shipped from, for the settings of the training.
    force (bool): Replace a copy that was made before, or `meta.json` and `README.md` of the
        pipeline where there is no output.
    RETURNS (dict[str, Any]): The meta data.
    RAISES (ConcnerError): C510 for a pipeline without `concner`, C515 if there is no pipeline,
        C216, C561, C563 for language, version and name, C562 for scores beside a test
        corpus, C523 for one without labels, C301 for an encoder folder that is not there, C560 for
        a JSON file that is not what it should be, what reading a corpus raises; C128, C129, C601,
        C407, C408, C513 for what is written.
    """
    if scores is not None and test is not None:
        raise ConcnerError(Errors.C562)
    check_language(language)
    check_version(version)
    # As in the name of a language such as pt-BR.
    name = name.replace("-", "_")
    check_name(name)
    beside = beside or {}
    inputs: dict[str, Paths] = {"--scores": scores, "--test": test, "--sources": sources}
    inputs["--beside"] = list(beside.values())
    outputs: dict[str, Output] = {
        f"PIPELINE/{name}": Store(pipeline / name) for name in (META, CARD)
    }
    if output is not None:
        inputs |= {"PIPELINE": pipeline, "--encoder": encoder, "--student": student}
        outputs = {"OUTPUT": Folder(output)}
    with claim("card", inputs=inputs, outputs=outputs, force=force):
        before, config = read_pipeline(pipeline)
        if output is None:
            check_in_place(pipeline, force)
        recognisers = find_recognisers(config)
        if not recognisers:
            values = {"factory": RECOGNISER, "pipes": config["nlp"]["pipeline"]}
            raise ConcnerError(Errors.C510.format(path=pipeline, **values))
        corpora = read_sources(sources) if sources else []
        measured: dict[str, Any] | None = None
        measured_on = measured_in = ""
        if test is not None:
            measured, measured_on = measure(pipeline, test), test.name
        elif scores is not None:
            measured, measured_on = read_json(scores, dict, EXPECTED_SCORES), scores.stem
            # What `scores` notes where the language has no labelled sentences.
            measured_in = measured.pop(MEASURED_IN, "")
        trained = read_pipeline(student)[1] if student else config
        settings = training_settings(trained)
        small = read_small(pipeline)
        if small:
            # Only its loss, which is not needed any more, is not told by its config.
            settings.pop("losses", None)
        meta = make_meta(
            before,
            language=language,
            version=version,
            name=name,
            author=author,
            scores=measured,
            scored_on=f"`{measured_on}`",
            measured_in=measured_in,
            sources=corpora,
            encoder=read_encoder(encoder, trained),
            training=settings,
            small=small,
            beside={name: read_json(path, dict, EXPECTED_SCORES) for name, path in beside.items()},
            calibration=read_calibration(pipeline / recognisers[-1]),
            shipped=read_shipped(pipeline),
        )
        card = make_card(meta)
        if output is None:
            with file_of_folder(pipeline, META, "PIPELINE") as part:
                srsly.write_json(part, meta)
            with file_of_folder(pipeline, CARD, "PIPELINE") as part:
                part.write_text(card, encoding="utf8")
        else:
            sealed = is_sealed(pipeline) or is_shipped(config)
            with whole_folder(output, "card", sealed=sealed) as part:
                shutil.copytree(pipeline, part, dirs_exist_ok=True)
                srsly.write_json(part / META, meta)
                (part / CARD).write_text(card, encoding="utf8")
    return meta


def check_version(version: str) -> None:
    """Check that a version is one of Python packages.

    RAISES (ConcnerError): C561 if it is none.
    """
    try:
        Version(version)
    except InvalidVersion as error:
        raise ConcnerError(Errors.C561.format(version=version)) from error


def check_name(name: str) -> None:
    """Check that a name, after that of a language, is one of packages; an empty one is not used.

    RAISES (ConcnerError): C563 if it is none.
    """
    if name and not re.fullmatch(r"[A-Za-z0-9]+(_[A-Za-z0-9]+)*", name):
        raise ConcnerError(Errors.C563.format(name=name))


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
    scores = own.get("elsewhere") or meta["performance"]
    types = entity_types(meta.get("labels", {}))
    training = dict(own["training"])
    losses = training.pop("losses", {})
    return environment.get_template(TEMPLATE).render(
        meta=meta,
        own=own,
        package=f"{meta['lang']}_{meta['name']}",
        name=language_name(own["language"]),
        measured_in=language_name(own["measured_in"]) if own.get("measured_in") else "",
        types=types,
        all_types=sorted({label for labels in types.values() for label in labels}),
        scores=scores,
        per_type=dict(sorted((scores.get("ents_per_type") or {}).items())),
        intervals=scores.get("ents_f_intervals") or {},
        training=training,
        losses=losses,
        is_of_training=own["scored_on"] == TRAINING_DEV,
        calibration=own.get("calibration"),
        shipped=_describe_shipping(own.get("shipped") or {}),
    )


def _describe_shipping(found: Mapping[str, Any]) -> str:
    """Tell what shipping has changed; nothing where F1 was not compared."""
    figures = ("f1_before", "f1_after", "f1_change_low", "f1_change_high")
    change = change_of_f1(*map(found.get, figures))
    return "" if change is None else describe_change(change, found["sentences"])


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
