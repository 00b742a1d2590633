"""A supervisor's door with real terminals behind it, on a thread, and operators in terminals of their own."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sessions.errors import FactoryError
from sessions.floor.state import EMPTY
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.looking.attached import Terminals
from sessions.stations.keeping.values import Start
from sessions.supervisor.wire.feed import Feed
from sessions.supervisor.wire.frames import Farewell
from sessions.supervisor.wire.server import Server
from tests import ROOT
from tests.bench.probe import Terminal
from tests.sessions.stations.keeping.programs import end_keeper, said
from tests.support.supervisor import PATIENCE_S, agree, short_directory

T = TypeVar("T")
KEY = "\x1d"
"""What ctrl+] sends."""

ATTACH = """
import sys
from pathlib import Path
from console.terminal.attach import attach
print("BEFORE", flush=True)
print("CAME BACK:", attach(Path(sys.argv[1]), sys.argv[2], b"\\x1d", looks="look" in sys.argv), flush=True)
print("typed:", input())
"""


class Serving:
    """A keeper, and a door through which its children can be attached to by their names."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.socket = directory / "supervisor.sock"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.keeper = self.do(Keeper.open(directory, 60.0, scoped=False))
        self.open()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done on the loop's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def open(self) -> None:
        """Let operators in."""
        self._server = Server(Feed(EMPTY), "repo", agree, attaching=Terminals(self._find).attach)
        self.do(self._server.listen(self.socket))

    def shut(self) -> None:
        """Send everybody away, as a supervisor does that ends."""
        self.do(self._server.close(Farewell("the supervisor was stopped", stopped=True)))

    def start(self, start: Start, word: bytes = b"ready") -> None:
        """Start a program, and wait until it has written a word."""
        child = self.do(self.keeper.start(start))
        self.do(said(self.keeper, child, word))

    def kept(self, name: str) -> bytes:
        """What a program has written."""
        return self.do(self.keeper.kept(name)).data

    def close(self) -> None:
        self.shut()
        self.do(self.keeper.close())
        self.do(end_keeper(self.directory))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def operator(self, station: str, *words: str, columns: int = 80, lines: int = 24) -> Terminal:
        """A terminal with an operator who is just going to be attached."""
        command = [sys.executable, "-c", ATTACH, str(self.socket), station, *words]
        return Terminal(command, columns, lines, {"PYTHONPATH": str(ROOT)})

    def _find(self, station: str) -> tuple[Keeper, str]:
        if station == "nobody":
            raise FactoryError("nobody runs in no terminal", "start it")
        return self.keeper, station


@contextmanager
def serving() -> Iterator[Serving]:
    with short_directory() as directory:
        served = Serving(directory)
        try:
            yield served
        finally:
            served.close()
