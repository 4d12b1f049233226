"""The page of verbs, made from what typer is told of them."""

import inspect
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.models import ArgumentInfo, OptionInfo

TYPES = {Path: "path", str: "text", int: "whole number", float: "number", bool: "flag"}
OPTION = re.compile(r"(?<![\w`-])--[a-z][\w-]*")


@dataclass(frozen=True)
class Parameter:
    """An argument or option of a verb.

    names: what to type: one name of an argument, all of an option, the long one first.
    option: whether it is an option.
    kind: type in words.
    needed: whether it must be given.
    default: what holds without it, empty for nothing.
    help: what it does.
    """

    names: tuple[str, ...]
    option: bool
    kind: str
    needed: bool
    default: str
    help: str


def find_verbs() -> dict[str, Callable]:
    """Find the functions behind the verbs of `spacy concner`, in the order of their names."""
    from spacy_concner.cli import concner_cli

    found = {str(c.name): c.callback for c in concner_cli.registered_commands if c.callback}
    return {name: inspect.unwrap(found[name]) for name in sorted(found)}


def find_parameters(verb: Callable) -> list[Parameter]:
    """Find what a verb takes.

    verb (Callable): Function with typer's arguments and options as defaults.
    RETURNS (list[Parameter]): In order.
    """
    found = []
    for name, parameter in inspect.signature(verb, eval_str=True).parameters.items():
        info = parameter.default
        if not isinstance(info, ArgumentInfo | OptionInfo):
            continue
        option = isinstance(info, OptionInfo)
        declared = sorted(info.param_decls or (), key=len, reverse=True)
        names = declared if option else [info.metavar or name.removesuffix("_path").upper()]
        needed = info.default is ...
        found.append(
            Parameter(
                names=tuple(names) or (f"--{name.replace('_', '-')}",),
                option=option,
                kind=_kind(parameter.annotation),
                needed=needed,
                default="" if needed else _default(info.default),
                help=info.help or "",
            )
        )
    return found


def verbs_page() -> str:
    """Write the page.

    RETURNS (str): Markdown.
    """
    parts = [
        "# Verbs\n",
        "Made from the command line itself: `python -m spacy concner VERB --help` says the same. "
        "`train`, `evaluate`, `package`, `benchmark`, `find-threshold` and `debug` are spaCy's "
        "own verbs.\n",
    ]
    for name, verb in find_verbs().items():
        found = find_parameters(verb)
        parts += [
            f"## `{name}`\n",
            f"{_as_code(inspect.getdoc(verb) or '')}\n",
            f"```text\npython -m spacy concner {name} {_usage(found)}\n```\n",
            "| argument or option | type | default | what |",
            "|---|---|---|---|",
            *[_row(parameter) for parameter in found],
            "",
        ]
    return "\n".join(parts)


def _usage(parameters: list[Parameter]) -> str:
    words = []
    for parameter in parameters:
        name = parameter.names[0]
        if parameter.option and parameter.needed:
            words.append(f"{name} {name.strip('-').upper()}")
        elif not parameter.option:
            words.append(name if parameter.needed else f"[{name}]")
    return " ".join([*words, "[OPTIONS]"])


def _row(parameter: Parameter) -> str:
    names = ", ".join(f"`{name}`" for name in parameter.names)
    kind = f"{parameter.kind}, needed" if parameter.needed else parameter.kind
    default = f"`{parameter.default}`" if parameter.default else ""
    text = _as_code(parameter.help.replace("*", "\\*").replace("<", "\\<"))
    cells = [names, kind, default, " ".join(text.split())]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _as_code(text: str) -> str:
    """Mark options as code: a line could end within them, and two hyphens become a dash."""
    return OPTION.sub(r"`\g<0>`", text)


def _kind(annotation: Any) -> str:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        (annotation,) = [a for a in typing.get_args(annotation) if a is not type(None)]
    if typing.get_origin(annotation) is list:
        return f"{_kind(typing.get_args(annotation)[0])}, can be given again"
    return TYPES.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _default(value: Any) -> str:
    silent = value is None or value is False or value == "" or isinstance(value, list)
    return "" if silent else str(value)
