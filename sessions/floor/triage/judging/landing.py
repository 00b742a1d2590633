"""What stands in the way of landing: collisions with the base, and tasks that their checks or nobody accepted. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from sessions.floor.conflicts import Outcome, Verdict, key_of
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import Task, TaskState
from sessions.floor.triage.case import Case, Cause, Kind
from sessions.floor.triage.causes.rule import Found, Rule, Said, Where, cause_of
from sessions.floor.triage.judging.looked import TITLE, Looked, evidence, millis
from sessions.text import clean

PATIENCE_S = 60.0
"""A collision that is settled by then was under way to be."""


def collides(looked: Looked) -> Iterator[Case]:
    """The commits of its branch do not merge into the base, or into what was accepted and is to land before it."""
    state, branch = looked.state, looked.station.branch
    if not branch or branch == state.base or not looked.is_recent:
        return
    for other in _before(state, branch):
        verdict = _verdict(state, branch, other)
        if verdict is None or verdict.outcome is not Outcome.CONFLICT or looked.now < verdict.since + PATIENCE_S:
            continue
        files = ", ".join(file.path for file in verdict.files[:3])
        yield looked.case(
            Kind.CONFLICT,
            f"conflict:{other}:{millis(verdict.since)}",
            verdict.since,
            f"{branch} does not merge with {other or state.base}",
            (f"{verdict.lines} conflicting lines in {files}", f"since {verdict.cause} changed" * bool(verdict.cause)),
            Found(Cause.CONFLICT, "git's own merge"),
            about=other,
        )


def collision_due(looked: Looked) -> float:
    """When a collision has lasted long enough; infinite for never."""
    branch = looked.station.branch
    verdicts = (_verdict(looked.state, branch, other) for other in _before(looked.state, branch))
    waits = (each.since + PATIENCE_S for each in verdicts if each is not None and each.outcome is Outcome.CONFLICT)
    return min((at for at in waits if at > looked.now), default=float("inf"))


def _verdict(state: FloorState, branch: str, other: str) -> Verdict | None:
    """Of the commits alone: what is not committed is not about to land."""
    key = key_of(branch, other)
    return state.committed_verdicts.get(key) or state.verdicts.get(key)


def _before(state: FloorState, branch: str) -> list[str]:
    """What a branch lands after: the base, "", and branches of which work was accepted before any of its own."""
    accepted: dict[str, float] = {}
    for station, since in _accepted(_Same(state.tasks)).items():
        known = state.owned.get(station)
        if known is not None and known.branch in state.branches and not state.branches[known.branch].merged:
            accepted[known.branch] = min(since, accepted.get(known.branch, since))
    own = (accepted.pop(branch, float("inf")), branch)
    return ["", *sorted(other for other, since in accepted.items() if (since, other) < own)]


class _Same:
    """Tasks that are known by being the very same mapping: no floor ever changes one."""

    __slots__ = ("tasks",)

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        self.tasks = tasks

    def __hash__(self) -> int:
        return id(self.tasks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.tasks is self.tasks


@lru_cache(maxsize=2)
def _accepted(same: _Same) -> dict[str, float]:
    """By station since when a task of it is accepted. There may be a thousand tasks, and this is asked at each look."""
    found: dict[str, float] = {}
    for task in same.tasks.values():
        if task.state is TaskState.FINISHED:
            found[task.station] = min(task.since, found.get(task.station, task.since))
    return found


def unaccepted(state: FloorState, task: Task, rules: tuple[Rule, ...]) -> Case | None:
    """A task whose check failed too often, or that waits for a person to accept it."""
    if task.state is TaskState.FAILED:
        found = cause_of(rules, (Said(Where.CHECK, task.output or task.reason),))
        lines = (f"bounced {task.bounces}×", task.reason, *task.output.splitlines()[-4:])
        what, kind, group = f"failed:{task.lease}:{millis(task.since)}", Kind.CHECK, f"check:{found.rule}"
    elif task.state is TaskState.REVIEW:
        found, lines = Found(), (task.reason, f"at {task.head[:12]}" * bool(task.head))
        what, kind, group = f"review:{task.lease}:{millis(task.since)}", Kind.REVIEW, ""
    else:
        return None
    title = clean(task.spec.title, TITLE)
    return Case(
        id=f"{task.id}:{what}",
        kind=kind,
        station=task.station,
        cause=found.cause,
        rule=found.rule,
        title=title,
        evidence=evidence(lines),
        since=task.since,
        about=task.id,
        group=group,
    )
