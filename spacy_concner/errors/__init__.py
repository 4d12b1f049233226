"""Coded errors and warnings: one file of messages a room.

Every message starts with its code and reads "what happened. what to do." The first digit of a code
says what it is about: C0xx tagging and losses, C1xx corpora, C2xx bitexts and engines, C3xx
encoding, C4xx teaching, C5xx training, scoring and shipping, C6xx files, shards and projects, C7xx
disturbed text.
"""

import string
from typing import Any

from .applying import ApplyingErrors
from .bitexts import BitextsErrors
from .calibration import CalibrationErrors, CalibrationWarnings
from .cli import CliErrors
from .corpora import CorporaErrors, CorporaWarnings
from .distributed import DistributedErrors
from .encoding import EncodingErrors
from .engines import EnginesErrors, EnginesWarnings
from .files import FilesErrors
from .languages import LanguagesErrors
from .losses import LossesErrors
from .pages import PagesErrors
from .perturbations import PerturbationsErrors, PerturbationsWarnings
from .pipelines import PipelinesErrors
from .projection import ProjectionErrors
from .projects import ProjectsErrors
from .remote import RemoteErrors
from .scoring import ScoringErrors, ScoringWarnings
from .sharding import ShardingErrors, ShardingWarnings
from .shipping import ShippingErrors
from .tagging import TaggingErrors, TaggingWarnings
from .teaching import TeachingErrors
from .training import TrainingErrors


class _InWords(string.Formatter):
    """Fills in lists as a reader would write them: a, b, c."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write a value; of several "none" if there is none."""
        if isinstance(value, list | tuple | set | frozenset):
            value = ", ".join(map(str, value)) or "none"
        return super().format_field(value, format_spec)


class Message(str):
    """A message whose fields are filled in without the signs of Python around lists."""

    def format(self, *args: object, **kwargs: object) -> str:
        """Fill in the fields."""
        return _InWords().vformat(self, args, kwargs)


class WithCodes(type):
    """Puts the code before a message: `Errors.C001` reads "[C001] …"."""

    def __getattribute__(cls, name: str):
        """Give a message with its code, or any other attribute as it is."""
        value = super().__getattribute__(name)
        if name.startswith("_") or not isinstance(value, str):
            return value
        return Message(f"[{name}] {value}")


class ConcnerError(ValueError):
    """Bad input or settings, told by code: the message says what to do."""


class Errors(
    FilesErrors,
    RemoteErrors,
    ShardingErrors,
    LanguagesErrors,
    PipelinesErrors,
    PerturbationsErrors,
    CorporaErrors,
    ProjectionErrors,
    EnginesErrors,
    BitextsErrors,
    EncodingErrors,
    TaggingErrors,
    LossesErrors,
    TrainingErrors,
    DistributedErrors,
    TeachingErrors,
    ApplyingErrors,
    CalibrationErrors,
    ScoringErrors,
    PagesErrors,
    ShippingErrors,
    ProjectsErrors,
    CliErrors,
    metaclass=WithCodes,
):
    """Messages of `ConcnerError`, looked up as `Errors.C001`."""


class Warnings(
    ShardingWarnings,
    CorporaWarnings,
    PerturbationsWarnings,
    EnginesWarnings,
    TaggingWarnings,
    CalibrationWarnings,
    ScoringWarnings,
    metaclass=WithCodes,
):
    """Messages of warnings, looked up as `Warnings.W001`; numbered like the errors."""
