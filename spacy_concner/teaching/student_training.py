"""A training of `spacy train` in a process of its own."""

import gc
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ..errors import ConcnerError, Errors
from ..parent_process import own_environment

PROCESS = "spacy_concner.training.process"


def run_training(
    name: str, config: Path, folder: Path, settings: Mapping[str, object], *, silent: bool
) -> None:
    """Train a pipeline, `model-last` in a folder.

    In a process of its own: its memory is free again once it ends, several trainings one
    after the other do not add up, and spaCy takes overrides from the environment. Ctrl-C
    reaches both processes, and `subprocess.run` waits until the other is gone, before the
    unfinished folder is.

    name (str): What is trained, for messages.
    config (Path): Config of `spacy train`.
    folder (Path): Output of `spacy train`.
    settings (Mapping[str, object]): Options of `spacy train` by name, such as "paths.dev".
    silent (bool): Show nothing of it.
    RAISES (ConcnerError): C427 if it fails.
    """
    _give_memory_back()
    command = [config, "--output", folder]
    for option, value in settings.items():
        command += [f"--{option}", value]
    status = subprocess.run(
        [sys.executable, "-m", PROCESS, *map(str, command)],
        env=own_environment(),
        stdout=subprocess.DEVNULL if silent else None,
    ).returncode
    if status:
        raise ConcnerError(Errors.C427.format(name=name, status=status))
    # Evaluated at its last step alone, the best is the last, or what there was before.
    shutil.rmtree(folder / "model-best", ignore_errors=True)


def _give_memory_back() -> None:
    """Free what labelling has held, on a GPU as well, before a training needs it."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
