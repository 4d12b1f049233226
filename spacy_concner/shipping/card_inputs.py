"""What a model card is made from: the files that are read, and a measurement."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import srsly
from spacy.scorer import Scorer
from spacy.util import load_config

from ..corpora.reader import create_corpus
from ..encoding.encoder import RECORD_FILE
from ..encoding.loading import NO_FOLDER, cannot_load
from ..errors import ConcnerError, Errors
from ..files import show_reason
from ..pipelines import CONFIG_FILE, RECOGNISER, load_pipeline
from ..scoring.bootstrap import bootstrap_interval, f_score
from ..scoring.matches import EntitySpan, compare, sum_counts
from .comparison import RECORD_FILE as SHIPPED_FILE

META = "meta.json"
SOURCE_KEYS = ("name", "license")
# What the card tells of a calibration.
CALIBRATION = ("method", "languages", "n_entities")
# Of shipping, where it was compared on labelled text.
SHIPPED = ("sentences", "changed", "f1_before", "f1_after", "f1_change_low", "f1_change_high")
# And of a small pipeline.
SMALL = ("raw_words", "held_out", "agreement")
_KINDS: dict[type, str] = {list: "a list", dict: "an object", str: "a text"}


def read_pipeline(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read meta data and config of a pipeline without loading it.

    RETURNS (tuple[dict, dict]): Contents of `meta.json`, and the interpolated config.
    RAISES (ConcnerError): C515 if one is not there or broken.
    """
    try:
        return srsly.read_json(path / META), load_config(path / CONFIG_FILE, interpolate=True)
    except Exception as error:
        values = {"what": "Pipeline", "path": path, "error": show_reason(error)}
        raise ConcnerError(Errors.C515.format(**values)) from error


def find_recognisers(config: Mapping[str, Any]) -> list[str]:
    """Give the names of the `concner` components of a config, in the order of the pipeline."""
    components = config.get("components", {})
    names = config.get("nlp", {}).get("pipeline", [])
    return [name for name in names if components.get(name, {}).get("factory") == RECOGNISER]


def read_calibration(component: Path) -> dict[str, Any] | None:
    """Read how a component was calibrated: method, languages and n_entities, None if not.

    component (Path): Folder of the component.
    """
    settings = component / "cfg"
    stored = srsly.read_json(settings).get("calibration") if settings.is_file() else None
    return {key: stored.get(key) for key in CALIBRATION} if stored else None


def read_small(pipeline: Path) -> dict[str, Any] | None:
    """Read how a small pipeline was made, as `make_small` notes it; None for any other."""
    record = pipeline / SHIPPED_FILE
    found = srsly.read_json(record) if record.is_file() else {}
    return {key: found[key] for key in SMALL} if all(key in found for key in SMALL) else None


def read_shipped(pipeline: Path) -> dict[str, Any] | None:
    """Read what shipping has changed, as `ship` notes it; None where F1 was not compared."""
    record = pipeline / SHIPPED_FILE
    found = srsly.read_json(record) if record.is_file() else {}
    known = all(found.get(key) is not None for key in SHIPPED)
    return {key: found[key] for key in SHIPPED} if known else None


def read_json(path: Path, kind: type, expected: str) -> Any:
    """Read a JSON file that must hold an object or a list.

    RAISES (ConcnerError): C560 if it does not.
    """
    try:
        found = srsly.read_json(path)
    except (OSError, ValueError) as error:
        what = show_reason(error)
        raise ConcnerError(Errors.C560.format(path=path, what=what, expected=expected)) from error
    if not isinstance(found, kind):
        what = f"it holds {_KINDS.get(type(found), 'a single value')}"
        raise ConcnerError(Errors.C560.format(path=path, what=what, expected=expected))
    return found


def read_sources(path: Path) -> list[dict[str, str]]:
    """Read the list of training corpora.

    RAISES (ConcnerError): C560 if an entry lacks its name or licence, or holds no text.
    """
    expected = "a JSON list of objects with name, license, author and url, each a text"
    found = read_json(path, list, expected)
    for number, entry in enumerate(found, 1):
        whole = isinstance(entry, Mapping) and all(entry.get(key) for key in SOURCE_KEYS)
        if not whole or not all(isinstance(value, str) for value in entry.values()):
            what = f"entry {number} is {json.dumps(entry, ensure_ascii=False)}"
            raise ConcnerError(Errors.C560.format(path=path, what=what, expected=expected))
    return found


def read_encoder(folder: Path | None, config: Mapping[str, Any]) -> dict[str, Any] | None:
    """Find what is known of the encoder.

    folder (Path): Encoder folder, None to look where the config says.
    config (Mapping[str, Any]): The pipeline's config.
    RETURNS (dict | None): The folder's record, or the name alone; None if there is no encoder.
    RAISES (ConcnerError): C301 if a given folder is not there, C560 if it has no record.
    """
    named = (config.get("paths") or {}).get("encoder")
    place = folder or (Path(named) if named else None)
    if folder is not None and not folder.is_dir():
        raise cannot_load(folder, NO_FOLDER)
    record = place / RECORD_FILE if place else None
    if record is not None and (folder is not None or record.is_file()):
        return read_json(record, dict, "the record that spacy concner encoder writes")
    return {"source": str(named)} if named else None


def measure(pipeline: Path, test: Path) -> dict[str, Any]:
    """Score a pipeline on labelled text, with intervals.

    pipeline (Path): Folder of the pipeline.
    test (Path): Labelled `.spacy` corpus.
    RETURNS (dict[str, Any]): Scores as `spacy evaluate` writes them, the number of
        "sentences", and "ents_f_intervals": lower and upper bound of F1 for "all" and for each
        type.
    RAISES (ConcnerError): C515 if it cannot be loaded; C142, C143 and C523 for the corpus.
    """
    nlp = load_pipeline(pipeline)
    examples = list(create_corpus(test)(nlp))
    predicted = nlp.pipe([example.predicted for example in examples])
    for example, doc in zip(examples, predicted, strict=True):
        example.predicted = doc
    # Not nlp.evaluate, which keeps its predictions to itself.
    scores = Scorer(nlp).score(examples)
    sentences = [found for example in examples for found in compare(example)]
    scores["sentences"] = len(sentences)
    if not sentences:
        raise ConcnerError(Errors.C523.format(path=test))
    types = sorted({span.label for s in sentences for span in (*s.gold, *s.predicted)})
    counts = {"all": [sentence.counts() for sentence in sentences]}
    for label in types:
        counts[label] = [sum_counts([s], partial(_has_label, label)) for s in sentences]
    scores["ents_f_intervals"] = {
        key: list(bootstrap_interval(np.array(found), f_score)) for key, found in counts.items()
    }
    return scores


def _has_label(label: str, span: EntitySpan) -> bool:
    return span.label == label
