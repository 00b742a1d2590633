"""The command line. What a command needs is imported when it runs, so that each starts as fast as it can.

Exit codes: 0 done, 1 it could not be done (or one of several could not, `conflicts` found some, `ask` was denied), 2
the words of the call were wrong (or a terminal is missing), 75 nobody has answered yet (`ask`), 130 ended by Ctrl-C,
141 the reader of the output went away.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from console.cli.imports import importing
from sessions.errors import DEBUG, EXIT_FAILURE, EXIT_INTERRUPT, EXIT_PIPE, FactoryError
from sessions.paths import PROGRAM
from sessions.text import clean

if TYPE_CHECKING:
    from console.cli.command import Command

INSIDE = "FACTORY_TUI_OUTBOX"
"""Environment variable that is set inside stations (see `sessions.stations.signals.hook`)."""
_ELSEWHERE = frozenset({"-h", "--help", "--repo", "--station"})
YOUNG = 20_000
"""Objects that are made before the collector looks at the young ones, which then takes it about a millisecond."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    # Almost all that a start allocates lives to the end: looking for garbage in it takes a fifteenth of the start.
    gc.set_threshold(YOUNG)
    _fill_streams()
    try:
        code = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except FactoryError as error:
        _say(f"factory-tui: {error}")
        return error.exit_code
    except BrokenPipeError:
        _mute(sys.stdout)
        return EXIT_PIPE
    except OSError as error:
        _mute(sys.stdout)
        _say(f"factory-tui: {error.strerror or error}: {error.filename or 'is the output writable?'}")
        return EXIT_FAILURE
    except KeyboardInterrupt:
        return EXIT_INTERRUPT
    except Exception as error:
        return _unexpected(error)
    return code


def _run(argv: Sequence[str]) -> int:
    if argv[:1] in (["hook"], ["ask"]) and INSIDE in os.environ and _ELSEWHERE.isdisjoint(argv):
        from sessions.stations.signals import hook  # agents wait for it at every step: it needs no parser

        return hook.main([*argv])
    if [*argv] == ["--version"]:
        from sessions import __version__

        print(f"{PROGRAM} {__version__}")  # scripts ask for it, and the parser takes twice as long as Python itself
        return 0
    try:
        command = _command(argv)
    except SystemExit:  # help was asked for, and printed
        return 0
    return command.run()


def _command(argv: Sequence[str]) -> Command:
    """What the words ask for. Those that most calls are made of need no parser, which takes time to import."""
    with importing():
        if [*argv] in ([], ["demo"]):
            gc.disable()  # up to the first paint, after which it is enabled: all is made to stay
        if not argv:
            from console.cli.commands.live import Live

            return Live()
        if [*argv] == ["demo"]:
            from console.cli.commands.demo import Demo

            return Demo()
        from console.cli.parser import parse
    return parse(argv)


def _fill_streams() -> None:
    """Whoever started us may have closed our streams: the next file to be opened would then take the place of one."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest free number, which is this one
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays to the end
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _mute(stream: TextIO) -> None:
    """Python flushes a stream once more when it ends; that must not fail again, and aloud."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _unexpected(error: Exception) -> int:
    """A fault of ours: one line for the operator, and everything about it in a file."""
    if os.environ.get(DEBUG):
        raise error
    import tempfile
    import traceback

    where = f"set {DEBUG}=1 to see where"
    with contextlib.suppress(OSError):
        handle, path = tempfile.mkstemp(prefix="factory-tui-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as log:
            log.writelines(traceback.format_exception(error))
        where = f"what led to it is in {path}"
    _say(f"factory-tui: unexpected {type(error).__name__}: {error}: {where}")
    return EXIT_FAILURE


def _say(message: str) -> None:
    """One harmless line on the error stream, which may be gone too."""
    try:
        print(clean(message, 2_000), file=sys.stderr, flush=True)
    except OSError:
        _mute(sys.stderr)
