"""A Claude Code session as one of its files knows it: where it is, who speaks, and what has been told of it so far."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from sessions.floor import events as ev
from sessions.floor.reports import BACKGROUND
from sessions.floor.tokens import Tokens
from sessions.observe.claude import lines as cl
from sessions.observe.claude.memory import named
from sessions.observe.contract import Desk
from sessions.observe.lines import Who, remembered
from sessions.observe.words import safe, shown
from sessions.redact import redact
from sessions.text import clean

KIND = "claude"
_NOTHING = Tokens()


class Session:
    """What the readers of a file's lines share: its memory, and the events at hand."""

    def __init__(self, path: Path, desk: Desk, memory: bytes) -> None:
        self.path, self.desk = path, desk
        self.seen = remembered(memory, named(path))
        self.station = ""
        """Empty until the session is seated, which its first line does, and after a restart its first fact."""
        self.events: list[ev.Event] = []
        self.skipped: Counter[str] = Counter()
        self._sources: dict[str, str] = {}

    # Where it is

    def place(self, line: cl.Line, time: float | None) -> None:
        """Open the session at its first line, and note when it moves."""
        seen = self.seen
        if not seen.opened:
            seen.session = seen.session or safe(line.session_id or self.path.stem)
            seen.home, seen.branch = safe(line.cwd or "", 1000), safe(line.git_branch or "")
            seen.version = safe(line.version or "", 40)
            seen.opened = True
            self.tick(time)
            self.seat()
            self.announce()
            return
        cwd, branch = line.cwd, line.git_branch
        moved = bool(cwd) and cwd != seen.home and not (seen.home and (cwd or "").startswith(seen.home + "/"))
        if moved or (branch and branch != seen.branch):
            self._moved(line, moved, time)

    def _moved(self, line: cl.Line, moved: bool, time: float | None) -> None:
        seen = self.seen
        branch = safe(line.git_branch or "") or seen.branch
        home = safe(line.cwd or "", 1000) if moved else seen.home
        if (branch, home) == (seen.branch, seen.home):
            return
        seen.branch, seen.home = branch, home
        if not seen.agent and not line.is_sidechain and not seen.copied:
            self.tick(time)
            self.events.append(ev.BranchEntered(**self.who(), branch=branch, directory=home))

    def seat(self) -> str:
        """The session's station, which it is given at the first asking."""
        if not self.station:
            seen = self.seen
            self.station, opening = self.desk.seating.seat(
                KIND, seen.session, seen.home, seen.branch, seen.clock, self.source()
            )
            self.events.extend(opening)
        return self.station

    def announce(self) -> None:
        """Tell of the session, or tell again what is now known better. A sub-agent's file is no session."""
        seen = self.seen
        if not seen.agent:
            self.events.append(
                ev.SessionOpened(
                    **self.who(), path=shown(self.path), parent=seen.parent, title=seen.title, version=seen.version
                )
            )

    def titled(self, title: str) -> None:
        title = redact(clean(title))
        if title and title != self.seen.title:
            self.seen.title = title
            if self.seen.opened:
                self.announce()

    def within(self, path: str) -> str:
        """A path as seen from the session's directory."""
        home = self.seen.home
        return path[len(home) + 1 :] if home and path.startswith(home + "/") else path

    # Who speaks, and when

    def tick(self, time: float | None) -> None:
        if time is not None:
            self.seen.clock = time

    def agent(self, line: cl.Line) -> str:
        """The sub-agent that wrote the line, or nothing for the session's main conversation."""
        if self.seen.agent:
            return self.seen.agent
        return safe(line.agent_id or "sidechain") if line.is_sidechain else ""

    def source(self, agent: str = "") -> str:
        source = self._sources.get(agent)
        if source is None:
            name = agent or self.seen.agent
            source = f"{KIND}:{self.seen.session[:8]}" + (f"/{name}" if name else "")
            if self.seen.opened:
                self._sources[agent] = source
        return source

    def who(self, agent: str = "") -> Who:
        """What every event of the station tells. Events that a scan makes by the ten thousand spell it out instead,
        which takes a quarter of the time."""
        seen = self.seen
        station = self.station or self.seat()
        return {"time": seen.clock, "source": self.source(agent), "station": station, "session": seen.session}

    # What is told

    def alive(self, event: ev.Event) -> None:
        """Tell a fact that shows the session at work."""
        self.seen.alive = self.seen.clock
        self.events.append(event)

    def first_time(self, line: cl.Line) -> bool:
        """Whether no other file has this line: forks copy lines with their ids."""
        if line.uuid:
            self.seen.copied = self.desk.book.state(f"line:{line.uuid}", _NOTHING) is None
        return not self.seen.copied

    def finish(self) -> None:
        """The agent's turn has ended."""
        if not self.seen.finished:
            self.seen.finished = True
            self.events.append(ev.TurnFinished(**self.who()))
            if self.seen.background:
                behind = "; ".join(self.seen.background.values())
                self.events.append(ev.MachineAwaited(**self.who(), reason=clean(f"{BACKGROUND}: {behind}")))
            elif self.seen.asks:
                self.events.append(ev.PersonNeeded(**self.who(), reason=self.seen.asks, guess=True))
