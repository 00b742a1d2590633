"""Errors that an operator can read: what is wrong, where, and the cure."""

from __future__ import annotations

EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_INTERRUPT = 130
EXIT_PIPE = 141
"""Exit codes of the command line: 0 done, 1 it could not be done, 2 the words of the call were wrong, 130 ended by
Ctrl-C, 141 the reader of the output went away."""
DEBUG = "FACTORY_TUI_DEBUG"
"""Environment variable that makes unexpected errors show their traceback."""


class FactoryError(Exception):
    """One message for the operator; it ends a command with `exit_code` and never with a traceback."""

    exit_code = EXIT_FAILURE

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message}: {self.cure}" if self.cure else self.message


class UsageError(FactoryError):
    """The words of the call were wrong."""

    exit_code = EXIT_USAGE


class NewerFormatError(FactoryError):
    """A journal or recording was written by a newer program. It is left as it is."""


class UnwritableError(FactoryError):
    """The disk takes nothing: it is full, fails, or may not be written. What was committed before can be read."""
