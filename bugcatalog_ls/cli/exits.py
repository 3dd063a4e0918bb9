"""How a command ends: its exit codes, and the ways to end with one."""

from __future__ import annotations

import sys

OK = 0
FOUND = 1
WRONG_USE = 2
INTERNAL_ERROR = 3
INTERRUPTED = 130


class UsageError(Exception):
    """Wrong use: one sentence for people, without a full stop where it ends in a suggestion."""


def internal_error(error: Exception) -> int:
    """Tell of a fault of our own, with what is needed to report it."""
    import traceback

    traceback.print_exception(error, file=sys.stderr)
    print(f"bugcatalog: internal error: {type(error).__name__}: {error}", file=sys.stderr)
    return INTERNAL_ERROR


def warn(message: str) -> None:
    """One line on standard error."""
    print(f"bugcatalog: {message}", file=sys.stderr)
