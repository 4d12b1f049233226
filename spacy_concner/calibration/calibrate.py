"""A pipeline calibrated: predictions collected, maps fitted, measured and stored."""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import srsly
import tqdm
from spacy.language import Language

from ..corpora.reader import create_corpus
from ..errors import ConcnerError, Errors, Warnings
from ..languages import check_language
from ..pipelines import find_component, load_pipeline
from .fit import Fit, Method, Reliability, fit, measure
from .predictions import Predictions, collect_predictions

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Measured:
    """A corpus before and after calibration.

    path: the corpus.
    languages: sentences by language code, "unknown" where neither corpus nor user tells.
    before: reliability by level, "token" and "entity", of the scores without any calibration.
    after: the same with the new one.
    """

    path: Path
    languages: dict[str, int]
    before: dict[str, Reliability]
    after: dict[str, Reliability]


@dataclass(frozen=True)
class Calibrated:
    """What calibrating a pipeline gave.

    path: folder of the calibrated pipeline.
    fit: the maps.
    dev: the corpus that they were fitted on.
    tests: other corpora, to see how far they carry.
    """

    path: Path
    fit: Fit
    dev: Measured
    tests: list[Measured]


def calibrate(
    pipeline: str | Path,
    dev: Path,
    *,
    output: Path | None = None,
    method: Method = "auto",
    tests: Sequence[Path] = (),
    dev_language: str = "",
    target_language: str = "",
    force: bool = False,
    progress: bool = True,
) -> Calibrated:
    """Fit a calibration on a labelled corpus and store it in the pipeline.

    pipeline (str | Path): Folder of a pipeline, or installed package.
    dev (Path): Labelled `.spacy` file or folder that was not trained on.
    output (Path): Folder for the calibrated pipeline; None stores it where the pipeline is.
    method (str): "temperature", "vector", or "auto" for the better on held-out folds.
    tests (Sequence[Path]): Labelled corpora to measure on, before and after.
    dev_language (str): Language code of the dev corpus, where its segments do not tell.
    target_language (str): Language that the pipeline is for; by default its own, unless
        that is "xx".
    force (bool): Replace an output that is there.
    progress (bool): Show progress bars.
    RETURNS (Calibrated): Maps and measures. Warns (W510) if no dev language is the target.
    RAISES (ConcnerError): C510 to C515 for pipeline, corpus, method or output; C142, C143
        for a corpus that cannot be read, C523 for one without labels; C216 for a language.
    """
    nlp = load_recogniser(pipeline)
    destination = check_output(nlp, pipeline, output, force)
    recogniser: Any = nlp.get_pipe(find_component(nlp))
    if dev_language:
        check_language(dev_language)
    fitted_on = _predict(nlp, dev, dev_language, progress)
    found = fit(fitted_on, method)
    measured = [_measure(dev, fitted_on, found)]
    target = target_language or (nlp.lang if nlp.lang != "xx" else "")
    known = sorted(set(measured[0].languages) - {UNKNOWN})
    if target and known and target not in known:
        warnings.warn(
            Warnings.W510.format(path=dev, found=", ".join(known), target=target), stacklevel=2
        )
    measured += [_measure(path, _predict(nlp, path, "", progress), found) for path in tests]
    recogniser.cfg["calibration"] = {
        **found.calibration.to_dict(),
        "method": found.method,
        "temperature": found.temperature,
        "languages": known,
        "n_tokens": measured[0].after["token"].n,
        "n_entities": measured[0].after["entity"].n,
    }
    _store(nlp, destination)
    return Calibrated(destination, found, measured[0], measured[1:])


def reset_calibration(
    pipeline: str | Path, output: Path | None = None, *, force: bool = False
) -> Path:
    """Take the calibration out of a pipeline: all its probabilities are the model's own again.

    pipeline (str | Path): Folder of a pipeline, or installed package.
    output (Path): Folder for the result; None changes the pipeline where it is.
    force (bool): Replace an output that is there.
    RETURNS (Path): Folder of the result.
    RAISES (ConcnerError): C510, C513, C514 or C515 for pipeline or output.
    """
    nlp = load_recogniser(pipeline)
    destination = check_output(nlp, pipeline, output, force)
    recogniser: Any = nlp.get_pipe(find_component(nlp))
    recogniser.cfg["calibration"] = None
    _store(nlp, destination)
    return destination


def load_recogniser(pipeline: str | Path) -> Language:
    """Load a pipeline with a `concner` component.

    pipeline (str | Path): Folder or installed package.
    RETURNS (Language): The pipeline.
    RAISES (ConcnerError): C515 if it cannot be loaded, C510 if it has no `concner`.
    """
    nlp = load_pipeline(pipeline)
    find_component(nlp)
    return nlp


def check_output(nlp: Language, pipeline: str | Path, output: Path | None, force: bool) -> Path:
    """Give the folder to write to.

    nlp (Language): The pipeline, loaded.
    pipeline (str | Path): Where from.
    output (Path): Folder that the user named, if any.
    force (bool): Whether it may hold something.
    RETURNS (Path): The folder.
    RAISES (ConcnerError): C513 if an installed package would be changed, C514 if the output
        is there and not empty.
    """
    if output is None:
        if not Path(pipeline).is_dir():
            raise ConcnerError(Errors.C513.format(path=pipeline))
        return Path(nlp.path)
    taken = output.is_file() or (output.is_dir() and any(output.iterdir()))
    if taken and not (force and output.is_dir()):
        raise ConcnerError(Errors.C514.format(path=output))
    return output


def _store(nlp: Language, destination: Path) -> None:
    if destination != nlp.path:
        nlp.to_disk(destination)
        return
    # The settings alone: weights that are loaded lazily or stored otherwise stay untouched.
    name = find_component(nlp)
    recogniser: Any = nlp.get_pipe(name)
    unfinished = destination / name / "cfg.unfinished"
    srsly.write_json(unfinished, recogniser.cfg)
    unfinished.replace(destination / name / "cfg")


def _predict(nlp: Language, path: Path, language: str, progress: bool) -> Predictions:
    examples = create_corpus(path)(nlp)
    bar = tqdm.tqdm(
        examples, desc=f"Reading {path}", unit=" docs", disable=None if progress else True
    )
    predictions = collect_predictions(nlp, bar)
    if not (predictions.tags >= 0).any():
        raise ConcnerError(Errors.C523.format(path=path))
    predictions.languages[predictions.languages == ""] = language or UNKNOWN
    return predictions


def _measure(path: Path, predictions: Predictions, found: Fit) -> Measured:
    return Measured(
        path,
        dict(Counter(predictions.languages.tolist())),
        measure(predictions),
        measure(predictions, found.calibration),
    )
