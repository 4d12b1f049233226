"""Settings of perturbations, and the libraries behind them."""

from collections.abc import Collection
from importlib import import_module
from types import ModuleType

from ..errors import ConcnerError, Errors


def import_library(name: str) -> ModuleType:
    """Import a library of the extra `robust`.

    name (str): `augmenty` or `faker`.
    RETURNS (ModuleType): The library.
    RAISES (ConcnerError): C700 if it is not there.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise ConcnerError(Errors.C700.format(package=name, error=error)) from error


def check_rate(setting: str, value: float) -> None:
    """Check a share.

    RAISES (ConcnerError): C704 if it is none.
    """
    if not 0 <= value <= 1:
        raise ConcnerError(Errors.C704.format(setting=setting, value=value))


def check_choice(setting: str, value: str, known: Collection[str]) -> None:
    """Check a setting that has few values.

    RAISES (ConcnerError): C705 if it is none of them.
    """
    if value not in known:
        raise ConcnerError(Errors.C705.format(setting=setting, value=value, known=sorted(known)))
