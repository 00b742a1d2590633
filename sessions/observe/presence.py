"""What a running Claude Code says of itself: `<config>/sessions/<pid>.json`, rewritten at every change of its state.

The file is undocumented, so it is read tolerantly and believed only as far as it can be checked: that its process
lives (its number and its start), and that nothing newer is known from the transcript. Read with versions 2.1.330 and
2.1.332: `status` is `busy`, `waiting` (with `waitingFor`), `idle` or `shell` (a command goes on in the background);
a clean exit removes the file. The `.key` files beside it are never opened.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from msgspec import Struct

from sessions.floor import events as ev
from sessions.floor.reports import Report
from sessions.observe.contract import Desk
from sessions.observe.words import latest, safe
from sessions.text import clean

KIND = "claude"
LONGEST = 64 << 10
_NAME = re.compile(r"(\d{1,10})\.json")
_STATES = {
    "busy": Report.WORKING,
    "waiting": Report.NEEDS_ME,
    "idle": Report.IDLE,
    "shell": Report.BACKGROUND,
}
GONE = "its process is gone"
_SERVANTS = frozenset({"daemon", "daemon-worker"})
"""Kinds of processes that hold no conversation."""


class ProcessFile(Struct, rename="camel"):
    """The fields of the file that become facts."""

    pid: int
    session_id: str
    cwd: str = ""
    proc_start: str | int | None = None
    pid_domain: str | None = None
    status: str = ""
    waiting_for: str | None = None
    status_updated_at: float | None = None
    updated_at: float | None = None
    started_at: float | None = None
    version: str | None = None
    kind: str = ""
    spare: bool = False


class PresenceState(Struct, omit_defaults=True):
    """What was told of one process."""

    session: str = ""
    station: str = ""
    status: str = ""
    reason: str = ""
    pid: int = 0
    start: str = ""
    over: bool = False
    """It was told that the process has ended."""


def is_presence(name: str) -> bool:
    """Whether a file of this name is that of a process."""
    return _NAME.fullmatch(name) is not None


def said_in(body: bytes, path: Path) -> ProcessFile | None:
    """What a file says; None when it is torn, of another shape, or of another process than its name tells."""
    try:
        said = msgspec.json.decode(body, type=ProcessFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    found = _NAME.fullmatch(path.name)
    if said.kind in _SERVANTS or said.spare:
        return None
    return said if found and int(found[1]) == said.pid > 0 and said.session_id else None


def session_of(said: ProcessFile) -> str:
    """The conversation that its process has at present."""
    return safe(said.session_id)


def state_of(said: ProcessFile) -> Report | None:
    """What its process does; None for a word that is not known."""
    return _STATES.get(said.status)


def lives(pid: int, start: str, domain: str = "") -> bool | None:
    """Whether a process runs that began at `start` (clock ticks since boot); None where that cannot be told.

    A number that was given to another process since is no sign of life. One of another container tells nothing.
    """
    try:
        if domain and not _is_here(domain):
            return None
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except FileNotFoundError:
        return False if Path("/proc/self/stat").exists() else None
    except OSError:
        return None
    fields = stat.rpartition(b")")[2].split()
    if fields[:1] in ([b"Z"], [b"X"]):
        return False
    return not start or fields[19].decode("ascii", "replace") == start


def _is_here(domain: str) -> bool:
    """Whether numbers of processes mean the same in `domain` (`linux:<machine>:<space of numbers>`) as here."""
    if str(Path("/proc/self/ns/pid").readlink()) not in domain:
        return False
    try:
        own = Path("/etc/machine-id").read_text().strip()
    except OSError:
        return True
    machine = domain.split(":")[1] if domain.count(":") > 1 else ""
    return len(machine) != len(own) or machine == own


def left(said: ProcessFile, memory: PresenceState, time: float) -> list[ev.Event]:
    """What it tells that a process goes on with another conversation; to be told before anybody is seated."""
    if not memory.session or memory.over or memory.session == safe(said.session_id):
        return []
    return [_closed(memory, time)]


def report(said: ProcessFile, memory: PresenceState, desk: Desk, written: float, alive: bool | None) -> list[ev.Event]:
    """What a file tells that was not told before. `written` is when it was, in seconds since 1970."""
    session, start = safe(said.session_id), str(said.proc_start or "")
    events: list[ev.Event] = []
    time = moment(said, written)
    if memory.session != session or memory.start != start:
        memory.session, memory.start, memory.status, memory.over = session, start, "", False
        home = safe(said.cwd, 1_000)
        memory.station, opening = desk.seating.seat(
            KIND, session, home, desk.seating.branch_of(home), time, source_of(said.pid)
        )
        events.extend(opening)
    memory.pid = said.pid
    if memory.over:
        return events
    if alive is False:
        memory.over = True  # killed or crashed, whatever it did: who ends by itself takes its file away
        events.append(_gone(memory, max(time, written)))
        return events
    state = state_of(said)
    reason = clean(said.waiting_for or "") if state is Report.NEEDS_ME else ""
    if state is not None and (said.status, reason) != (memory.status, memory.reason):
        memory.status, memory.reason = said.status, reason
        events.append(
            ev.AgentReported(
                time=time,
                source=source_of(said.pid),
                station=memory.station,
                session=session,
                state=state,
                reason=reason,
                process=said.pid if alive is not None else 0,
            )
        )
    return events


def ended(memory: PresenceState, time: float) -> list[ev.Event]:
    """What it tells that the file of a process is gone: it ended by itself."""
    return [] if memory.over or not memory.session else [_closed(memory, time)]


def source_of(pid: int) -> str:
    """How a process is called where a status has its source."""
    return f"sessions/{pid}.json"


def _closed(memory: PresenceState, time: float) -> ev.SessionClosed:
    return ev.SessionClosed(time=time, source=source_of(memory.pid), station=memory.station, session=memory.session)


def _gone(memory: PresenceState, time: float) -> ev.AgentLost:
    return ev.AgentLost(
        time=time, source=source_of(memory.pid), station=memory.station, session=memory.session, reason=GONE
    )


def moment(said: ProcessFile, written: float) -> float:
    """When the state began that is told, in seconds since 1970; where that is not believable, when it was `written`."""
    time = (said.status_updated_at or said.updated_at or said.started_at or 0) / 1_000
    return time if 0 < time <= latest() else written
