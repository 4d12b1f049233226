"""The `spacy concner` command group and how its verbs report coded errors."""

import functools
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from spacy.cli._util import app as spacy_app
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
HELP = "Cross-lingual named entity recognition: convert, translate, label and more."

concner_cli = typer.Typer(name=COMMAND, help=HELP, no_args_is_help=True)
spacy_app.add_typer(concner_cli)

Verb = TypeVar("Verb", bound=Callable[..., Any])


def use_gpu(gpu_id: int, *, silent: bool = False) -> None:
    """Choose between GPU and CPU.

    gpu_id (int): The GPU, or -1 for the CPU.
    silent (bool): Say nothing.
    RAISES (ConcnerError): C549 if the GPU cannot be used.
    """
    from spacy.cli._util import setup_gpu

    try:
        setup_gpu(gpu_id, silent=silent)
    except ValueError as error:
        text = str(error).rstrip(".")
        raise ConcnerError(Errors.C549.format(gpu_id=gpu_id, error=text)) from error


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
                msg.fail(str(error))
                sys.exit(1)
            except ImportError as error:
                package = (error.name or "").partition(".")[0]
                if package not in TRAINING_PACKAGES:
                    raise
                msg.fail(Errors.C550.format(package=package, error=error))
                sys.exit(1)

        concner_cli.command(name)(run)
        return func

    return register
