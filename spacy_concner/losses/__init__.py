"""Training losses, one a file, in pure torch."""

from ..errors import ConcnerError, Errors

try:
    import torch  # noqa: F401  (for the message that its absence gives)
except ImportError as error:
    raise ConcnerError(Errors.C550.format(package="torch", error=error)) from error
