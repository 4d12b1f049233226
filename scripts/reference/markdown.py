"""What the generated pages share: docstrings, tables of arguments and values as Markdown."""

import inspect
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .docstrings import Docstring

CLOSING = {"RETURNS": "**Gives:**", "YIELDS": "**Yields:**", "RAISES": "**Errors:**"}


def arguments_table(
    parsed: Docstring, thing: Any, names: Sequence[str], write: Callable[[Any], str] | None = None
) -> str:
    """Show the arguments of a function or class.

    parsed (Docstring): Its docstring.
    thing (Any): The function or class.
    names (Sequence[str]): Arguments to show.
    write (Callable[[Any], str]): What writes a default; by default as a config does.
    RETURNS (str): A table; empty without arguments.
    """
    if not names:
        return ""
    signature = inspect.signature(thing).parameters
    rows = ["| argument | type | default | what |", "|---|---|---|---|"]
    for name in names:
        kind, text = parsed.arguments.get(name, ("", ""))
        default = _default(signature[name], write or as_json)
        cells = [f"`{name}`", f"`{kind}`" if kind else "", default, show(text)]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _default(parameter: inspect.Parameter, write: Callable[[Any], str]) -> str:
    """Show a default; nothing where there is none, or where a dataclass makes it."""
    value = plain_value(parameter.default)
    is_plain = value is None or isinstance(value, str | int | float | list | dict)
    return f"`{write(value)}`" if is_plain else ""


def closing_lines(parsed: Docstring) -> list[str]:
    """Show what a docstring says of RETURNS, YIELDS and RAISES."""
    return [f"{CLOSING[kind]} {show(text)}\n" for kind, (_, text) in parsed.closing.items()]


def show(text: str) -> str:
    """Make codes of errors links to the page of errors."""
    return re.sub(r"\b([CW]\d{3})\b", lambda m: f"[{m[1]}](errors.md#{m[1].lower()})", text)


def as_markdown(text: str) -> str:
    """Keep formulas, which docstrings indent, as they are laid out."""
    return re.sub(r"(?m)(^    .*\n?)+", lambda m: f"```text\n{m[0].rstrip()}\n```\n", text)


def plain_value(value: Any) -> Any:
    """Give a default as JSON can hold it."""
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value


def as_json(value: Any) -> str:
    """Write a value as a config does."""
    return json.dumps(value, ensure_ascii=False)
