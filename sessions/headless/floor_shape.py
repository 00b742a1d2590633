"""The shapes of headless JSON, versioned: what scripts may rely on. Pure: a floor and a moment in, values out.

Field names and meanings are documented in README.md. Within one version fields are only ever added.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from sessions.floor.events import Event
from sessions.floor.state import Branch, FloorState, Station
from sessions.floor.tokens import Meter
from sessions.views.status import LIVE, status_at

VERSION = 1
DIGITS = 9
"""Of a dollar, behind the point: a token of the cheapest model is seen, and sums show no binary noise."""


class TokensShape(msgspec.Struct, frozen=True):
    """Tokens by kind; the kinds never overlap, `output` includes thinking."""

    input: int
    cache_write_5m: int
    cache_write_1h: int
    cache_read: int
    output: int


class M(msgspec.Struct, frozen=True, kw_only=True):
    """A meter. `cost_usd` is null when nothing in it has a known price."""

    tokens: TokensShape
    calls: int
    sessions: int
    cost_usd: float | None
    certainty: str


class Group(M, frozen=True, kw_only=True):
    """The part of the total that one station, model, branch or day used; "" is no branch, or an unnamed model."""

    key: str
    elsewhere: bool = False
    """Of stations only: it works outside the repository."""


class Meters(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `meters --json`. `here` is the total without stations outside the repository."""

    version: int = VERSION
    by: str
    total: M
    here: M
    groups: list[Group]


class StationShape(M, frozen=True, kw_only=True):
    """A station with its meter."""

    id: str
    """It never changes; the name may."""
    name: str
    owner: str
    """`ours` or `observed`."""
    parent: str
    """The id of the station that it works for; "" for none."""
    kind: str
    branch: str
    directory: str
    role: str
    elsewhere: bool
    status: str
    status_age_s: float
    """For one that works or waits, since it was last heard; for all others, since it is so."""
    status_source: str
    status_reason: str
    status_guess: bool
    model: str
    context: int
    window: int
    turns: int
    tools: int
    errors: int
    files: int
    activity: str


class BranchShape(msgspec.Struct, frozen=True, kw_only=True):
    """A branch; `worktree` is null when no worktree has it checked out."""

    name: str
    head: str
    ahead: int | None
    """Commits; null when they were not counted, as for the least active of thousands of branches."""
    behind: int | None
    dirty: int | None
    """Files with uncommitted changes; null when they were not counted."""
    worktree: str | None
    merged: bool
    detached: bool


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of `status --json`, and of `replay --at|--seq --json`: the floor as of `time`, after event `seq`."""

    version: int = VERSION
    seq: int
    time: float
    repo: str
    base: str
    simulated: bool
    total: M
    here: M
    stations: list[StationShape]
    branches: list[BranchShape]
    skipped: Mapping[str, int]


class NumberedEvent(msgspec.Struct, frozen=True):
    """One line of `events --json`: the event under its type and fields, as the journal keeps it."""

    seq: int
    event: Event


class By(StrEnum):
    """What `meters` can be grouped by."""

    STATION = "station"
    MODEL = "model"
    BRANCH = "branch"
    DAY = "day"


def meter_shape(meter: Meter) -> M:
    tokens = meter.tokens
    return M(
        tokens=TokensShape(
            tokens.input, tokens.cache_write_5m, tokens.cache_write_1h, tokens.cache_read, tokens.output
        ),
        calls=meter.calls,
        sessions=len(meter.sessions),
        cost_usd=None if meter.cost_usd is None else round(meter.cost_usd, DIGITS),
        certainty=meter.certainty,
    )


def meters(state: FloorState, by: By) -> Meters:
    """What everything used, in groups that add up to the total; dearest first, days in their order."""
    outside = {name for name, s in state.stations.items() if s.elsewhere} if by is By.STATION else set()
    groups = [_group(key, meter, key in outside) for key, meter in parts(state, by).items()]
    groups.sort(
        key=lambda group: group.key if by is By.DAY else (-(group.cost_usd or 0), -_size(group.tokens), group.key)
    )
    return Meters(by=by.value, total=meter_shape(state.total), here=meter_shape(state.here), groups=groups)


def parts(state: FloorState, by: By) -> Mapping[str, Meter]:
    """The meters that add up to the total, without those from which everything was moved to another."""
    if by is By.STATION:
        return {name: station.meter for name, station in state.stations.items()}
    meters = {By.MODEL: state.models, By.BRANCH: state.branch_meters, By.DAY: state.days}[by]
    return {key: meter for key, meter in meters.items() if meter.calls or meter.tokens.total}


def status(state: FloorState, now: float) -> Status:
    """The whole floor as of `now` (seconds since 1970)."""
    return Status(
        seq=state.seq,
        time=round(now, 3),
        repo=state.repo,
        base=state.base,
        simulated=state.simulated,
        total=meter_shape(state.total),
        here=meter_shape(state.here),
        stations=[station_shape(state.stations[name], now) for name in sorted(state.stations)],
        branches=[branch_shape(state.branches[name]) for name in sorted(state.branches)],
        skipped=state.skipped,
    )


def station_shape(station: Station, now: float) -> StationShape:
    m, evidence = meter_shape(station.meter), status_at(station, now)
    return StationShape(
        id=station.id,
        name=station.name,
        owner=station.owner.value,
        parent=station.parent,
        kind=station.kind,
        branch=station.branch,
        directory=station.directory,
        role=station.role,
        elsewhere=station.elsewhere,
        status=evidence.status.value,
        status_age_s=round(max(0.0, now - (evidence.seen if evidence.status in LIVE else evidence.since)), 3),
        status_source=evidence.source,
        status_reason=evidence.reason,
        status_guess=evidence.guess,
        model=station.model,
        context=station.context,
        window=station.window,
        turns=station.turns,
        tools=station.tools,
        errors=station.errors,
        files=len(station.files),
        activity=station.activity,
        tokens=m.tokens,
        calls=m.calls,
        sessions=m.sessions,
        cost_usd=m.cost_usd,
        certainty=m.certainty,
    )


def _counted(number: int) -> int | None:
    return None if number < 0 else number


def branch_shape(branch: Branch) -> BranchShape:
    return BranchShape(
        name=branch.name,
        head=branch.head,
        ahead=_counted(branch.ahead),
        behind=_counted(branch.behind),
        dirty=_counted(branch.dirty),
        worktree=branch.worktree or None,
        merged=branch.merged,
        detached=branch.detached,
    )


def _group(key: str, meter: Meter, elsewhere: bool = False) -> Group:
    m = meter_shape(meter)
    return Group(
        key=key,
        elsewhere=elsewhere,
        tokens=m.tokens,
        calls=m.calls,
        sessions=m.sessions,
        cost_usd=m.cost_usd,
        certainty=m.certainty,
    )


def _size(tokens: TokensShape) -> int:
    return tokens.input + tokens.cache_write_5m + tokens.cache_write_1h + tokens.cache_read + tokens.output
