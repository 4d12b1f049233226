"""A pipeline calibrated: maps fitted to a labelled corpus, tried, measured and stored."""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import srsly
import tqdm
from spacy.language import Language
from wasabi import Printer

from ..corpora.reader import corpus_files, count_docs, create_corpus
from ..errors import ConcnerError, Errors, Warnings
from ..files import Folder, Paths, Store, check_in_place, claim, file_of_folder, whole_folder
from ..languages import check_language
from ..pipelines import find_component, is_pipeline, is_shipped, load_pipeline
from ..tagging.labels import entity_type
from ..tagging.threshold import ALL_TYPES, forget_calibration
from .fit import FittedCalibration, Method, fit_calibration
from .measure import (
    Predictions,
    TokenAndEntityReliability,
    collect_predictions,
    measure_predictions,
)
from .thresholds import FoundThresholds, Goal, find_thresholds, total

VERB = "calibrate"
UNKNOWN = "unknown"
# With fewer, the noise of the corpus moves the maps as much as what the pipeline does.
ENOUGH_ENTITIES = 200


@dataclass(frozen=True)
class CorpusReliability:
    """How far a pipeline's probabilities can be trusted on a corpus.

    path: the corpus.
    languages: sentences by language code, "unknown" where neither corpus nor user tells.
    before: of the scores without any calibration.
    after: with the new one.
    """

    path: Path
    languages: dict[str, int]
    before: TokenAndEntityReliability
    after: TokenAndEntityReliability


@dataclass(frozen=True)
class CalibratedPipeline:
    """What calibrating a pipeline gave.

    path: folder of the calibrated pipeline.
    fitted: the maps.
    dev: the corpus that they were fitted on.
    tests: other corpora, to see how far they carry.
    thresholds: least probabilities of entities; None if none were asked for.
    """

    path: Path
    fitted: FittedCalibration
    dev: CorpusReliability
    tests: list[CorpusReliability]
    thresholds: FoundThresholds | None = None


def calibrate(
    pipeline: str | Path,
    dev: Path,
    *,
    output: Path | None = None,
    method: Method = "auto",
    thresholds: str = "",
    tests: Sequence[Path] = (),
    dev_language: str = "",
    target_language: str = "",
    force: bool = False,
    progress: bool = True,
) -> CalibratedPipeline:
    """Fit a calibration on a labelled corpus and store it in the pipeline.

    pipeline (str | Path): Folder of a pipeline, or installed package.
    dev (Path): Labelled `.spacy` file or folder that was not trained on.
    output (Path): Folder for the calibrated pipeline; None stores it where the pipeline is.
    method (str): "temperature", "vector", or "auto" for the better on held-out folds.
    thresholds (str): Find the least probability of an entity, by type, for a goal: "f1",
        "precision=0.9" or "recall=0.9"; empty leaves the threshold of the config.
    tests (Sequence[Path]): Labelled corpora to measure on, before and after.
    dev_language (str): Language code of the dev corpus, where its segments do not tell.
    target_language (str): Language that the pipeline is for; by default its own, unless
        that is "xx".
    force (bool): Replace an output that was calibrated before, change the pipeline where it is,
        and store maps that there is little reason to trust.
    progress (bool): Say what is done, and show progress bars.
    RETURNS (CalibratedPipeline): Maps and measures. Warns (W510) if no dev language is the
        target, of types that the corpus lacks (W513), of maps stored by force (W512), and of a goal
        that no threshold reaches (W514).
    RAISES (ConcnerError): C510, C515 for the pipeline, C511, C512 for corpus and method; C518 if
        the corpus has no type of the pipeline; C519 if it has too few entities, or held-out
        ones have worse probabilities after it; C526 for a goal, C527 if held-out entities have
        a lower F1 with the thresholds found for it; C142, C143 for a corpus that cannot be read,
        C523 for one without labels; C216 for a language; C128, C129, C407, C408, C513, C601 for
        what is written.
    """
    goal = Goal.of(thresholds) if thresholds else None
    told = Printer(no_print=not progress)
    with _claimed(pipeline, output, {"DEV": dev, "--test": list(tests)}, force):
        nlp = load_pipeline(pipeline)
        recogniser: Any = nlp.get_pipe(find_component(nlp))
        if dev_language:
            check_language(dev_language)
        _check_types(nlp, dev, {entity_type(label) for label in recogniser.labels} - {""})
        fitted_on = _predict(nlp, dev, dev_language, progress)
        n_entities = int((fitted_on.correct >= 0).sum())
        told.info(f"Fit maps to {n_entities} entities, and again without each fifth of them")
        found = fit_calibration(fitted_on, method)
        _check_worth(dev, found, force)
        on_dev = _measure(dev, fitted_on, found)
        target = target_language or (nlp.lang if nlp.lang != "xx" else "")
        known = sorted(set(on_dev.languages) - {UNKNOWN})
        if target and known and target not in known:
            warnings.warn(
                Warnings.W510.format(path=dev, found=", ".join(known), target=target), stacklevel=2
            )
        on_tests = [_measure(path, _predict(nlp, path, "", progress), found) for path in tests]
        forget_calibration(recogniser.cfg)
        if goal is not None:
            told.info(f"Find thresholds for {goal}, and again without each fifth of the corpus")
        chosen = None if goal is None else _choose(dev, fitted_on, found, goal, force=force)
        recogniser.cfg["calibration"] = {
            **found.calibration.to_dict(),
            "method": found.method,
            "temperature": found.temperature,
            "languages": known,
            "n_tokens": on_dev.after.token.n,
            "n_entities": on_dev.after.entity.n,
        }
        if chosen is not None:
            recogniser.cfg["threshold"] = chosen.thresholds
            recogniser.cfg["calibration"]["thresholds"] = str(goal)
        return CalibratedPipeline(_store(nlp, output), found, on_dev, on_tests, chosen)


def reset_calibration(
    pipeline: str | Path, output: Path | None = None, *, force: bool = False
) -> Path:
    """Take the calibration out of a pipeline: all its probabilities are the model's own again.

    Thresholds that were found with it go as well.

    pipeline (str | Path): Folder of a pipeline, or installed package.
    output (Path): Folder for the result; None changes the pipeline where it is.
    force (bool): Replace an output that was calibrated before, or change the pipeline where
        it is.
    RETURNS (Path): Folder of the result.
    RAISES (ConcnerError): C510, C515 for the pipeline; C128, C129, C407, C408, C513, C601 for
        what is written.
    """
    with _claimed(pipeline, output, {}, force):
        nlp = load_pipeline(pipeline)
        recogniser: Any = nlp.get_pipe(find_component(nlp))
        forget_calibration(recogniser.cfg)
        return _store(nlp, output)


@contextmanager
def _claimed(
    pipeline: str | Path, output: Path | None, inputs: dict[str, Paths], force: bool
) -> Iterator[None]:
    if output is not None:
        with claim(
            VERB,
            inputs={"PIPELINE": pipeline, **inputs},
            outputs={"--output": Folder(output)},
            force=force,
        ):
            yield
        return
    folder = Path(pipeline)
    if is_pipeline(pipeline):
        check_in_place(folder, force)
    with claim(VERB, inputs=inputs, outputs={"PIPELINE": Store(folder)}):
        yield


def _store(nlp: Language, output: Path | None) -> Path:
    if output is not None:
        with whole_folder(output, VERB, "--output", sealed=is_shipped(nlp.config)) as folder:
            nlp.to_disk(folder)
        return output
    # The settings alone: weights that are loaded lazily or stored otherwise stay untouched.
    name = find_component(nlp)
    recogniser: Any = nlp.get_pipe(name)
    folder = Path(nlp.path)
    with file_of_folder(folder, f"{name}/cfg", "PIPELINE") as part:
        srsly.write_json(part, recogniser.cfg)
    return folder


def _predict(nlp: Language, path: Path, language: str, progress: bool) -> Predictions:
    bar = tqdm.tqdm(
        create_corpus(path)(nlp),
        total=sum(map(count_docs, corpus_files(path))),
        desc=f"Reading {path}",
        unit=" docs",
        disable=None if progress else True,
    )
    predictions = collect_predictions(nlp, bar)
    if not (predictions.tags >= 0).any():
        raise ConcnerError(Errors.C523.format(path=path))
    predictions.languages[predictions.languages == ""] = language or UNKNOWN
    return predictions


def _check_types(nlp: Language, path: Path, known: set[str]) -> None:
    """Check that a corpus has the types of a pipeline, for what it lacks would count as wrong."""
    types = {span.label_ for eg in create_corpus(path)(nlp) for span in eg.reference.ents}
    values = {
        "path": path,
        "found": ", ".join(sorted(types)) or "no entity",
        "known": ", ".join(sorted(known)),
    }
    if known.isdisjoint(types):
        raise ConcnerError(Errors.C518.format(**values))
    if missing := known.difference(types):
        text = Warnings.W513.format(**values, missing=", ".join(sorted(missing)))
        warnings.warn(text, stacklevel=3)


def _check_worth(path: Path, found: FittedCalibration, force: bool) -> None:
    """Check that maps rest on enough entities, and make those better that they have not seen."""
    before, after = found.before, found.held_out
    if before.n < ENOUGH_ENTITIES:
        reason = f"it has fewer than {ENOUGH_ENTITIES} predicted entities with gold annotation"
    elif found.is_worse:
        reason = "entities that it was not fitted on have worse probabilities after it"
    else:
        return
    numbers = (
        f"{before.n} entities, ECE {before.ece:.4f} before and {after.ece:.4f} after, "
        f"Brier score {before.brier:.4f} before and {after.brier:.4f} after"
    )
    if not force:
        raise ConcnerError(Errors.C519.format(path=path, reason=reason, numbers=numbers))
    text = Warnings.W512.format(path=path, reason=reason, numbers=numbers)
    warnings.warn(text, stacklevel=3)


def _choose(
    path: Path, fitted_on: Predictions, found: FittedCalibration, goal: Goal, *, force: bool
) -> FoundThresholds:
    """Find thresholds, and check that they are worth it."""
    chosen = find_thresholds(fitted_on, found.calibration, goal)
    if chosen.is_worse and not force:
        before, after = (100 * total(s).fscore for s in (chosen.before, chosen.held_out))
        raise ConcnerError(Errors.C527.format(path=path, before=before, after=after))
    if chosen.missed:
        types = ", ".join("all types" if name == ALL_TYPES else name for name in chosen.missed)
        text = Warnings.W514.format(goal=goal, types=types, path=path)
        warnings.warn(text, stacklevel=3)
    return chosen


def _measure(path: Path, predictions: Predictions, found: FittedCalibration) -> CorpusReliability:
    return CorpusReliability(
        path,
        dict(Counter(predictions.languages.tolist())),
        measure_predictions(predictions),
        measure_predictions(predictions, found.calibration),
    )
