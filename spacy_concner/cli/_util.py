"""The `spacy concner` command group and what its verbs share: options, and coded errors told."""

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

import typer
from spacy.cli._util import app as spacy_app
from typer.core import TyperCommand, TyperGroup
from typer.models import OptionInfo
from wasabi import msg

from ..errors import ConcnerError, Errors

# What the extra `train` installs, by the names that are imported.
TRAINING_PACKAGES = (
    "torch",
    "transformers",
    "spacy_transformers",
    "safetensors",
    "datasets",
    "huggingface_hub",
    "seqeval",
    "scipy",
)
COMMAND = "concner"
HELP = "Cross-lingual named entity recognition: from labelled text to an installable pipeline."
# As they are listed: in the order of the work.
ORDER = (
    "convert",
    "translate",
    "bitext",
    "inspect",
    "filter",
    "export",
    "encoder",
    "label",
    "distil",
    "calibrate",
    "ship",
    "small",
    "apply",
    "report",
    "card",
    "new",
    "collect",
    "scores",
    "smoke-test",
    "summary",
    "for-each",
)

FORCE = typer.Option(
    False, "--force", "-F", help="Replace an output that this verb has made before"
)
GPU_ID = typer.Option(-1, "--gpu-id", "-g", help="GPU ID, or -1 for the CPU")


class _InOrder(TyperGroup):
    """Verbs in the order of the work, the others after them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the names of the verbs."""
        place = {name: number for number, name in enumerate(ORDER)}
        return sorted(self.commands, key=lambda name: (place.get(name, len(ORDER)), name))


class _Coded(TyperCommand):
    """A verb whose options tell a value of the wrong kind as all else is told."""

    def make_context(self, info_name: Any, args: list[str], *more: Any, **extra: Any) -> Any:
        """Read the words that were typed; C551 for a value that an option cannot take."""
        typed = list(args)
        try:
            return super().make_context(info_name, args, *more, **extra)
        except typer.BadParameter as error:
            # What lacks an option or an argument is shown how the verb is used.
            if type(error) is not typer.BadParameter or error.param is None:
                raise
            names = error.param.opts
            expected = error.message.removeprefix("Input should be ").partition(", unable")[0]
            values = {"option": max(names, key=len), "value": _typed_value(typed, names)}
            msg.fail(Errors.C551.format(expected=expected.rstrip("."), **values))
            sys.exit(1)


def _typed_value(words: Sequence[str], names: Sequence[str]) -> str:
    """Give what was typed for an option, the last time that it was."""
    found = ""
    for word, after in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name in names:
            found = value if equals else after
    return found


concner_cli = typer.Typer(name=COMMAND, help=HELP, no_args_is_help=True, cls=_InOrder)
spacy_app.add_typer(concner_cli)

Verb = TypeVar("Verb", bound=Callable[..., Any])
# What stands for a value in the help, where an option says nothing more precise.
VALUES = {Path: "PATH", str: "TEXT", int: "NUMBER", float: "NUMBER"}


def use_gpu(gpu_id: int) -> None:
    """Choose between GPU and CPU, and say so of a GPU.

    gpu_id (int): The GPU, or -1 for the CPU.
    RAISES (ConcnerError): C549 if the GPU cannot be used.
    """
    from spacy.cli._util import setup_gpu

    try:
        setup_gpu(gpu_id, silent=gpu_id < 0)
    except ValueError as error:
        text = str(error).rstrip(".")
        raise ConcnerError(Errors.C549.format(gpu_id=gpu_id, error=text)) from error


def named_paths(option: str, values: Sequence[str], form: str = "NAME=PATH") -> dict[str, str]:
    """Read an option of the form NAME=PATH that is given once a name.

    option (str): The option, for messages.
    values (Sequence[str]): What was given for it.
    form (str): How a value is written, for messages.
    RETURNS (dict[str, str]): Paths by name, in order.
    RAISES (ConcnerError): C521 for a value of another form, C522 for a name that comes twice.
    """
    found: dict[str, str] = {}
    for value in values:
        name, separator, path = (part.strip() for part in value.partition("="))
        if not (name and separator and path):
            raise ConcnerError(Errors.C521.format(option=option, value=value, form=form))
        if name in found:
            values_told = {"name": name, "first": found[name], "second": path}
            raise ConcnerError(Errors.C522.format(option=option, **values_told))
        found[name] = path
    return found


def named_numbers(option: str, values: Sequence[str]) -> dict[str, float]:
    """Read an option of the form NAME=NUMBER that is given once a name.

    option (str): The option, for messages.
    values (Sequence[str]): What was given for it.
    RETURNS (dict[str, float]): Numbers by name, in order.
    RAISES (ConcnerError): C434 for a value of another form, C522 for a name that comes twice.
    """
    found: dict[str, float] = {}
    for value in values:
        # A path may stand for a name, and have an equals sign.
        name, _, text = value.rpartition("=")
        try:
            number = float(text)
        except ValueError:
            number = None
        if not name or number is None:
            raise ConcnerError(Errors.C434.format(option=option, value=value))
        if name in found:
            told = {"name": name, "first": found[name], "second": number}
            raise ConcnerError(Errors.C522.format(option=option, **told))
        found[name] = number
    return found


def language_codes(text: str) -> list[str]:
    """Read the option --languages: codes divided by blanks.

    text (str): What was given.
    RETURNS (list[str]): The codes, in order.
    RAISES (ConcnerError): C425 if there is none, C216 for one that is none.
    """
    from ..languages import check_language

    codes = text.split()
    if not codes:
        raise ConcnerError(Errors.C425.format(what="language"))
    for code in codes:
        check_language(code)
    return codes


def verb(name: str) -> Callable[[Verb], Verb]:
    """Register a function as `spacy concner NAME`.

    Coded errors and missing packages end it without a traceback.

    name (str): The verb as typed on the command line.
    RETURNS (Callable): Decorator that registers the function and returns it unchanged,
        so that Python callers still see `ConcnerError`.
    """

    def register(func: Verb) -> Verb:
        @functools.wraps(func)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                func(*args, **kwargs)
            except ConcnerError as error:
                first, *rest = str(error).split("\n")
                msg.fail(first)
                # A list of problems stays a list.
                for line in rest:
                    print(line)
                sys.exit(1)
            except ImportError as error:
                package = (error.name or "").partition(".")[0]
                if package not in TRAINING_PACKAGES:
                    raise
                msg.fail(Errors.C550.format(package=package, error=error))
                sys.exit(1)

        short_help = (func.__doc__ or "").strip().splitlines()[0]
        _name_values(func)
        concner_cli.command(name, short_help=short_help, cls=_Coded)(run)
        return func

    return register


def _name_values(func: Callable[..., Any]) -> None:
    """Let the help show what an option takes as a word instead of a type of Python."""
    for parameter in inspect.signature(func, eval_str=True).parameters.values():
        option = parameter.default
        if isinstance(option, OptionInfo) and option.metavar is None:
            kinds = (parameter.annotation, *get_args(parameter.annotation))
            option.metavar = next((VALUES[kind] for kind in kinds if kind in VALUES), None)
