"""What can be done about a case on this floor, in words, and the wish that each act means. Pure.

What cannot be done is told by `decide` itself, asked with that wish: there is no second set of rules.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from sessions.floor.commands import SettleCase, StationWish, TaskWish
from sessions.floor.decide.decision import SOURCE, Hand, Refusal
from sessions.floor.decide.stations import decide_station
from sessions.floor.decide.tasks import decide_task
from sessions.floor.ours.lives import Asks, Life
from sessions.floor.state import UNMETERED, FloorState, name_of
from sessions.floor.triage import meanings, wakes
from sessions.floor.triage.case import Act, Case, Cause, Kind, Wake
from sessions.floor.triage.causes.providers import NO_MODEL
from sessions.floor.triage.meanings import Means, question_of
from sessions.text import clean

SNOOZE_S = 1_800.0
"""How long a case is out of sight where nothing is said of that."""
MOST_SNOOZE_S = wakes.LONGEST_S


class Takes(StrEnum):
    """What an act needs to be told beside the case."""

    NOTHING = "nothing"
    WORDS = "words"
    """`text`, without which there is nothing to do."""
    REASON = "reason"
    """`text`, which may be left out."""
    STATION = "station"
    """`to`; without it, whoever is free."""
    PATHS = "paths"
    """`paths`; without them, what was asked for."""
    MORE = "more"
    """`budget` or `model`; without them what `words` says."""
    UNTIL = "until"
    """`until` or `wakes`; without them half an hour."""


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """An act, and what would come of it."""

    act: Act
    words: str
    """What it would do."""
    takes: Takes = Takes.NOTHING
    lacks: str = ""
    """What must be said before it can be done: ask for it; "" where it can be done with this one key."""
    why_not: str = ""
    """Why it cannot be done; "" where it can."""
    cure: str = ""


_OFFERED: dict[Kind, tuple[Act, ...]] = {
    Kind.PERMISSION: (Act.ALLOW, Act.DENY, Act.ALWAYS, Act.ANSWER),
    Kind.DISK: (Act.RETRY, Act.REQUEUE, Act.KILL),
    Kind.MEMORY: (),
    Kind.PROVIDER: (Act.HOLD,),
    Kind.CRASH_LOOP: (Act.RETRY, Act.FRESH, Act.MORE, Act.HAND_OVER, Act.REQUEUE, Act.GIVE_UP, Act.HOLD, Act.KILL),
    Kind.FAILED: (Act.RETRY, Act.MORE, Act.FRESH, Act.HAND_OVER, Act.REQUEUE, Act.GIVE_UP, Act.KILL),
    Kind.SCOPE: (Act.RESCOPE, Act.KILL),
    Kind.BUDGET: (Act.MORE, Act.REQUEUE, Act.GIVE_UP, Act.KILL),
    Kind.CHECK: (Act.RETRY, Act.ALLOW, Act.REQUEUE, Act.HAND_OVER, Act.GIVE_UP, Act.KILL),
    Kind.REVIEW: (Act.ALLOW, Act.DENY, Act.GIVE_UP),
    Kind.STUCK: (Act.RETRY, Act.FRESH, Act.ANSWER, Act.HAND_OVER, Act.REQUEUE, Act.GIVE_UP, Act.HOLD, Act.KILL),
    Kind.CONFLICT: (Act.RETRY, Act.ANSWER, Act.HOLD),
    Kind.SIGNAL: (Act.ANSWER, Act.RETRY, Act.REQUEUE, Act.GIVE_UP, Act.KILL),
    Kind.RESULT: (Act.RETRY, Act.HAND_OVER),
}
"""By kind what is offered, the most obvious first; what is offered for all stands behind it."""
_OF_FAILURES = (Kind.FAILED, Kind.CRASH_LOOP, Kind.PROVIDER)
_FIRST: dict[Cause, tuple[Act, ...]] = {
    Cause.AUTH: (Act.HAND_OVER,),
    Cause.CONTEXT_FULL: (Act.FRESH,),
    Cause.SCOPE: (Act.RESCOPE,),
}
"""What comes first of whoever failed for this cause: to try the same again would fail again."""
_VAIN: dict[Cause, tuple[Act, ...]] = dict.fromkeys(
    (Cause.CRASH, Cause.ENVIRONMENT, Cause.SCOPE, Cause.CONFLICT), (Act.MORE,)
)
"""What does not help against it: neither a larger budget nor another model."""
_FOR_AGENTS = (Act.ANSWER, Act.MORE, Act.FRESH)
"""What a mere program does not understand."""
_ALWAYS = (Act.SEEN, Act.SNOOZE, Act.EXPECTED)
_TAKES: dict[Act, Takes] = {
    Act.DENY: Takes.REASON,
    Act.ANSWER: Takes.WORDS,
    Act.RETRY: Takes.REASON,
    Act.MORE: Takes.MORE,
    Act.FRESH: Takes.REASON,
    Act.RESCOPE: Takes.PATHS,
    Act.HAND_OVER: Takes.STATION,
    Act.REQUEUE: Takes.REASON,
    Act.GIVE_UP: Takes.REASON,
    Act.SNOOZE: Takes.UNTIL,
}


def offered(case: Case, state: FloorState) -> tuple[Act, ...]:
    """The acts that make sense for a case, the most obvious first, whether or not they can be done now."""
    acts = _OFFERED[case.kind]
    question = question_of(state, case)
    if case.kind is Kind.SCOPE and question is not None:
        acts = (Act.ALLOW, Act.DENY, Act.RESCOPE, Act.KILL)
    elif question is not None and question.asks is Asks.WORDS:
        acts = (Act.ANSWER, Act.ALLOW, Act.DENY)
    elif case.kind is Kind.PERMISSION and question is None:
        acts = (Act.ANSWER,)
    elif case.kind is Kind.PROVIDER and case.station:
        acts = (Act.RETRY, Act.MORE, Act.HAND_OVER, Act.REQUEUE, Act.HOLD, Act.KILL)
    acts = _fitting(case, state, acts)
    return (*acts, *(each for each in _ALWAYS if case.station in state.stations or each is not Act.EXPECTED))


def _fitting(case: Case, state: FloorState, acts: tuple[Act, ...]) -> tuple[Act, ...]:
    """Those that can help against the cause of a case, the ones first that most likely do."""
    if case.station and case.kind in _OF_FAILURES:
        first = (Act.MORE,) if case.rule == NO_MODEL else _FIRST.get(case.cause, ())
        if case.cause is Cause.AUTH and not _has_another(case, state):
            first = ()
        rest = (each for each in acts if each not in first and each not in _VAIN.get(case.cause, ()))
        acts = (*first, *rest)
    seen = state.stations.get(case.station)
    if seen is not None and seen.kind in UNMETERED and case.kind is not Kind.BUDGET:
        acts = tuple(each for each in acts if each not in _FOR_AGENTS)
    return acts


def _has_another(case: Case, state: FloorState) -> bool:
    """Whether anybody takes tasks whose own login is not refused."""
    refused = {each.station for each in state.cases.values() if each.cause is Cause.AUTH}
    return any(
        known.takes and known.life is Life.RUNNING and name != case.station and name not in refused
        for name, known in state.owned.items()
    )


def choices(state: FloorState, case: Case, now: float) -> tuple[Choice, ...]:
    """What can be done about a case, the most obvious first; what cannot be now says why."""
    return tuple(choice(state, case, act, now) for act in offered(case, state))


def choice(state: FloorState, case: Case, act: Act, now: float) -> Choice:
    """One act, with what it would do where nothing more is said, and why it cannot be done."""
    if act not in offered(case, state):
        return Choice(
            act, "", why_not=f"{act.value} is nothing for a case of this kind", cure="look at what is offered"
        )
    takes = _TAKES.get(act, Takes.NOTHING)
    means = meaning(state, SettleCase(case.id, act), case, now)
    if isinstance(means, Refusal):
        return Choice(act, "", takes, "", means.reason, means.cure)
    if no := refused(state, means.wish, now):
        return Choice(act, means.words, takes, means.lacks, no.reason, no.cure)
    return Choice(act, means.words, takes, means.lacks)


def meaning(state: FloorState, wish: SettleCase, case: Case, now: float) -> Means | Refusal:
    """What an act means: a wish about a station or a task, or nothing but that the case is settled."""
    match wish.act:
        case Act.SEEN:
            return Means(None, "nothing is done about it")
        case Act.SNOOZE:
            return _snoozed(wish, now)
        case Act.EXPECTED:
            return Means(None, f"cases of this kind are not shown for {name_of(state, case.station)} again")
    if case.station and case.station not in state.owned:
        return Refusal("it was started by somebody else", where(state, case))
    return _MEANS[wish.act](state, case, wish)


def refused(state: FloorState, wish: StationWish | TaskWish | None, now: float) -> Refusal | None:
    """Why a wish would not be done on this floor."""
    if wish is None:
        return None
    hand: Hand = {"time": now, "source": SOURCE, "command": "", "who": "", "together": ""}
    decided = decide_task(state, wish, hand) if isinstance(wish, TaskWish) else decide_station(state, wish, hand)
    return decided if isinstance(decided, Refusal) else None


def where(state: FloorState, case: Case) -> str:
    """How to answer a station that is only observed: where it runs."""
    seen = state.stations.get(case.station)
    if seen is None:
        return "it is not on the floor any more"
    place = clean(seen.home or seen.directory, 120)
    process = f"process {seen.process}" if seen.process else f"a {seen.kind or 'program'} of somebody else"
    return f"answer it where it runs: {process}{f' in {place}' if place else ''}"


def _snoozed(wish: SettleCase, now: float) -> Means | Refusal:
    if wish.until and not now < wish.until <= now + MOST_SNOOZE_S + 60:
        return Refusal("it would never be back" if wish.until > now else "that time is over", "a week at most")
    if wish.wakes and wakes.meaning(wish.wakes) is None:
        named = ", ".join(Wake)
        return Refusal(f"nothing is called {clean(wish.wakes, 40)!r}", f"{named}, or the type of an event of a station")
    if wish.wakes and wish.until:
        return Refusal("it is for a while, or until something happens", "say one of them")
    if wish.wakes:
        return Means(None, f"out of sight until {wakes.words(wish.wakes)}")
    return Means(None, f"out of sight for {round((wish.until or now + SNOOZE_S) - now) // 60} minutes")


_MEANS: dict[Act, Callable[[FloorState, Case, SettleCase], Means | Refusal]] = {
    Act.ALLOW: meanings.allow,
    Act.ALWAYS: meanings.allow,
    Act.DENY: meanings.deny,
    Act.ANSWER: meanings.answer,
    Act.RETRY: meanings.retry,
    Act.MORE: meanings.more,
    Act.FRESH: meanings.fresh,
    Act.RESCOPE: meanings.rescope,
    Act.HAND_OVER: meanings.hand_over,
    Act.REQUEUE: meanings.requeue,
    Act.GIVE_UP: meanings.give_up,
    Act.KILL: meanings.kill,
    Act.HOLD: meanings.hold,
}
