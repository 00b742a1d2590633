"""Questions about a journal's past: enough to read it from elsewhere as any other past (see `sessions.headless`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from sessions.asking.question import Question
from sessions.errors import FactoryError
from sessions.floor.state import FloorState, Session
from sessions.floor.tokens import By, Used
from sessions.journal.accounts import PruningPlan, Size

MOST_EVENTS = 20_000
"""Events that one question about a past is answered with at most."""


class Covered(msgspec.Struct, frozen=True):
    """What a journal covers: as a past's span, and the last event that was pruned (0: none)."""

    title: str
    first_seq: int
    last_seq: int
    first_time: float
    last_time: float
    pruned: int


class FloorPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A floor without its sessions, or some of these: there may be a hundred thousand."""

    state: FloorState | None = None
    sessions: Mapping[str, Session] = {}


def whole_floor(parts: list[FloorPart]) -> FloorState:
    """The floor that these are parts of."""
    sessions: dict[str, Session] = {}
    for part in parts:
        sessions |= part.sessions
    if not parts or parts[0].state is None:
        raise FactoryError("an answer without a floor")
    return replace(parts[0].state, sessions=sessions)


class Run(msgspec.Struct, frozen=True):
    """So many events that follow each other, as an array of bodies of the journal."""

    count: int
    events: msgspec.Raw


class Number(msgspec.Struct, frozen=True):
    """A number, such as that of an event; None for none."""

    number: int | None


class Sessions(msgspec.Struct, frozen=True):
    """Sessions, also such as are over."""

    ids: tuple[str, ...]


class Slots(msgspec.Struct, frozen=True):
    """A timeline: how many events, and how many failures, are in each of its slots."""

    events: tuple[int, ...]
    failures: tuple[int, ...]


class Spent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was used in a time."""

    used: Used
    pruned: float = 0.0
    """What was used before this is only known in all, since its events are gone; 0 where all are there."""


class FloorNow(Question[FloorPart], frozen=True, tag="floor_now"):
    """The floor as it is, measured against another base where one is named."""

    base: str = ""


class FloorAt(Question[FloorPart], frozen=True, tag="floor_at"):
    """The floor after an event."""

    seq: int


class UsedBetween(Question[Spent], frozen=True, tag="used_between"):
    """What was used from one time on and before another, in groups: by the calls made then."""

    by: By
    since: float = 0.0
    until: float | None = None
    """None: to the end."""


class PastCovers(Question[Covered], frozen=True, tag="past_covers"):
    """What the journal covers now."""


class EventsAfter(Question[Run], frozen=True, tag="events_after"):
    """The events after number `after`, at most `limit`."""

    after: int
    limit: int


class EventUntil(Question[Number], frozen=True, tag="event_until"):
    """The last event at or before a time; 0 when all are later."""

    time: float


class NextFailure(Question[Number], frozen=True, tag="next_failure"):
    """The failure next to event `seq`, in the direction `step`."""

    seq: int
    step: Literal[1, -1]


class Timeline(Question[Slots], frozen=True, tag="timeline"):
    """The past in so many equal spans of time."""

    slots: int


class SessionsAt(Question[Sessions], frozen=True, tag="sessions_at"):
    """The sessions whose transcripts lie at these paths, or below them; of a sub-agent's file, its parent's."""

    paths: tuple[str, ...]


class PrunePlan(Question[PruningPlan], frozen=True, tag="prune_plan"):
    """What of the events before a time can be pruned now; with `keeping` whoever asks records them first."""

    before: float
    keeping: bool


class JournalSize(Question[Size], frozen=True, tag="journal_size"):
    """What the journal takes; every event is looked at."""


class JournalBytes(Question[Number], frozen=True, tag="journal_bytes"):
    """How many bytes the journal's file and its log have now."""


AnyPastQuestion = (
    FloorNow
    | FloorAt
    | PastCovers
    | UsedBetween
    | EventsAfter
    | EventUntil
    | NextFailure
    | Timeline
    | SessionsAt
    | PrunePlan
    | JournalSize
    | JournalBytes
)
