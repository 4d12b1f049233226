"""Settings of engines as a user types them: `key=value`, typed by the engine's own signature."""

import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from ..errors import ConcnerError, Errors

# These have options of their own on the command line.
GIVEN = ("source", "target")
NOTHING = ("none", "null")


def read_settings(name: str, engine: Callable[..., Any], options: Sequence[str]) -> dict[str, Any]:
    """Read settings for an engine.

    name (str): The engine, for messages.
    engine (Callable): Its class or the function that makes it.
    options (Sequence[str]): Each "key=value"; a key that takes a list can come several times.
    RETURNS (dict[str, Any]): Key to value, of the type that the engine asks for.
    RAISES (ConcnerError): C240 for an unknown key, C241 for a value of another type, C242 for
        an option without "=" or a key that comes twice.
    """
    parameters = {
        key: parameter
        for key, parameter in inspect.signature(engine).parameters.items()
        if key not in GIVEN
    }
    is_open = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    types_of = get_type_hints(engine.__init__ if inspect.isclass(engine) else engine)
    written: dict[str, list[str]] = {}
    for option in options:
        key, equals, value = option.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key:
            raise ConcnerError(Errors.C242.format(option=option, reason="has no '='"))
        if key not in parameters and not is_open:
            known = ", ".join(parameters) or "none"
            raise ConcnerError(Errors.C240.format(name=name, key=key, known=known))
        written.setdefault(key, []).append(value)
    return {key: _convert(key, values, types_of.get(key, Any)) for key, values in written.items()}


def check_complete(name: str, engine: Callable[..., Any], settings: dict[str, Any]) -> None:
    """Check that an engine gets all that it needs.

    name (str): The engine, for messages.
    engine (Callable): Its class or the function that makes it.
    settings (dict[str, Any]): Its settings.
    RAISES (ConcnerError): C243 if one is missing.
    """
    for key, parameter in inspect.signature(engine).parameters.items():
        is_needed = parameter.default is parameter.empty and parameter.kind not in (
            parameter.VAR_KEYWORD,
            parameter.VAR_POSITIONAL,
        )
        if is_needed and key not in GIVEN and key not in settings:
            raise ConcnerError(Errors.C243.format(name=name, key=key))


def check_setting(key: str, value: Any, is_good: bool, expected: str) -> None:
    """Check the value of a setting.

    key (str): The setting.
    value (Any): Its value.
    is_good (bool): Whether it will do.
    expected (str): What was expected, for the message.
    RAISES (ConcnerError): C241 if it will not.
    """
    if not is_good:
        raise ConcnerError(Errors.C241.format(key=key, value=value, expected=expected))


def _convert(key: str, values: list[str], expected: Any) -> Any:
    choices = (
        get_args(expected) if get_origin(expected) in (Union, types.UnionType) else (expected,)
    )
    takes_list = any(get_origin(choice) in (list, tuple, Sequence) for choice in choices)
    if len(values) > 1 and not takes_list:
        option = f"{key}={values[-1]}"
        raise ConcnerError(Errors.C242.format(option=option, reason="comes more than once"))
    if type(None) in choices and values[0].lower() in NOTHING:
        return None
    try:
        return TypeAdapter(expected).validate_python(values if takes_list else values[0])
    except ValidationError as error:
        reason = "; ".join(
            detail["msg"].removeprefix("Input should be ") for detail in error.errors()
        )
        raise ConcnerError(Errors.C241.format(key=key, value=values[0], expected=reason)) from error
