"""Docstrings in spaCy's form, taken apart (pure)."""

import inspect
import re
from dataclasses import dataclass, field

ENTRY = re.compile(r"^(?P<name>\w+) \((?P<type>.+?)\): (?P<text>.*)$")
CLOSING = re.compile(r"^(?P<name>RETURNS|YIELDS|RAISES) \((?P<type>.+?)\): (?P<text>.*)$")


@dataclass
class Docstring:
    """A docstring.

    text: what stands before the arguments.
    arguments: type and description by name.
    closing: type and description of RETURNS, YIELDS and RAISES.
    """

    text: str = ""
    arguments: dict[str, tuple[str, str]] = field(default_factory=dict)
    closing: dict[str, tuple[str, str]] = field(default_factory=dict)


def parse_docstring(thing: object) -> Docstring:
    """Take a docstring apart; what a class does not tell, its `__init__` does.

    thing (object): Function or class.
    RETURNS (Docstring): Its parts; a continued description becomes one line.
    """
    found = _parse(inspect.getdoc(thing) or "")
    if inspect.isclass(thing) and not found.arguments and "__init__" in vars(thing):
        own = _parse(inspect.getdoc(vars(thing)["__init__"]) or "")
        found.arguments, found.closing = own.arguments, found.closing or own.closing
    return found


def _parse(text: str) -> Docstring:
    parsed = Docstring()
    lines = text.splitlines()
    body: list[str] = []
    current: dict[str, tuple[str, str]] | None = None
    name = ""
    for line in lines:
        closing, entry = CLOSING.match(line), ENTRY.match(line)
        match = closing or entry
        if match:
            current = parsed.closing if closing else parsed.arguments
            name = match["name"]
            current[name] = (match["type"], match["text"])
        elif current is not None and line.startswith(" "):
            kind, so_far = current[name]
            current[name] = (kind, f"{so_far} {line.strip()}")
        else:
            current = None
            body.append(line)
    parsed.text = "\n".join(body).strip()
    return parsed
