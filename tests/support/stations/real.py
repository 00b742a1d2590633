"""Real agents in terminals against a scripted model on loopback, with a home of their own and dummy keys."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import pyte
import pytest

from sessions.floor.scope import Held, HeldBy, Scope
from sessions.stations.contract import Brief, InTerminal, Launch, Say, Signal
from sessions.stations.signals import standing, tools
from sessions.stations.signals.standing import Standing
from sessions.watching.listener import listen
from tests import ROOT
from tests.agents.install import PACKAGES, found
from tests.support.branches.git import TestRepository
from tests.support.stations.signals import STATION, Listening, listening
from tests.support.supervisor import PATIENCE_S

PROGRAMS = ("claude", "codex", "mini")
PROVIDER = ROOT.parent / "shared" / "tools" / "scripted_provider.py"
KEY = "sk-dummy-0123456789012345678901234567"
COLUMNS, LINES = 120, 40


def needs(name: str) -> pytest.MarkDecorator:
    """Skips by name where an agent is not installed."""
    how = f"{PACKAGES[name]} is not installed: python -m tests.agents.install {name}"
    return pytest.mark.skipif(found(name) is None, reason=how)


def with_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put those that were brought first on the PATH."""
    there = [str(program.parent) for name in PROGRAMS if (program := found(name)) is not None]
    monkeypatch.setenv("PATH", os.pathsep.join([*there, os.environ["PATH"]]))


class Speaks(InTerminal, Protocol):
    def say(self, text: str, session: str) -> Say: ...


@contextmanager
def provider(log: Path, *options: str) -> Iterator[str]:
    """The address of a scripted model: `http://127.0.0.1:PORT`."""
    words = [sys.executable, str(PROVIDER), "0", "--log", str(log), *options]
    process = subprocess.Popen(words, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        said = process.stdout.readline().decode()
        yield f"http://127.0.0.1:{int(said.rpartition(',')[2].strip().strip(')'))}"
    finally:
        process.kill()
        process.communicate()


class Terminal:
    """A program in a pty, with a screen. What it writes is taken as it comes."""

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], directory: Path, changed: asyncio.Event
    ) -> None:
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            argv, env=dict(environment), cwd=directory, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        os.set_blocking(master, False)
        self._master, self._changed = master, changed
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(master, self._read)
        self.over = asyncio.Event()

    async def write(self, keys: bytes) -> None:
        os.write(self._master, keys)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display if line.strip())

    def end(self, number: int = signal.SIGKILL) -> None:
        """End all of it; what leads it is its own process group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.end()
        if not self.over.is_set():
            self._loop.remove_reader(self._master)
        os.close(self._master)

    def _read(self) -> None:
        self._changed.set()
        try:
            said = os.read(self._master, 1 << 16)
        except OSError:
            said = b""
        if not said:
            self._loop.remove_reader(self._master)
            self.over.set()
            return
        for asked, answer in ((b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[c", b"\x1b[?62;c"), (b"\x1b[?u", b"\x1b[?0u")):
            if asked in said:
                os.write(self._master, answer)
        with suppress(Exception):  # the emulation of the tests does not know every sequence
            self._stream.feed(said)


class Bench:
    """A work tree, a home, tools and an outbox, and the agent that is started with them."""

    def __init__(self, root: Path, supervisor: Listening, kind: Speaks, keys: Mapping[str, str]) -> None:
        self.root, self.supervisor, self._kind = root, supervisor, kind
        self.repo = TestRepository(root / "work")
        self.repo.commit({"README": "hello\n"}, "first")
        self.home = root / "home"
        self.changed = asyncio.Event()
        """Something is on the screen, or in the file in which Claude Code says what it does."""
        says = self.home / ".claude" / "sessions"
        says.mkdir(mode=0o700, parents=True)
        loop = asyncio.get_running_loop()

        def heard(_: object) -> None:
            loop.call_soon_threadsafe(self.changed.set)

        self._listener = listen([str(says)], [], heard)
        kit = tools.install(root / "tools")
        self.bound()
        programs = f"{Path(shutil.which(kind.name) or '/').parent}:/usr/local/bin:/usr/bin:/bin"
        told = kit.environment(STATION, root / "out" / STATION, root / "own" / standing.FILE, programs)
        self._environment = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "SHELL": "/bin/sh", "IS_SANDBOX": "1"}
        self._environment |= {"NODE_OPTIONS": "", **told, **keys}
        self.terminal: Terminal | None = None

    def bound(self, *write: str, edits: bool = False, ask: tuple[str, ...] = ()) -> None:
        """Give the station a scope; it holds at the next use of a tool."""
        at = Standing(
            station=STATION,
            directory=str(self.repo.path),
            own=(str(self.home),),
            scope=Scope(write=write or ("**",)),
            edits=edits,
            ask=ask,
        )
        standing.write(self.root / "own", at)

    def start(
        self, session: str = "", prompt: str = "", model: str = "", untrusted: tuple[str, ...] = (), **options: str
    ) -> Launch:
        brief = Brief(
            station=STATION,
            directory=str(self.repo.path),
            home=str(self.home),
            transcript="",
            environment=self._environment,
            session=session,
            prompt=prompt,
            model=model,
            held=Held(HeldBy.BUBBLEWRAP),
            options=options,
            untrusted=untrusted,
        )
        launch = self._kind.launch(brief, self.root / "out" / STATION)
        for name, text in launch.files.items():
            file = self.home / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        if self.terminal is not None:
            self.terminal.close()
        self.environment = {**self._environment, **launch.environment}
        self.terminal = Terminal(launch.argv, self.environment, self.repo.path, self.changed)
        return launch

    async def run(self, argv: Sequence[str]) -> int:
        """A command of the station."""
        null = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *argv, env=self.environment, cwd=self.repo.path, stdin=null, stdout=null, stderr=null
        )
        return await process.wait()

    async def question(self, number: int = 1) -> Signal:
        """The so-manieth question."""
        await self.supervisor.until(lambda: self._over() or len(self.supervisor.questions) >= number)
        assert len(self.supervisor.questions) >= number, self.terminal and self.terminal.text
        return self.supervisor.questions[number - 1]

    async def told(self, name: str, number: int = 1) -> Mapping[str, object]:
        """The so-manieth signal of this name."""
        found = self.supervisor.signals
        await self.supervisor.until(lambda: self._over() or [each.name for each in found].count(name) >= number)
        assert [each.name for each in found].count(name) >= number, self.terminal and self.terminal.text
        return [each for each in found if each.name == name][number - 1].payload

    async def shows(self, what: Callable[[str], bool]) -> None:
        """Wait for the screen, or for what the agent says of itself in its home."""
        assert self.terminal is not None
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not what(self.terminal.text):
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise AssertionError(self.terminal.text) from None

    def close(self) -> None:
        self._listener.close()
        if self.terminal is not None:
            self.terminal.close()

    def _over(self) -> bool:
        return self.terminal is not None and self.terminal.over.is_set()


@asynccontextmanager
async def bench(kind: Speaks, keys: Mapping[str, str]) -> AsyncIterator[Bench]:
    """Outside `/tmp`, where Codex keeps no programs of its own."""
    with tempfile.TemporaryDirectory(prefix="ft-", dir="/var/tmp", ignore_cleanup_errors=True) as name:
        root = Path(name)
        async with listening(root / "out") as supervisor:
            made = Bench(root, supervisor, kind, keys)
            try:
                yield made
            finally:
                made.close()
