"""The page of the Python API: the functions behind the verbs, and the types they take and give."""

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import chain
from typing import Any

from .docstrings import parse_docstring
from .markdown import arguments_table, as_markdown, closing_lines, show

PACKAGE = "spacy_concner"
# By verb, in the order of the work: module and name of each function.
FUNCTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "convert": (("corpora.convert", "convert"),),
    "encoder": (("encoding.encoder", "make_encoder"),),
    "translate": (
        ("bitexts.translate", "translate_corpus"),
        ("bitexts.export_source", "export_source"),
    ),
    "bitext": (("bitexts.from_parallel", "make_bitexts"),),
    "inspect": (("pages.inspect.page", "inspect_corpus"),),
    "filter": (("bitexts.filter", "filter_corpus"),),
    "export": (("corpora.export", "export_corpus"),),
    "label": (("teaching.label", "label"),),
    "distil": (("teaching.distil", "distil"),),
    "calibrate": (("calibration.calibrate", "calibrate"),),
    "ship": (("shipping.ship", "ship"),),
    "small": (("shipping.small", "make_small"),),
    "apply": (("applying.apply", "apply"),),
    "report": (("pages.report.page", "write_report"),),
    "card": (("shipping.card", "write_card"),),
    "new": (("projects.new", "new_project"), ("projects.plan", "make_plan")),
    "collect": (("projects.collect", "collect"),),
    "scores": (("projects.scores", "score_pipelines"),),
    "smoke-test": (("projects.smoke_test", "smoke_test"),),
    "summary": (("projects.summary", "summarise"),),
    "for-each": (("projects.for_each", "for_each"),),
}
# What makes what some of them are given.
BUILDERS = (
    ("engines.registry", "make_translator"),
    ("encoding.word_vectors", "load_word_encoder"),
)
ATTRIBUTE = re.compile(r"(?m)^(\w+(?:, \w+)*): ((?:.|\n(?=[ \t]))*)$")


def find_functions() -> dict[str, list[Callable]]:
    """Find the functions behind the verbs of `spacy concner`, by verb."""
    return {verb: [load(*place) for place in places] for verb, places in FUNCTIONS.items()}


def load(module: str, name: str) -> Any:
    """Import a function or class of the package."""
    return getattr(import_module(f"{PACKAGE}.{module}"), name)


def find_types(functions: list[Callable]) -> list[type]:
    """Find the package's own types that functions take and give.

    functions (list[Callable]): The functions.
    RETURNS (list[type]): Classes, those that others hold after these, each once.
    """
    found: dict[type, None] = {}
    waiting = [hint for function in functions for hint in _hints(function)]
    while waiting:
        for kind in _own_types(waiting.pop(0)):
            if kind not in found:
                found[kind] = None
                waiting += _hints(kind)
    return list(found)


def _hints(thing: Any) -> list[Any]:
    """Give the annotations of a function, of a dataclass, or of what makes a class."""
    is_plain_class = inspect.isclass(thing) and not dataclasses.is_dataclass(thing)
    return list(typing.get_type_hints(thing.__init__ if is_plain_class else thing).values())


def _own_types(hint: Any) -> Iterator[type]:
    """Give the package's own classes in an annotation."""
    if isinstance(hint, type) and not isinstance(hint, types.GenericAlias):
        if hint.__module__.startswith(PACKAGE):
            yield hint
    for part in typing.get_args(hint):
        yield from _own_types(part)


def api_page() -> str:
    """Write the page.

    RETURNS (str): Markdown.
    """
    parts = [
        "# Python API\n",
        "Each verb of `python -m spacy concner` is a function that can be called: the same "
        "arguments, the same errors (a `ConcnerError` with its code), and what was done as a "
        "value instead of a table. Made from the code.\n",
        "```python\nfrom pathlib import Path\n\n"
        "from spacy_concner.corpora.convert import convert\n\n"
        'done = convert("my/en.tsv", Path("corpus/en.spacy"), lang="en", skip_invalid=True)\n```\n',
    ]
    functions, builders = find_functions(), [load(*place) for place in BUILDERS]
    for verb, found in functions.items():
        parts += [f"## `{verb}`\n", *chain.from_iterable(map(_function, found))]
    parts += ["## What they are given\n", *chain.from_iterable(map(_function, builders))]
    parts.append("## What they take and give\n")
    for kind in find_types([*chain(*functions.values()), *builders]):
        parts += [] if kind in builders else _type(kind)
    return "\n".join(parts)


def _function(function: Callable) -> list[str]:
    parsed = parse_docstring(function)
    where = f"from {function.__module__} import {function.__name__}"
    return [
        f"### `{function.__name__}`\n",
        f"{as_markdown(parsed.text)}\n",
        f"```python\n{where}\n\n{call(function)}\n```\n",
        arguments_table(parsed, function, list(inspect.signature(function).parameters), repr),
        *closing_lines(parsed),
    ]


def call(function: Callable) -> str:
    """Show how a function is called: what must be given, then names of what can be."""
    parameters = inspect.signature(function).parameters.values()
    needed = [p for p in parameters if p.default is inspect.Parameter.empty]
    words = [f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else p.name for p in needed]
    more = ["..."] if len(needed) < len(parameters) else []
    return f"{function.__name__}({', '.join([*words, *more])})"


def _type(kind: type) -> list[str]:
    parsed = parse_docstring(kind)
    text = ATTRIBUTE.sub(_item, parsed.text)
    names = [name for name in parsed.arguments if name in inspect.signature(kind).parameters]
    return [
        f"### `{kind.__name__}`\n",
        f"{show(as_markdown(text))}\n",
        arguments_table(parsed, kind, names, repr),
        f"Code: `{kind.__module__.replace('.', '/')}.py`\n",
    ]


def _item(match: re.Match) -> str:
    names = ", ".join(f"`{name}`" for name in match[1].split(", "))
    return f"- {names}: {' '.join(match[2].split())}"
