"""Settings and corpora of a training, looked at before its first step.

The components do it as they are initialised: whatever the config, `spacy train` calls that, and
before it clears the output folder. It makes the optimizer and the corpora of the config before
that, and no part of a pipeline is asked in between: what they cannot be made of ends with thinc's
or spaCy's own error there, and with ours where a pipeline is initialised without `spacy train`.
"""

import math
import warnings
from collections.abc import Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.util import registry, resolve_dot_names
from thinc.api import Config, ConfigValidationError

from ..errors import ConcnerError, Errors, Warnings
from .loss_requirements import SUPERVISION

# Looked at where the number of steps is open; schedules have shown by then what they do.
N_RATES = 10_000
# A schedule that ends a step early is as it should be.
MOST_IDLE = 0.1

# Of the recogniser and of the evaluator.
LABEL_SCORES = ("ents_", "sim_")


def check_training(nlp: Language) -> None:
    """Check the training that the config of a pipeline describes.

    nlp (Language): The pipeline.
    RAISES (ConcnerError): C048 for a learning rate that is no number, below 0 or always 0, C049
        if it is still warming up when the training ends, C051 if the development corpus has
        no labels, C058 if no learning rate can be made of the settings. A rate of 0 long before
        the end is a warning (W002).
    """
    config = nlp.config.interpolate()
    training = config.get("training", {})
    if "optimizer" in training:
        check_rates(training)
    check_dev_corpus(nlp, config)


def check_rates(training: Mapping[str, Any]) -> None:
    """Check the learning rates of all steps, whatever schedule gives them.

    training (Mapping[str, Any]): The section of the config.
    RAISES (ConcnerError): C048, C049, C058 as of `check_training`.
    """
    setting = training["optimizer"].get("learn_rate")
    max_steps = training.get("max_steps") or 0
    if isinstance(setting, Mapping):
        _check_warmup(setting, max_steps)
    try:
        optimizer = registry.resolve({"optimizer": training["optimizer"]})["optimizer"]
    except ConfigValidationError:
        # Which names the setting and what it should be.
        raise
    except (ValueError, TypeError) as error:
        # Not above: what only reads texts does without it.
        from ..files import show_reason

        # Text that is a number to the validation alone, such as "nan" or ".5".
        reason = " ".join(show_reason(error).split())
        raise ConcnerError(Errors.C058.format(setting=setting, reason=reason)) from error
    schedule = getattr(optimizer, "schedules", {}).get("learn_rate", ())
    first = getattr(optimizer, "learn_rate", None)
    if not isinstance(first, int | float):
        return
    last = 0
    rates = chain([first], schedule)
    for step, rate in enumerate(islice(rates, (max_steps or N_RATES) + 1)):
        if not math.isfinite(rate) or rate < 0:
            when = f"at step {step}"
            raise ConcnerError(Errors.C048.format(rate=rate, when=when, setting=setting))
        last = step if rate > 0 else last
    if last == 0 and first == 0:
        raise ConcnerError(Errors.C048.format(rate=0, when="at every step", setting=setting))
    if schedule and max_steps and last + 1 < (1 - MOST_IDLE) * max_steps:
        message = Warnings.W002.format(step=last + 1, max_steps=max_steps)
        warnings.warn(message, stacklevel=2)


def _check_warmup(setting: Mapping[str, Any], max_steps: int) -> None:
    """Check that the rate has risen when the training ends, and has steps to fall in."""
    warmup, total = setting.get("warmup_steps"), setting.get("total_steps")
    if not isinstance(warmup, int):
        return
    end = ""
    if isinstance(total, int) and total <= warmup:
        end = f"at step {total} (total_steps) the rate is to be 0 again"
    elif 0 < max_steps <= warmup:
        end = f"the training ends at step {max_steps} (training.max_steps)"
    if end:
        raise ConcnerError(Errors.C049.format(warmup=warmup, end=end))


def check_dev_corpus(nlp: Language, config: Config) -> None:
    """Check that the development corpus has a label, if a score of labels chooses the model.

    nlp (Language): The pipeline, whose tokenizer is initialised.
    config (Config): Its config, filled in.
    RAISES (ConcnerError): C051 if there is no document, or none with labels.
    """
    weights = config.get("training", {}).get("score_weights", {})
    if not any(weight for key, weight in weights.items() if key.startswith(LABEL_SCORES)):
        return
    dot_name = str(config["training"].get("dev_corpus"))
    path = config.get("corpora", {}).get(dot_name.removeprefix("corpora."), {}).get("path")
    # A pipeline may be initialised far from the files it was once trained on.
    if not path or not Path(path).exists():
        return
    (corpus,) = resolve_dot_names(config, [dot_name])
    n_docs = 0
    for example in corpus(nlp):
        n_docs += 1
        if SUPERVISION["entities"].is_in(example.reference):
            return
    found = f"no labels in any of {n_docs} documents" if n_docs else "no document"
    raise ConcnerError(Errors.C051.format(path=path, found=found))


def training_path(nlp: Language | None) -> str:
    """Name the training corpus of a config, for messages.

    nlp (Language | None): The pipeline, if it is known.
    RETURNS (str): The path, or what is known of it.
    """
    config = {} if nlp is None else nlp.config
    dot_name = str(config.get("training", {}).get("train_corpus"))
    block = config.get("corpora", {}).get(dot_name.removeprefix("corpora."), {})
    return str(block.get("path") or "(no path)")
