"""Standing rules: what is done about a case by itself, when, and how often. Pure.

Each is off until the operator switches it on: what they do costs money or ends work, and nobody looks. What a rule did
stands in the journal under its name, is undone like anything else, and a person's key always comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from zlib import crc32

import msgspec

from sessions.floor import events as ev
from sessions.floor.progress.progress import NOTHING
from sessions.floor.state import FloorState, name_of
from sessions.floor.triage.case import Act, Case, Cause, Kind

LONGEST_S = 3_600.0
"""The longest that a rule waits before it acts."""
SPREAD = 0.25
"""By as much of its time the stations differ that wait for the same: else all would come back at one moment."""
MOST_TIMES = 10
AGAIN_S = 3_600.0
"""In a dry run: after so long without such a case it is counted anew."""
ACTS = (Act.RETRY, Act.MORE, Act.FRESH, Act.HAND_OVER, Act.REQUEUE, Act.GIVE_UP, Act.KILL, Act.HOLD, Act.SEEN, Act.DENY)
"""What a rule may do. To allow anything, or to widen a scope, is for a person, and snoozing settles nothing."""


class Standing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A standing rule, as settings hold it. Empty words match anything."""

    name: str
    act: Act
    kind: Kind | None = None
    cause: Cause | None = None
    role: str = "*"
    """Globs of the station's role and name."""
    station: str = "*"
    times: int = 1
    """How often it acts for a station before that gets something done."""
    backoff: float = 0.0
    """Seconds before it acts first; twice as many each time."""
    text: str = ""
    to: str = ""
    model: str = ""


PRESETS: tuple[Standing, ...] = (
    Standing(name="retry-rate-limit", act=Act.RETRY, kind=Kind.FAILED, cause=Cause.RATE_LIMIT, times=2, backoff=120.0),
    Standing(name="retry-provider", act=Act.RETRY, kind=Kind.FAILED, cause=Cause.PROVIDER, times=2, backoff=60.0),
    Standing(name="hand-over-auth", act=Act.HAND_OVER, cause=Cause.AUTH),
    Standing(name="fresh-context", act=Act.FRESH, kind=Kind.FAILED, cause=Cause.CONTEXT_FULL),
    Standing(name="hold-crash-loop", act=Act.HOLD, kind=Kind.CRASH_LOOP),
)
"""Rules that need only be switched on by their names."""


class Would(msgspec.Struct, frozen=True):
    """What a rule would have done."""

    time: float
    """When it would have acted."""
    case: Case
    rule: str
    act: Act
    times: int
    """The how manieth time for this station."""


def trouble(rule: Standing) -> str:
    """Why a rule cannot be meant; "" for a good one."""
    if not rule.name or not rule.name.isprintable() or len(rule.name) > 60:
        return "a rule needs a name of at most 60 visible characters"
    if rule.act not in ACTS:
        return f"no rule may {rule.act.value}: {', '.join(act.value for act in ACTS)}"
    if rule.kind is None and rule.cause is None:
        return "say for which kind or cause it is"
    if not 1 <= rule.times <= MOST_TIMES:
        return f"times is 1 to {MOST_TIMES}"
    if not 0 <= rule.backoff <= LONGEST_S:
        return f"backoff is 0 to {LONGEST_S:g} seconds"
    return ""


def matches(rule: Standing, state: FloorState, case: Case) -> bool:
    """Whether a rule is about a case. One about a provider, or of the whole floor, is a person's."""
    station = state.stations.get(case.station)
    return (
        station is not None
        and case.station in state.owned
        and rule.kind in (None, case.kind)
        and rule.cause in (None, case.cause)
        and fnmatchcase(station.role, rule.role)
        and fnmatchcase(name_of(state, case.station), rule.station)
    )


def planned(rules: Sequence[Standing], state: FloorState, case: Case, now: float) -> ev.CasePlanned | None:
    """What is going to be done about a case that is new, by the first rule that is about it and has not done so often.

    What came back is a person's.
    """
    if case.note or case.plan:
        return None
    for rule in rules:
        if matches(rule, state, case) and (done := _done(rule, state, case)) < rule.times:
            return ev.CasePlanned(
                time=now,
                source="triage",
                station=case.station,
                case=case.id,
                rule=rule.name,
                act=rule.act,
                at=now + _wait(rule, done, case.station),
            )
    return None


def _done(rule: Standing, state: FloorState, case: Case) -> int:
    """How often the rule has acted for the station since that got something done last."""
    since = state.progress.get(case.station, NOTHING).settled_at
    return sum(
        1
        for each in state.settled.values()
        if each.rule == rule.name and each.case.station == case.station and each.time > since
    )


def _wait(rule: Standing, done: int, station: str) -> float:
    """Seconds before it acts: growing, and another for each station."""
    wait = rule.backoff * 2**done
    part = crc32(station.encode(errors="replace")) % 1_000 / 1_000
    return float(min(LONGEST_S, wait * (1 + SPREAD * part)))


def would(rules: Sequence[Standing], state: FloorState, opened: Iterable[ev.CaseOpened]) -> Iterator[Would]:
    """What rules would have done about cases, as far as that can be told: `state` says whose stations they are."""
    counts: dict[tuple[str, str], tuple[int, float]] = {}
    for event in opened:
        case = event.what
        for rule in rules:
            key = (rule.name, case.station)
            done, last = counts.get(key, (0, event.time))
            done = 0 if event.time - last > AGAIN_S else done
            if matches(rule, state, case) and done < rule.times:
                counts[key] = (done + 1, event.time)
                yield Would(event.time + _wait(rule, done, case.station), case, rule.name, rule.act, done + 1)
                break
