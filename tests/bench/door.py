"""Measures a supervisor whose journal another version wrote: how soon its door answers, and how soon it ends."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from sessions.floor.state import EMPTY
from sessions.place import place_of
from sessions.supervisor import process
from sessions.supervisor.process import Options
from sessions.supervisor.wire.client import Client
from tests.bench.figure import Figure
from tests.support.branches.git import TestRepository

PATIENCE_S = 300.0
_FOREIGN = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "FACTORY_TUI_CONFIG", "XDG_RUNTIME_DIR")


def figures(journal: Path, count: int) -> Iterator[Figure]:
    """The figures of a copy of `journal`, of `count` events, that is to be folded from its first event."""
    with tempfile.TemporaryDirectory(prefix="ft-door-", dir="/tmp") as name, _home(Path(name)):
        repository = TestRepository(Path(name, "repo"))
        repository.commit({"README": "hello\n"}, "first")
        place = place_of(repository.path)
        _older(journal, place.journal)
        begin = time.perf_counter()
        process.start(repository.path, Options(idle_minutes=5.0))
        yield Figure(
            f"door of a supervisor that folds {count:,} events anew, from its start",
            time.perf_counter() - begin,
            "s",
            2,
        )
        begin = time.perf_counter()
        process.stop(repository.path)
        yield Figure("ending it in the middle of that", time.perf_counter() - begin, "s", 2)
        _older(journal, place.journal)
        begin = time.perf_counter()
        process.start(repository.path, Options(idle_minutes=5.0))
        _up_to_date(place.socket, count)
        yield Figure("until its floor is up to date", time.perf_counter() - begin, "s")
        process.stop(repository.path)


def _older(journal: Path, target: Path) -> None:
    for left in target.parent.glob("journal.db*"):
        left.unlink()
    shutil.copyfile(journal, target)
    with closing(sqlite3.connect(target)) as connection, connection:
        connection.execute("UPDATE slices SET version = version - 1")


def _up_to_date(socket: Path, count: int) -> None:
    heard = threading.Event()

    def changed() -> None:
        if client.state.seq >= count:
            heard.set()

    client = Client(socket, EMPTY, changed=changed)
    client.start()
    try:
        if not heard.wait(PATIENCE_S):
            raise TimeoutError("the journal was not brought up to date")
    finally:
        client.stop()


@contextmanager
def _home(directory: Path) -> Iterator[None]:
    """A home of its own for this process and its children."""
    places: Mapping[str, str] = {
        "HOME": str(directory),
        "XDG_STATE_HOME": str(directory / "state"),
        "XDG_CONFIG_HOME": str(directory / "config"),
    }
    kept = {name: os.environ.pop(name, None) for name in (*_FOREIGN, *places)}
    os.environ.update(places)
    try:
        yield
    finally:
        for name, value in kept.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
