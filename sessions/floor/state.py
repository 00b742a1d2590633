"""The floor: what the journal's events add up to. Frozen; only `sessions.floor.fold.fold` makes new ones."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from sessions.floor.commands import AnyWish
from sessions.floor.conflicts import Compared, Verdict
from sessions.floor.events import AnyIntent
from sessions.floor.identity import Owner, UsageSource
from sessions.floor.ours.owned import Owned
from sessions.floor.pace import Pace
from sessions.floor.progress.progress import Progress
from sessions.floor.reports import Report
from sessions.floor.tasks.task import Task
from sessions.floor.tokens import Counted, Meter
from sessions.floor.triage.case import Case, Kind, Settled
from sessions.floor.zone import Zone


class Status(StrEnum):
    """What a station does. Each has a colour and a glyph of its own (see `widgets.draw.glyphs`)."""

    WORKING = "working"
    WAITING = "waiting"
    """For a machine: a rate limit, a retry, a provider."""
    NEEDS_ME = "needs_me"
    """For a person: a permission, an answer."""
    FAILED = "failed"
    IDLE = "idle"
    """It finished its turn."""
    STALE = "stale"
    """It should be working, and nothing was heard of it for longer than its cadence."""
    UNKNOWN = "unknown"


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a station is in its status: since when, who said so, and whether it is a guess."""

    status: Status = Status.UNKNOWN
    since: float = 0.0
    """When it entered the status."""
    seen: float = 0.0
    """When the newest evidence for it was written."""
    source: str = ""
    reason: str = ""
    guess: bool = False


class RunningTool(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tool that was called and has not come back."""

    tool: str
    detail: str = ""
    since: float = 0.0
    files: tuple[str, ...] = ()
    """What it writes: the station has written it when the tool has come back without a failure."""


class Session(msgspec.Struct, frozen=True, omit_defaults=True):
    """One conversation of an agent."""

    station: str
    path: str = ""
    parent: str = ""
    title: str = ""
    version: str = ""
    opened: float = 0.0
    closed: bool = False
    usage: UsageSource = UsageSource.TRANSCRIPT
    counted: Counted = Counted()


UNMETERED = frozenset({"command"})
"""Kinds of which nobody tells what they use."""
PROMPTLESS = frozenset({"command"})
"""Kinds to which nothing can be said after their start: it is not known when such a program listens."""


class Station(msgspec.Struct, frozen=True, omit_defaults=True):
    """One agent with an area of responsibility."""

    id: str = msgspec.field(name="name")  # as journals and recordings have always called it
    """Never changes, and no other station ever has it."""
    called: str = ""
    """What the operator calls it; "" as its id."""
    owner: Owner = Owner.OBSERVED
    parent: str = ""
    """The id of the station that it works for."""
    origin: str = ""
    """The machine on which it runs; "" for the supervisor's own."""
    kind: str = ""
    directory: str = ""
    home: str = ""
    """The directory it was opened in, where sessions find it again; `directory` is where it is now."""
    branch: str = ""
    role: str = ""
    elsewhere: bool = False
    opened: float = 0.0
    session: str = ""
    """The conversation that wrote last."""
    model: str = ""
    evidence: Evidence = Evidence()
    settled: float = 0.0
    """When its main conversation last told what cannot be while it waits for a person."""
    activity: str = ""
    """The last thing it said or did, in a few words."""
    activity_time: float = 0.0
    process: int = 0
    """The number of the agent's process, where the agent tells it and the process lives."""
    report: Report | None = None
    """What the process last said of itself."""
    asks: Mapping[str, str] = {}
    """What a station of ours waits to be answered, in a few words each, by the id of the question, the oldest first."""
    stays: tuple[str, ...] = ()
    """Those of them that no end of a turn withdraws: whoever asked has been told to come back for the answer."""
    beneath: Evidence | None = None
    """What it would be known to do if it asked nothing and did not rest; None where that says nothing."""
    rest: Evidence | None = None
    """Why it rests, if it does. What somebody must act on is known of it all the same."""
    running: Mapping[str, RunningTool] = {}
    """Tools under way, by call id, oldest first."""
    context: int = 0
    window: int = 0
    turns: int = 0
    tools: int = 0
    errors: int = 0
    """Tools that failed and turns that failed."""
    files: Mapping[str, int] = {}
    """Files it wrote, with how often: not what failed, or was broken off."""
    wrote: Mapping[str, float] = {}
    """When it wrote the last ones of these."""
    meter: Meter = Meter()
    pace: Pace = Pace()

    @property
    def name(self) -> str:
        """What it is called, unique on the floor."""
        return self.called or self.id

    @property
    def cost_usd(self) -> float | None:
        """Dollars; None where nobody tells what it uses, or no call has a known price: what is unknown is never 0."""
        return None if self.kind in UNMETERED and not self.meter.calls else self.meter.cost_usd


class Intent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an operator wants and nobody has answered yet."""

    wanted: AnyIntent
    resumed: int = 0
    """How many supervisors have taken it up again from one that may have died of it."""
    deferred: bool = False
    """The last supervisor that had it in hand ended in good order."""
    undoes: str = ""
    """The command that is undone by it."""


class Ended(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a command came to."""

    time: float
    ok: bool
    reason: str = ""
    cure: str = ""
    undo: AnyWish | None = None
    """What would undo it."""
    about: str = ""
    """The station that it was about."""
    who: str = ""
    together: str = ""
    words: str = ""
    """As in `events.CommandDone`."""
    undone: str = ""
    """The command that undid it, or is about to."""
    undoes: str = ""
    """The command that it undid."""


class Branch(msgspec.Struct, frozen=True, omit_defaults=True):
    """A local branch, or a worktree on no branch; fields as in `events.BranchChanged`."""

    name: str
    head: str = ""
    ahead: int = 0
    behind: int = 0
    author: str = ""
    subject: str = ""
    committed: float = 0.0
    worktree: str = ""
    dirty: int = 0
    merged: bool = False
    detached: bool = False
    changed: float = 0.0
    """When it was last seen to change."""


class FloorState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything the console shows. `seq` is how many events were folded: the journal's sequence number."""

    seq: int = 0
    time: float = 0.0
    """Time of the newest event."""
    repo: str = ""
    name: str = ""
    base: str = ""
    base_head: str = ""
    utc_offset: int = 0
    utc_offsets: tuple[tuple[float, int], ...] = ()
    """As in `events.FactoryOpened`."""
    simulated: bool = False
    scripted: bool = False
    runs: int = 0
    stations: Mapping[str, Station] = {}
    owned: Mapping[str, Owned] = {}
    """By id: of the stations that this factory runs, what it knows beyond what is known of any."""
    frozen: bool = False
    """All of them rest as they are, by the operator's hand."""
    tasks: Mapping[str, Task] = {}
    """Those to be done and under way, and the latest that are over."""
    hands: Mapping[str, str] = {}
    """By station the task that it has in hand."""
    task_count: int = 0
    """Tasks that were ever added: none gets the id of an earlier one."""
    cases: Mapping[str, Case] = {}
    """What needs a person, the oldest first; also what is snoozed."""
    settled: Mapping[str, Settled] = {}
    """The latest cases that left the queue, by id, the oldest first."""
    expected: Mapping[str, tuple[Kind, ...]] = {}
    """By station the kinds of cases that are not shown for it."""
    progress: Mapping[str, Progress] = {}
    """By station, what it got done, what it repeats and what it waits for."""
    branches: Mapping[str, Branch] = {}
    sessions: Mapping[str, Session] = {}
    """Those that stations are in, and the latest others (see `events.SessionsOver`)."""
    intents: Mapping[str, Intent] = {}
    """By command, the oldest first: what is wanted and not yet so."""
    ended: Mapping[str, Ended] = {}
    """By command: what the latest ones came to (see `sessions.floor.decide.decide`)."""
    total: Meter = Meter()
    """Of all stations."""
    elsewhere: Meter = Meter()
    """The part of `total` that stations outside this repository used."""
    models: Mapping[str, Meter] = {}
    branch_meters: Mapping[str, Meter] = {}
    """By the branch each call worked on, also branches that are gone; "" is no branch."""
    days: Mapping[str, Meter] = {}
    """By day of the operator's clock, `2026-11-21`."""
    elsewhere_days: Mapping[str, Meter] = {}
    """The part of `days` that stations outside this repository used."""
    pace: Pace = Pace()
    """Of the stations of this repository."""
    verdicts: Mapping[str, Verdict] = {}
    """Pairs of branches that do not simply merge, by `conflicts.key_of`; uncommitted work counts as committed."""
    committed_verdicts: Mapping[str, Verdict] = {}
    """The same over commits alone, for the pairs where that is another matter."""
    compared: Mapping[str, Compared] = {}
    """Branches whose pairs are known, and as what; one that is not here is still being compared."""
    skipped: Mapping[str, int] = {}
    """What sources could not give, by reason."""

    @property
    def here(self) -> Meter:
        """What the stations of this repository used: the factory's own total."""
        return self.total.minus(self.elsewhere)

    @property
    def zone(self) -> Zone:
        """The operator's clock."""
        return Zone(self.utc_offset, self.utc_offsets)


EMPTY = FloorState()


def name_of(state: FloorState, station: str) -> str:
    """What the station with this id is called; its id when it is not on the floor."""
    known = state.stations.get(station)
    return station if known is None else known.name


def without_usage(state: FloorState) -> FloorState:
    """The same floor with every meter at nothing, and no session counted."""
    sessions = {name: replace(session, counted=Counted()) for name, session in state.sessions.items()}
    stations = {name: replace(station, meter=Meter(), pace=Pace()) for name, station in state.stations.items()}
    return replace(
        state,
        stations=stations,
        sessions=sessions,
        total=Meter(),
        elsewhere=Meter(),
        models={},
        branch_meters={},
        days={},
        elsewhere_days={},
        pace=Pace(),
    )
