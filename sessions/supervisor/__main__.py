"""`python -m sessions.supervisor`: one supervisor, in the foreground, or detached for a console that waits for word."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

import msgspec

from sessions.errors import EXIT_FAILURE, FactoryError, UnwritableError
from sessions.place import place_of
from sessions.supervisor.life import live
from sessions.supervisor.process import LOG_BYTES, Options, Started
from sessions.text import clean_lines


class _HarmlessFormatter(logging.Formatter):
    """Foreign names and texts get into log lines; none of them gets to the terminal that shows the log."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(clean_lines(super().format(record)))


def main(words: Sequence[str] | None = None) -> int:
    """Run a supervisor until it ends; returns the exit code."""
    asked = _parser().parse_args(words)
    detached = asked.tell is not None
    if detached:
        _detach()

    def tell(started: Started) -> None:
        if asked.tell is not None:
            os.write(asked.tell, msgspec.json.encode(started))
            os.close(asked.tell)
            asked.tell = None

    options = Options(
        base=asked.base,
        sessions=tuple(asked.sessions),
        idle_minutes=asked.idle_minutes,
        brief=asked.brief,
        scripted=asked.scripted,
    )
    try:
        place = place_of(asked.repo)
        _begin_log(place.log if detached else None)
        asyncio.run(live(place, options, lambda: tell(Started(os.getpid()))))
    except FactoryError as error:
        logging.getLogger(__name__).error("%s", error)
        tell(Started(os.getpid(), error.message, error.cure, isinstance(error, UnwritableError)))
        return EXIT_FAILURE
    except Exception as error:
        tell(Started(os.getpid(), f"the supervisor failed ({type(error).__name__})", "see its log"))
        raise
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sessions.supervisor", description=__doc__)
    parser.add_argument("--repo", type=Path, default=Path(), help="a directory in the repository")
    parser.add_argument("--base", default="", help="branch that others are measured against")
    parser.add_argument("--sessions", action="append", default=[], metavar="DIR", help="a further place to look")
    parser.add_argument("--idle-minutes", type=float, help="end this long after the last console has gone")
    parser.add_argument("--brief", action="store_true", help="watch nothing, and end soon, unless a console comes")
    parser.add_argument("--scripted", action="store_true", help="say that the models follow a script")
    parser.add_argument("--tell", type=int, metavar="FD", help="detach, and write to FD how the start went")
    return parser


def _begin_log(path: Path | None) -> None:
    """Log to the file, which is moved aside when it grows long, or to the terminal."""
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1) if path else logging.StreamHandler()
    handler.setFormatter(_HarmlessFormatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("watchfiles").setLevel(logging.WARNING)  # it tells of every change it sees


def _detach() -> None:
    """Go on in a process that is nobody's child and that no terminal can hang up on."""
    if os.fork():
        os._exit(0)
    os.umask(0o077)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
