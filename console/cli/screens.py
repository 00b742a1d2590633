"""Runs the screens in the operator's terminal, and gives the terminal back whatever happens."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from msgspec.structs import replace

from console.app import FactoryApp
from console.links.link import Link
from console.options import Options
from console.terminal.faults import Faults
from console.terminal.theme import colours_of
from sessions.errors import DEBUG, EXIT_INTERRUPT, FactoryError
from sessions.paths import PROGRAM

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that end the console; the terminal is given back first."""
HUNG_UP_S = 10
"""Seconds that a console without its terminal has to end in; then the system ends it."""


def run(link: Link, options: Options) -> int:
    """Run the screens over `link` until the operator leaves them; returns the exit code."""
    app = FactoryApp(link, replace(options, colours=colours_of(os.environ)))
    before = {number: signal.signal(number, interrupt) for number in ENDINGS}
    try:
        return _run(app)
    except KeyboardInterrupt:
        return EXIT_INTERRUPT
    finally:
        app.telling.window.give_back(_write)
        app.leave()
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(app: FactoryApp) -> int:
    """Run the app; of a fault the operator sees one line, and a file has the rest."""
    if os.environ.get(DEBUG):
        app.run()
        return app.return_code or 0
    app.faults = faults = Faults()
    app.run()
    where = f"what led to it is in {faults.path}"
    if app.return_code:
        raise FactoryError("the console failed", where)
    if faults.count:
        print(f"{PROGRAM}: {faults.count} fault{'s' * (faults.count > 1)} in the console: {where}", file=sys.stderr)
    return 0


def _write(sequence: str) -> None:
    """Write to the terminal that the app no longer has; one that is gone takes nothing."""
    if sys.__stderr__ is not None:
        with suppress(OSError):
            sys.__stderr__.write(sequence)
            sys.__stderr__.flush()


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Handle one of the `ENDINGS`."""
    if number == signal.SIGHUP:
        signal.alarm(HUNG_UP_S)  # a terminal that is gone reads as an endless end of file
    raise KeyboardInterrupt
