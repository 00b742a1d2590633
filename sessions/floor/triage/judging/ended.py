"""What has failed: turns, processes, and stations that are held back after it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sessions.floor.ours import budget
from sessions.floor.ours.lives import FULL, REBOOTED, Life
from sessions.floor.progress.progress import NOTHING
from sessions.floor.state import Status
from sessions.floor.triage.case import Case, Cause, Kind
from sessions.floor.triage.causes.rule import Found, Said, Where
from sessions.floor.triage.judging.looked import UNKNOWN, Looked, group_of, millis

AGAIN = " times in a row"
"""How the reason ends of a station that is held back as it was lost again and again."""
NEAR_S = 120.0
"""How long before a failure a tool may have failed that is told as what led to it."""
STOPPED = Found(Cause.ENVIRONMENT, "the machine stopped")


def failed(looked: Looked) -> Iterator[Case]:
    """Its turn failed, its process was lost, or it is held back."""
    told, known = looked.station.evidence, looked.owned
    if told.status is not Status.FAILED or not looked.is_recent:
        return
    if known is not None and known.reason.startswith((FULL, budget.OVER)):
        return  # that is a case of the disk, or of its budget
    reason, held = told.reason, known is not None and known.life is Life.HELD
    last = _last_error(looked)
    found = looked.cause(Said(Where.TURN, reason), Said(Where.END, reason))
    if found.cause is Cause.UNKNOWN:
        found = looked.cause(Said(Where.TOOL, last))
    if reason == REBOOTED:
        found = STOPPED
    kind = Kind.CRASH_LOOP if held and reason.endswith(AGAIN) else Kind.FAILED
    lines = (
        f"before that: {last}" * bool(last),
        f"by: {found.line}" if found.line not in ("", reason) else "",
    )
    group = group_of(looked, kind, found, reason)
    yield looked.case(kind, f"failed:{millis(told.since)}", told.since, reason or "failed", lines, found, group=group)


def _last_error(looked: Looked) -> str:
    """What the last tool came to that failed just before; "" where none did."""
    for latest in looked.state.progress.get(looked.name, NOTHING).failing[-1:]:
        if latest.last >= looked.station.evidence.since - NEAR_S:
            return f"{latest.call}: {latest.error}"
    return ""


def fills_disk(looked: Looked) -> Iterator[Case]:
    """It rests as it fills the disk."""
    known = looked.owned
    if known is not None and known.life in (Life.PAUSED, Life.HELD) and known.reason.startswith(FULL):
        found = Found(Cause.ENVIRONMENT, "no space")
        yield looked.case(Kind.DISK, f"disk:{millis(known.since)}", known.since, known.reason, found=found)


def undelivered(looked: Looked) -> Iterator[Case]:
    """What a station came to that worked for it, where it is not there any more to be told."""
    known = looked.owned
    if known is None or known.life in (Life.WAITING, Life.RUNNING, Life.PAUSED):
        return  # it is told as soon as it runs
    for child, result in known.results.items():
        if not result.delivered:
            title = f"{'finished' if result.ok else 'failed'}: {result.text}"
            lines = (f"{looked.station.name}, for which it worked, is {known.life.value}",)
            found = UNKNOWN if result.ok else looked.cause(Said(Where.TURN, result.text))
            what = f"result:{child}:{millis(result.time)}"
            yield looked.case(Kind.RESULT, what, result.time, title, lines, found, about=child)
