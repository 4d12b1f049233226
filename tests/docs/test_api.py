"""The page of the Python API: every verb's function, callable as documented."""

import inspect
import re
import typing

import pytest

from scripts.reference.api import BUILDERS, api_page, call, find_functions, find_types, load
from scripts.reference.docstrings import parse_docstring
from scripts.reference.errors import find_messages
from scripts.reference.verbs import find_verbs

FUNCTIONS = [function for found in find_functions().values() for function in found]
CALLABLES = [*FUNCTIONS, *(load(*place) for place in BUILDERS)]


def test_every_verb_has_its_functions():
    assert set(find_functions()) == set(find_verbs())


@pytest.mark.parametrize("function", CALLABLES, ids=lambda function: function.__name__)
def test_every_argument_and_what_comes_back_is_documented_and_typed(function):
    parsed, signature = parse_docstring(function), inspect.signature(function)
    assert list(parsed.arguments) == list(signature.parameters)
    typed = typing.get_type_hints(function.__init__ if inspect.isclass(function) else function)
    assert set(signature.parameters) <= set(typed)
    gives_nothing = inspect.isclass(function) or typed["return"] is type(None)
    assert ("RETURNS" in parsed.closing) is not gives_nothing


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_settings_are_given_by_name(function):
    parameters = inspect.signature(function).parameters.values()
    assert sum(p.kind is not p.KEYWORD_ONLY for p in parameters) <= 4


def test_types_are_told_with_what_they_hold():
    sections = api_page().split("\n### ")
    types = find_types(CALLABLES)
    assert {"Conversion", "Thresholds", "WeightingSettings"} <= {kind.__name__ for kind in types}
    for kind in types:
        found = [part for part in sections if part.startswith(f"`{kind.__name__}`\n")]
        for name in getattr(kind, "__dataclass_fields__", {}):
            assert any(f"`{name}`" in part for part in found), (kind, name)


def test_codes_of_the_page_are_there():
    assert set(re.findall(r"\[([CW]\d{3})\]", api_page())) <= set(find_messages())


def test_calls_show_what_must_be_given():
    def example(a, b=1, *, c, d=2):
        pass

    assert call(example) == "example(a, c=c, ...)"


def test_the_package_is_typed():
    from importlib.resources import files

    assert files("spacy_concner").joinpath("py.typed").is_file()
