"""The shapes of headless JSON, versioned: what scripts may rely on. Pure: a floor and a moment in, values out.

Field names and meanings are documented in README.md. Within one version fields are only ever added.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from sessions.floor.events import Event
from sessions.floor.ours.changes import rebooted
from sessions.floor.state import Branch, FloorState, Station
from sessions.floor.tasks.task import OVER, TaskState
from sessions.floor.triage.groups import rows
from sessions.headless.meters_shape import VERSION, M, meter_shape
from sessions.headless.ours_shape import OursShape, ours_shape
from sessions.headless.tasks.shape import TaskShape, counts, task_shapes
from sessions.headless.triage import shape as queue_shape
from sessions.headless.triage.shape import CaseShape
from sessions.views.ours import evidence_of
from sessions.views.status import LIVE


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
    ours: OursShape | None
    """Null of one that is only observed."""


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
    frozen: bool
    """All stations of ours rest, by the operator's hand."""
    rebooted: list[str]
    """Ids of the stations that ran when the machine stopped, and were not brought back since."""
    scripted: bool
    """The words of its models follow a script; everything else is real."""
    total: M
    here: M
    stations: list[StationShape]
    branches: list[BranchShape]
    skipped: Mapping[str, int]
    task_counts: Mapping[str, int]
    """By state."""
    tasks: list[TaskShape]
    """Those that are not over, in the order in which they are taken, each with why it waits."""
    case_counts: Mapping[str, int]
    """By kind, what needs a person now."""
    cases: list[CaseShape]
    """The most urgent first, without what is out of sight."""


class NumberedEvent(msgspec.Struct, frozen=True):
    """One line of `events --json`: the event under its type and fields, as the journal keeps it."""

    seq: int
    event: Event


def status(state: FloorState, now: float) -> Status:
    """The whole floor as of `now` (seconds since 1970)."""
    return Status(
        seq=state.seq,
        time=round(now, 3),
        repo=state.repo,
        base=state.base,
        simulated=state.simulated,
        frozen=state.frozen,
        rebooted=list(rebooted(state.owned)),
        scripted=state.scripted,
        total=meter_shape(state.total),
        here=meter_shape(state.here),
        stations=[station_shape(state, state.stations[name], now) for name in sorted(state.stations)],
        branches=[branch_shape(state.branches[name]) for name in sorted(state.branches)],
        skipped=state.skipped,
        task_counts=counts(state),
        tasks=task_shapes(state, now, frozenset(TaskState) - OVER),
        case_counts=queue_shape.case_counts(state, now),
        cases=[queue_shape.shape(state, case, now) for row in rows(state, now) for case in row.cases],
    )


def station_shape(state: FloorState, station: Station, now: float) -> StationShape:
    m, evidence = meter_shape(station.meter), evidence_of(state, station, now)
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
        ours=ours_shape(state, station.id, now),
        tokens=m.tokens,
        calls=m.calls,
        sessions=m.sessions,
        cost_usd=None if station.cost_usd is None else m.cost_usd,
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
