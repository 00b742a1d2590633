"""Kills supervisors, hosts, workers, keepers and agents at random under load, and then asks what was lost."""

from __future__ import annotations

import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import msgspec

from sessions.asking.past_questions import FloorNow, whole_floor
from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, ChangeLife, PromptStation, StartStation
from sessions.floor.ours.lives import Change, Life
from sessions.floor.state import FloorState
from sessions.headless.supervised import Supervised
from sessions.journal.lock import holder
from sessions.journal.reader import JournalReader
from sessions.paths import mark_of
from sessions.simulation.provider.script import Call, Script, Step
from sessions.stations.keeping.processes import everything, mark_of_process
from tests import ROOT
from tests.support.branches.git import environment
from tests.support.house import House

PATIENCE_S = 60.0
UP_S = 5.0
"""So long somebody beside supervisor and keeper is waited for before one of these is killed again."""
AGENT = "sh -c 'while :; do date >> count; git add -A; git commit -qm more; echo a line; sleep 0.2; done'"
"""A program in a terminal that writes, commits and prints without end."""
WORK = Call("run", {"command": "date >> count; git add -A; git commit -qm more"})
SCRIPT = Script(asked={"say ": Step(text="I count. " * 20, piece=10, pace=0.02, calls=(WORK,))})
"""What the model of the built-in agent says: words that are streamed, then a commit."""
SETTLED = (Life.RUNNING, Life.HELD, Life.STOPPED)


ROLES = {"host-parrot": "host", "host-builtin": "worker"}
"""Of the processes that are no station's."""


class Found(msgspec.Struct, frozen=True):
    """What is wrong after all that; nothing of it should be."""

    lost: int
    """Acknowledged requests whose turn is not in the journal exactly once."""
    unaccounted: int
    """Stations that are neither running nor held with a reason."""
    orphans: int
    """Processes with a mark of this factory, and keepers, after the end of everything."""
    damaged: int
    """Places or repositories that git finds damaged."""
    killed: Counter[str]
    requests: int
    which: Sequence[str]
    """Of the lost requests, of the unaccounted for, and of the processes left behind: what they are."""
    who: Sequence[str]
    left: Sequence[str]


class Killing:
    """One factory of a house. `run` it."""

    def __init__(self, house: House, seed: int, stations: int = 6, builtin: bool = True) -> None:
        """With `builtin` every third station is of the built-in agent, whose worker takes seconds to begin."""
        self._house, self._chance = house, random.Random(seed)
        self._stations = stations
        self._builtin = builtin and importlib.util.find_spec("litellm") is not None
        self._acknowledged: list[str] = []
        self._said = 0
        self.killed: Counter[str] = Counter()

    def run(self, kills: int) -> Found:
        with _models(self._house.root) if self._builtin else nullcontext("") as url:
            return self._run(kills, url)

    def _run(self, kills: int, url: str) -> Found:
        self._house.start()
        for number in range(self._stations):
            self._wish(_start(number, url))
        for _ in range(kills):
            self._say()
            self._kill()
            self._say()
        state = self._settled()
        unaccounted = [name for name in state.owned if not self._told(state, name)]
        self._brought_back()
        lost = self._lost_at_last()
        for name, known in self._floor().owned.items():
            if known.lives:
                self._wish(ChangeLife(name, Change.STOP))
        self._end()
        left = self._left()
        return Found(
            len(lost),
            len(unaccounted),
            len(left),
            len(self._damaged()),
            self.killed,
            self._said,
            lost,
            unaccounted,
            left,
        )

    def _told(self, state: FloorState, station: str) -> bool:
        known = state.owned[station]
        if known.life is Life.RUNNING:
            return bool(known.process)
        return known.life in SETTLED and bool(known.reason)

    def _say(self) -> None:
        """Give one station a request; what is refused was not acknowledged."""
        station = f"s{self._chance.randrange(self._stations)}"
        word = f"w{self._said}"
        self._said += 1
        try:
            with Supervised(self._house.repo.path) as supervised:
                supervised.obey(PromptStation(station, f"say {word}"))
        except FactoryError:
            return
        self._acknowledged.append(word)

    def _kill(self) -> None:
        """End somebody without a word."""
        deadline = time.monotonic() + UP_S
        while not (victims := self._victims()).keys() - {"supervisor", "keeper"} and time.monotonic() < deadline:
            time.sleep(0.1)  # killed again and again, it brings nobody back whom one could kill
        kind = min(sorted(victims), key=lambda each: (self.killed[each], self._chance.random()))
        pid = self._chance.choice(victims[kind])
        self.killed[kind] += 1
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        if kind in ("supervisor", "keeper") or self._chance.random() < 0.5:
            self._brought_back()

    def _victims(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        if (pid := holder(self._house.place.lock)) is not None:
            found["supervisor"] = [pid]
        for pid in self._marked():
            mark = mark_of_process(pid)
            if mark is not None:
                found.setdefault(ROLES.get(mark.station, "agent"), []).append(pid)
        if there := keepers(self._house):
            found["keeper"] = there
        return found

    def _marked(self) -> list[int]:
        factory = mark_of(self._house.place.state_dir)
        return [
            pid
            for pid, each in everything().items()
            if not each.over and (mark := mark_of_process(pid)) is not None and mark.factory == factory
        ]

    def _brought_back(self) -> None:
        """Somebody looks again: a supervisor is there, and held stations are given another chance."""
        try:
            state = self._floor()
        except FactoryError:
            return
        for name, known in state.owned.items():
            if known.life is Life.HELD:
                self._wish(ChangeLife(name, Change.RESUME))

    def _floor(self) -> FloorState:
        with Supervised(self._house.repo.path) as supervised:
            return whole_floor(supervised.ask(FloorNow()))

    def _settled(self) -> FloorState:
        """The floor as soon as every station is something for good."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            state = self._floor()
            if all(known.life in SETTLED for known in state.owned.values()) or time.monotonic() > deadline:
                return state
            time.sleep(0.1)

    def _wish(self, wish: AnyWish) -> None:
        try:
            with Supervised(self._house.repo.path) as supervised:
                supervised.obey(wish)
        except FactoryError:
            pass

    def _lost_at_last(self) -> Sequence[str]:
        """What is lost when nothing more comes of what was acknowledged: many wait for the turn under way."""
        lost = self._lost()
        deadline = time.monotonic() + PATIENCE_S
        while lost and time.monotonic() < deadline:
            time.sleep(0.1)
            before, lost = lost, self._lost()
            if len(lost) < len(before):
                deadline = time.monotonic() + PATIENCE_S
        return lost

    def _lost(self) -> Sequence[str]:
        reader = JournalReader(self._house.place.journal)
        try:
            begun: Counter[str] = Counter()
            after = 0
            while chunk := reader.events(after, 5_000):
                after += len(chunk)
                begun.update(event.text for event in chunk if isinstance(event, ev.TurnStarted))
        finally:
            reader.close()
        return [word for word in self._acknowledged if begun[f"say {word}"] != 1]

    def _end(self) -> None:
        import asyncio

        from sessions.supervisor import process
        from tests.support.stations.yard import ended_all

        process.stop(self._house.repo.path)
        asyncio.run(ended_all(self._house.place.state_dir))

    def _left(self) -> list[str]:
        """Processes that are there still after all was ended; what is killed takes a moment to go."""
        deadline = time.monotonic() + UP_S
        while (left := [*self._marked(), *keepers(self._house)]) and time.monotonic() < deadline:
            time.sleep(0.1)
        return [f"{pid}: {mark_of_process(pid)} {words_of(pid)!r}" for pid in left]

    def _damaged(self) -> list[Path]:
        places = sorted((self._house.place.state_dir / "places").glob("*/work"))
        return [path for path in (self._house.repo.path, *places) if not _sound(path)]


def _start(number: int, url: str) -> StartStation:
    """Every third works in a terminal; of the others every second is built in, where there is a model at `url`."""
    name = f"s{number}"
    match number % 3:
        case 0 if url:
            options = (("base_url", url),)
            return StartStation("builtin", "say begun", name=name, model="openai/counts", options=options)
        case 2:
            return StartStation("command", "count", name=name, options=(("command", AGENT),))
        case _:
            return StartStation("parrot", "say begun", name=name)


@contextmanager
def _models(root: Path) -> Iterator[str]:
    """The scripted provider, in a process that nobody kills; gives its address."""
    script = root / "script.json"
    script.write_bytes(msgspec.json.encode(SCRIPT))
    argv = [sys.executable, "-m", "sessions.simulation.provider", "--script", str(script)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def keepers(house: House) -> list[int]:
    """The keeper of a house, and what it forked and did not become another program yet."""
    own = os.fsencode(house.place.state_dir)
    return [pid for pid in everything() if b"keeping/keeper" in (said := words_of(pid)) and own in said]


def words_of(pid: int) -> bytes:
    """What a process was started with; nothing of one that has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _sound(path: Path) -> bool:
    for words in (("fsck", "--no-dangling"), ("status", "--porcelain")):
        done = subprocess.run(["git", *words], cwd=path, env=environment(), capture_output=True, check=False)
        if done.returncode:
            return False
    return True
