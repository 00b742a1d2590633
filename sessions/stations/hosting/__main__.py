"""`python -m sessions.stations.hosting`: a host process for kinds of agents that converse."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from sessions.errors import EXIT_FAILURE, FactoryError
from sessions.stations import kinds
from sessions.stations.contract import Conversing
from sessions.stations.hosting.host import PATIENCE_S, run
from sessions.stations.hosting.outgoing import MOST_BYTES
from sessions.text import clean_lines

LOG_BYTES = 1 << 20


class _HarmlessFormatter(logging.Formatter):
    """What agents print gets into log lines; none of it gets to the terminal that shows the log."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(clean_lines(super().format(record)))


def main(words: Sequence[str] | None = None) -> int:
    """Be a host until it ends; returns the exit code."""
    asked = _parser().parse_args(words)
    with contextlib.suppress(OSError):  # it leads its session already
        os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.umask(0o077)
    handler = (
        RotatingFileHandler(asked.log, maxBytes=LOG_BYTES, backupCount=1) if asked.log else logging.StreamHandler()
    )
    handler.setFormatter(_HarmlessFormatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("sessions").setLevel(logging.INFO)

    def load(name: str) -> Conversing:
        if name not in asked.kind:
            raise FactoryError(f"this host is none for {name!r}", f"it serves {', '.join(asked.kind)}")
        return kinds.conversing(name)

    try:
        run(tuple(asked.kind), load, asked.socket, asked.patience, asked.keep)
    except FactoryError as error:
        logging.getLogger(__name__).error("%s", error)
        return EXIT_FAILURE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sessions.stations.hosting", description=__doc__)
    parser.add_argument("--kind", nargs="+", required=True, metavar="NAME", help="the kinds of agents that it serves")
    parser.add_argument("--socket", type=Path, required=True, help="where supervisors come in; made, for you alone")
    parser.add_argument("--log", type=Path, help="what it has to say (default: the error stream)")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE_S, metavar="S", help="end after so long without a supervisor"
    )
    parser.add_argument(
        "--keep", type=int, default=MOST_BYTES, metavar="BYTES", help="of what is told and not acknowledged, at most"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
