"""Cases: what needs a person, and how each came to leave the queue."""

from __future__ import annotations

from sessions.floor.events.event import StationEvent
from sessions.floor.triage.case import Act, Case, Kind
from sessions.text import Words


class CaseOpened(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="case_opened.1"):
    """Something needs a person. `station` is "" where it is about the whole floor."""

    what: Case


class CaseRestated(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="case_restated.1"):
    """What is known of an open case is this now."""

    what: Case


class CaseEvent(StationEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about a case that was opened."""

    case: str


class CaseClosed(CaseEvent, frozen=True, kw_only=True, omit_defaults=True, tag="case_closed.1"):
    """It needs nobody any more: it was over by itself."""

    why: Words


class CaseSettled(CaseEvent, frozen=True, kw_only=True, omit_defaults=True, tag="case_settled.1"):
    """Somebody, or a standing rule, did something about it. If the command fails, it is back."""

    act: Act
    who: str = ""
    text: Words = ""
    command: str = ""
    rule: str = ""
    """The name of the standing rule."""


class CaseSnoozed(CaseEvent, frozen=True, kw_only=True, omit_defaults=True, tag="case_snoozed.1"):
    """It is out of sight until then, or until such an event of its station; `until` 0 brings it back."""

    until: float = 0.0
    wakes: str = ""
    """What brings it back before: a name of `triage.wakes.Wake`, or an event by its tag without the version."""
    who: str = ""


class CasePlanned(CaseEvent, frozen=True, kw_only=True, omit_defaults=True, tag="case_planned.1"):
    """A standing rule is going to settle it; without a rule, none is any more."""

    rule: str = ""
    act: Act = Act.RETRY
    at: float = 0.0
    why: Words = ""
    """Why the rule could not do it: from then on it is a person's."""


class CaseReturned(CaseEvent, frozen=True, kw_only=True, omit_defaults=True, tag="case_returned.1"):
    """It is back in the queue: what was done about it was undone, or could not be."""

    why: Words


class KindExpected(StationEvent, frozen=True, kw_only=True, omit_defaults=True, tag="kind_expected.1"):
    """Cases of this kind are not shown for this station, or are again."""

    kind: Kind
    expected: bool = True
    who: str = ""
