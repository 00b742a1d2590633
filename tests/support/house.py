"""A home, a repository, and agents that write: what a supervisor finds on a machine, in a directory of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from sessions.journal.writer import Journal
from sessions.place import Place, place_of
from sessions.settings import Settings
from sessions.supervisor import process
from sessions.supervisor.process import Options
from sessions.supervisor.recorder import ServingRecorder
from sessions.supervisor.staff import supervisor_of
from sessions.supervisor.supervisor import Supervisor
from sessions.supervisor.wire.feed import Feed
from tests.support.branches.git import TestRepository
from tests.support.supervisor import short_directory

KEEPER = """
import sys, pathlib
from sessions.journal.lock import hold
with hold(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
"""A process that holds a lock file and hears nothing."""
LONG = Options(idle_minutes=5.0)
SESSION = "11111111-2222-4333-8444-555555555555"
TOKENS = 100
"""Of fresh input, for every answer."""


class House:
    """A home, a repository with one commit, and a place for their supervisor, all in a directory with a short name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.repo = TestRepository(root / "repo")
        self.repo.commit({"README": "hello\n"}, "first")

    @property
    def place(self) -> Place:
        return place_of(self.repo.path)

    def start(self, options: Options = LONG) -> int:
        process.start(self.repo.path, options)
        pid = process.running(self.repo.path)
        assert pid
        return pid

    def transcript(self) -> Path:
        """Where the agent at work in the repository writes."""
        slug = str(self.repo.path).replace("/", "-")
        return self.root / "home" / ".claude" / "projects" / slug / f"{SESSION}.jsonl"

    def say(self, number: int, session: str) -> bytes:
        """One answer of an agent at work in the repository, as a line of its transcript."""
        line = {
            "type": "assistant",
            "uuid": f"00000000-0000-4000-8000-{number:012}",
            "sessionId": session,
            "timestamp": f"2026-11-20T12:00:{number % 60:02}.000Z",
            "cwd": str(self.repo.path),
            "gitBranch": "main",
            "version": "2.1.0",
            "requestId": f"req_{number}",
            "message": {
                "id": f"msg_{number}",
                "role": "assistant",
                "model": "claude-opus-4-1-20250805",
                "content": [{"type": "text", "text": f"step {number}"}],
                "stop_reason": "end_turn",
                "usage": {"input_tokens": TOKENS, "output_tokens": 1},
            },
        }
        return msgspec.json.encode(line) + b"\n"

    def write(self, first: int, last: int) -> None:
        """Have the agent give answers `first` to `last`."""
        self.elsewhere(self.transcript(), first, last)

    def elsewhere(self, path: Path, first: int, last: int) -> Path:
        """The same into another file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(b"".join(self.say(number, path.stem) for number in range(first, last + 1)))
        return path


def house_in(monkeypatch: pytest.MonkeyPatch, within: str | None = None) -> Iterator[House]:
    """For a fixture: a house in which this process and its children live; its supervisor ends with it."""
    with short_directory(within) as root:
        for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "FACTORY_TUI_CONFIG", "XDG_RUNTIME_DIR"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(root / "home"))
        for name in ("STATE", "CONFIG"):
            monkeypatch.setenv(f"XDG_{name}_HOME", str(root / name.lower()))
        (root / "home").mkdir()
        house = House(root)
        try:
            yield house
        finally:
            process.stop(house.repo.path)


@asynccontextmanager
async def working(house: House) -> AsyncIterator[tuple[Supervisor, Feed]]:
    """All services of a supervisor at work there in this process, and what its consoles would be told."""
    journal = await Journal.open(house.place.journal)
    feed = Feed(journal.state)
    work = supervisor_of(house.place, Options(), Settings(), ServingRecorder(journal, feed), await journal.marks())
    await work.open()
    running = asyncio.create_task(work.run())
    try:
        yield work, feed
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await journal.close()
