"""What a training is made of: its settings, and the content of the files that they name."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from thinc.api import Config

from ..pipelines import identify

# Sections that others refer to, and what changes no weight.
VARIABLES = ("paths", "system")
WITHOUT_EFFECT = ("before_update", "logger", "gpu_allocator")
PACKAGES = ("spacy", "spacy-concner")
# Settings whose value may be a pipeline, which may be an installed package.
PIPELINES = ("start_from", "source")


@dataclass
class TrainingInputs:
    """What a training is made of.

    described: Each setting by its name with dots, a path as the SHA-256 of what is there.
    paths: The files and folders that the settings name.
    """

    described: dict[str, Any] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)


def describe_inputs(config: Config) -> TrainingInputs:
    """Describe what a training is made of, wherever its files are.

    config (Config): The config, interpolated.
    RETURNS (TrainingInputs): The description.
    """
    found = TrainingInputs({package: version(package) for package in PACKAGES})
    named = {value for value in config.get("paths", {}).values() if isinstance(value, str)}
    digests: dict[str, str] = {}

    def describe(key: str, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [describe(key, each) for each in value]
        if isinstance(value, str) and (_is_path(key, value) or value in named):
            if value not in digests:
                digests[value] = identify(value)
                found.paths.append(value)
            return digests[value]
        return value

    for key, value in _settings(config):
        found.described[key] = describe(key.rpartition(".")[2], value)
    return found


def _settings(section: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in section.items():
        key = f"{above}{name}"
        is_left_out = name in (VARIABLES if not above else WITHOUT_EFFECT)
        if is_left_out and above in ("", "training."):
            continue
        if isinstance(value, Mapping) and value:
            yield from _settings(value, f"{key}.")
        else:
            yield key, value


def _is_path(key: str, value: str) -> bool:
    """Tell whether a value is that of a file or folder, and none that is called like a label."""
    if key in PIPELINES or Path(value).is_file():
        return True
    return (os.sep in value or key.endswith("path")) and Path(value).exists()
