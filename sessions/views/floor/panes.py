"""What the floor shows of each station and of each branch that nobody works on: everything drawn, as one value."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from sessions.floor.ours.lives import Life
from sessions.floor.pace import BUCKET_S, BUCKETS, NOW_S, Pace
from sessions.floor.reports import RUNS
from sessions.floor.state import Branch, Evidence, Session, Station, Status
from sessions.floor.tokens import Certainty, Meter, Tokens
from sessions.text import EXCERPT, clean
from sessions.views.names import short_directory, short_model
from sessions.views.ours import Ours
from sessions.views.status import LIVE

FORGOTTEN_S = 86_400.0
"""Silence after which a stale station is no news any more."""
STARTED = "started"
"""Why a station of ours is idle that has said nothing yet."""
SPARK_POINTS = 24
SPARK_S = 15
FILES = 6
_KNOWN = 200
"""Letters of a name up to which it is remembered how it is cleaned."""


class Tool(msgspec.Struct, frozen=True):
    """A tool under way, as shown."""

    name: str
    detail: str
    since: float


class Pane(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One pane of the wall. Texts are cleaned; times are seconds since 1970; ages and rates are made when it is
    drawn."""

    key: str
    """Its identity on the wall."""
    station: str = ""
    """The station's own name, uncleaned: its identity. Empty for a branch without a station."""
    name: str
    kind: str = ""
    role: str = ""
    status: Status = Status.UNKNOWN
    since: float = 0.0
    seen: float = 0.0
    reason: str = ""
    source: str = ""
    guess: bool = False
    forgotten: bool = False
    """It is stale and was silent for more than `FORGOTTEN_S`."""
    resting: bool = False
    """It has nothing to do, and was not heard of for days."""
    branch: str = ""
    ahead: int = 0
    behind: int = 0
    dirty: int = 0
    merged: bool = False
    author: str = ""
    subject: str = ""
    committed: float = 0.0
    model: str = ""
    pace: Pace = Pace()
    """What rates are made of, when they are drawn."""
    tokens: Tokens = Tokens()
    certainty: Certainty = Certainty.EXACT
    """The least certain kind of figure in `tokens`."""
    cost: float | None = 0.0
    """None where it is unknown; without a call, what is used is unknown at all."""
    part_priced: bool = False
    """Some calls have no known price: the cost is at least this."""
    calls: int = 0
    context: int = 0
    window: int = 0
    directory: str = ""
    elsewhere: bool = False
    title: str = ""
    activity: str = ""
    activity_time: float = 0.0
    tools: tuple[Tool, ...] = ()
    turns: int = 0
    tool_calls: int = 0
    errors: int = 0
    files: tuple[str, ...] = ()
    """The files it wrote most often."""
    file_count: int = 0
    clashes: int = 0
    """With how many other branches, the base included, its branch collides."""
    clash_with: str = ""
    """The one with which it has most conflicting lines: the last part of its name where that says enough."""
    ours: Ours | None = None
    """Of a station that this factory runs, what is known beyond that."""
    within: int = 0
    """Panes of stations that work for it, and are folded into this one."""
    depth: int = 0
    """How many stand above it in a tree: those that it works for."""

    def rate(self, now: float, window_s: int = NOW_S) -> float:
        """Tokens per second over the last `window_s` seconds."""
        return self.pace.tokens_per_s(now, window_s)

    def spark(self, now: float) -> list[int]:
        """Tokens in each of the last `SPARK_POINTS` spans of `SPARK_S` seconds, oldest first."""
        return self.pace.spark(now, SPARK_POINTS, SPARK_S)

    def beat(self, now: float) -> int:
        """A number that changes when its rates may; 0 when nothing is left in them."""
        bucket = int(now // BUCKET_S)
        return bucket if self.pace.last and bucket - self.pace.last <= BUCKETS else 0

    @property
    def aged_from(self) -> float:
        """From when its age counts: when it was last heard of, where it works or waits for a machine; else when it
        came to be as it is."""
        return self.seen if self.status in LIVE and self.station else self.since

    @property
    def context_share(self) -> float | None:
        """How full the context window is, 0 to 1 and above; None when unknown."""
        return self.context / self.window if self.window and self.context else None


@lru_cache(maxsize=8192)
def _cleaned(text: str, limit: int) -> str:
    return clean(text, limit)


def _name(text: str, limit: int = EXCERPT) -> str:
    """A name, cleaned: the same few stand in one pane after another."""
    return _cleaned(text, limit) if len(text) <= _KNOWN else clean(text, limit)


def certainty_of(meter: Meter) -> Certainty:
    """The least certain kind of figure in a meter: what its sum must be marked with."""
    if meter.undercounted:
        return Certainty.UNDERCOUNTED
    if meter.estimated:
        return Certainty.ESTIMATED
    return Certainty.REPORTED if meter.reported else Certainty.EXACT


def is_forgotten(evidence: Evidence, now: float) -> bool:
    """Whether it is stale and was last heard more than a day ago."""
    return evidence.status is Status.STALE and now - evidence.seen > FORGOTTEN_S


def station_pane(
    key: str,
    station: Station,
    branch: Branch | None,
    session: Session | None,
    evidence: Evidence,
    repo: str,
    now: float,
    clash: tuple[int, str] = (0, ""),
    resting: bool = False,
    ours: Ours | None = None,
    merged: bool = False,
) -> Pane:
    """The pane of one station; `branch` is its branch when that is a local head, and whether that is `merged`; `clash`
    with how many it collides, and with whom most."""
    meter = station.meter
    most = sorted(station.files, key=station.files.__getitem__, reverse=True)[:FILES] if station.files else ()
    return Pane(
        key=key,
        station=station.id,
        name=_name(station.name, 80),
        kind=_name(station.kind, 20),
        role=_name(station.role, 30),
        status=evidence.status,
        since=evidence.since,
        seen=evidence.seen,
        reason=_name(evidence.reason),
        source=_name(evidence.source, 60),
        guess=evidence.guess,
        forgotten=is_forgotten(evidence, now),
        branch=_name(station.branch, 120),
        ahead=branch.ahead if branch else 0,
        behind=branch.behind if branch else 0,
        dirty=branch.dirty if branch else 0,
        merged=merged,
        author=_name(branch.author, 60) if branch else "",
        subject=_name(branch.subject) if branch else "",
        committed=branch.committed if branch else 0.0,
        model=short_model(station.model),
        pace=station.pace,
        tokens=meter.tokens,
        certainty=certainty_of(meter),
        cost=station.cost_usd,
        part_priced=0 < meter.unpriced < meter.calls,
        calls=meter.calls,
        context=station.context,
        window=station.window,
        directory=short_directory(station.directory, repo),
        elsewhere=station.elsewhere,
        title=_name(session.title) if session else "",
        activity="" if ours is not None and _is_past(ours, station, evidence) else clean(station.activity),
        activity_time=station.activity_time,
        tools=tuple(Tool(_name(t.tool, 40), clean(t.detail), t.since) for t in station.running.values()),
        turns=station.turns,
        tool_calls=station.tools,
        errors=station.errors,
        files=tuple(short_directory(file, repo) for file in most),
        file_count=len(station.files),
        resting=resting,
        clashes=clash[0],
        clash_with=clash[1],
        ours=ours,
    )


def _is_past(ours: Ours, station: Station, evidence: Evidence) -> bool:
    """Whether what it did last says nothing any more: its life before it was started, or that its process runs."""
    ended = ours.life not in (Life.RUNNING, Life.PAUSED)
    return evidence.reason == STARTED or (ended and station.activity == RUNS)


def branch_pane(key: str, branch: Branch, repo: str, clash: tuple[int, str] = (0, ""), merged: bool = False) -> Pane:
    """The pane of a branch that no station works on."""
    return Pane(
        key=key,
        name=clean(branch.name, 80),
        since=branch.committed,
        seen=branch.changed,
        branch=clean(branch.name, 120),
        ahead=branch.ahead,
        behind=branch.behind,
        dirty=branch.dirty,
        merged=merged,
        author=_name(branch.author, 60),
        subject=_name(branch.subject),
        committed=branch.committed,
        directory=short_directory(branch.worktree, repo),
        activity=_name(branch.subject),
        clashes=clash[0],
        clash_with=clash[1],
    )
