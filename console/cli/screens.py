"""Runs the screens in the operator's terminal, and gives the terminal back whatever happens."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console

from console.app import FactoryApp
from console.cli import DEBUG, EXIT_INTERRUPT
from console.link import Link
from console.options import Options
from sessions.errors import FactoryError

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that end the console; the terminal is given back first."""


def run(link: Link, options: Options) -> int:
    """Run the screens over `link` until the operator leaves them; returns the exit code."""
    app = FactoryApp(link, options)
    before = {number: signal.signal(number, _interrupt) for number in ENDINGS}
    try:
        return _run(app)
    except KeyboardInterrupt:
        return EXIT_INTERRUPT
    finally:
        link.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(app: FactoryApp) -> int:
    """Run the app; of a fault the operator sees one line, and a file has the rest."""
    if os.environ.get(DEBUG):
        app.run()
        return app.return_code or 0
    handle, path = tempfile.mkstemp(prefix="factory-tui-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as log:
        app.error_console = Console(file=log, width=120)
        app.run()
    if app.return_code:
        raise FactoryError("the console failed", f"what led to it is in {path}")
    Path(path).unlink()
    return 0


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
