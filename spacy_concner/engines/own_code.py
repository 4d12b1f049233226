"""Code in a file of the user's: imported, and its faults told with file and line."""

import inspect
import sys
import traceback
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from ..errors import ConcnerError, Errors

# Of ours, the line in the code helps nobody who types commands.
OURS = __name__.partition(".")[0]


def import_code(path: Path, registers: str) -> None:
    """Import a Python file that registers something.

    path (Path): The file.
    registers (str): What it registers, for messages, such as "engines".
    RAISES (ConcnerError): C217 if it is not there, C262 if it cannot be imported.
    """
    if not path.is_file():
        expected = f"a Python file that registers {registers}"
        raise ConcnerError(Errors.C217.format(path=path, expected=expected))
    try:
        spec = spec_from_file_location(f"concner_{registers}", path.resolve())
        if spec is None or spec.loader is None:
            raise ImportError("it is no Python file, whose name ends in .py")
        module = sys.modules[spec.name] = module_from_spec(spec)
        spec.loader.exec_module(module)
    # Whatever the code of a user may raise.
    except Exception as error:
        values = {
            "path": path,
            "line": _line(error, str(path.resolve())) or 1,
            "error": _what(error),
        }
        raise ConcnerError(Errors.C262.format(**values)) from error


def tell_fault(error: Exception, engine: Any) -> str:
    """Say what went wrong in an engine and, in one that is not ours, where.

    error (Exception): What it raised.
    engine (Any): The engine, its class or the function that makes it.
    RETURNS (str): In words, without a full stop.
    """
    code = engine if inspect.isclass(engine) or inspect.isfunction(engine) else type(engine)
    if code.__module__.partition(".")[0] == OURS:
        return str(error).rstrip(".") or type(error).__name__
    file = getattr(sys.modules.get(code.__module__), "__file__", None) or ""
    line = _line(error, file)
    return f"{_what(error)} ({file}, line {line})" if line else _what(error)


def _line(error: Exception, file: str) -> int | None:
    """Give the last line of a file that an error passed through."""
    if isinstance(error, SyntaxError):
        return error.lineno
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    return lines[-1] if lines else None


def _what(error: Exception) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}".rstrip(".: ")
