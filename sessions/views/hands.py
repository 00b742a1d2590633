"""What an operator's hands can do to stations, and why not where it cannot be. Pure."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec.structs import replace

from sessions.floor.commands import AnswerQuestion, ChangeLife, PromptStation, StationWish
from sessions.floor.ours.budget import over
from sessions.floor.ours.changes import rebooted, why_not
from sessions.floor.ours.family import below, living_children
from sessions.floor.ours.lives import Asks, Change, Life
from sessions.floor.ours.owned import Owned, Question
from sessions.floor.state import EMPTY, PROMPTLESS, FloorState, Status, name_of
from sessions.text import clean

OBSERVED = "it is only observed: speak to it where it runs"
NOTHING = "nothing is selected"
FREE = "no station works on this branch"
NAMED = 3
"""Stations that are named of many."""
ONE_ALONE = "one at a time: take the marks away, or mark that one alone"
IN_TERMINAL = "keeper"
"""The host of every station in a terminal."""


class Verb(StrEnum):
    """What is done to stations of ours by one key."""

    PROMPT = "prompt"
    INTERRUPT = "interrupt"
    ALLOW = "allow"
    ALWAYS = "always"
    DENY = "deny"
    ASKED = "asked"
    """Look at what it asks."""
    PAUSE = "pause"
    """Or go on, where it rests."""
    RESUME = "resume"
    STOP = "stop"
    KILL = "kill"
    REMOVE = "remove"
    ATTACH = "attach"


ANSWERS = (Verb.ALLOW, Verb.ALWAYS, Verb.DENY)
LIVES = (Verb.INTERRUPT, Verb.PAUSE, Verb.RESUME, Verb.STOP, Verb.KILL, Verb.REMOVE)
_CHANGES = {
    Verb.INTERRUPT: Change.INTERRUPT,
    Verb.RESUME: Change.RESUME,
    Verb.STOP: Change.STOP,
    Verb.KILL: Change.KILL,
    Verb.REMOVE: Change.REMOVE,
}


class Hands(msgspec.Struct, frozen=True, omit_defaults=True):
    """The stations that a verb would be done to: those that are marked, or else the one at hand."""

    state: FloorState = EMPTY
    stations: tuple[str, ...] = ()
    """Their ids."""
    marked: bool = False
    family: tuple[str, ...] = ()
    """Further ones that are folded into those: what is done to a life is done to all of a family."""
    whole: bool = False
    """The whole floor is at hand: all that a start of the machine ended can be brought back together."""
    question: str = ""
    """The question that is looked at; "" is the oldest of each."""
    nobody: str = NOTHING
    """Why there are none, where there are none."""

    @property
    def ours(self) -> bool:
        """One of them at least is run by this factory."""
        return any(station in self.state.owned for station in self.stations)

    @property
    def bounded(self) -> tuple[str, ...]:
        """Those of them that have a boundary, which can be another one."""
        owned = self.state.owned
        return tuple(name for name in self.stations if name in owned and owned[name].life is not Life.REMOVED)

    @property
    def all_take(self) -> bool:
        """All of them take tasks from the queue."""
        return bool(self.bounded) and all(self.state.owned[name].takes for name in self.bounded)

    def able(self, verb: Verb) -> list[str]:
        """Those of them to which it can be done."""
        return [station for station in self.meant(verb) if not self.trouble(station, verb)]

    def meant(self, verb: Verb) -> tuple[str, ...]:
        """Those that it is meant for."""
        if verb is Verb.RESUME and self.whole and not self.marked:
            lost = rebooted(self.state.owned)
            if lost and all(station in lost or self.trouble(station, verb) for station in self.stations):
                return lost
        return (*self.stations, *self.family) if verb in LIVES else self.stations

    def refusal(self, verb: Verb) -> str:
        """Why it cannot be done to any of them; "" where it can be done to one."""
        if verb is Verb.ATTACH and len(self.stations) > 1:
            return ONE_ALONE
        first = ""
        for station in self.meant(verb):
            reason = self.trouble(station, verb)
            if not reason:
                return ""
            first = first or reason
        if verb in ANSWERS and any(self.asked(station) for station in self.family):
            return "one that works for it asks: F unfolds them"
        if len(self.stations) > 1:
            return f"none of the {len(self.stations)} marked ones can: {first}"
        return first or self.nobody

    def alone(self, verb: Verb) -> list[str]:
        """The names of those that work on for one to which it is done, and are none of these themselves."""
        done = self.able(verb)
        children = (child for station in done for child in living_children(self.state, station))
        return [name_of(self.state, child) for child in children if child not in done]

    def with_families(self) -> Hands:
        """These with all that work for them, and for those, and so on."""
        found = (child for station in self.stations for child in below(self.state, station))
        return replace(self, family=tuple(child for child in dict.fromkeys(found) if child not in self.stations))

    def trouble(self, station: str, verb: Verb) -> str:
        """Why it cannot be done to this one; "" where it can."""
        known = self.state.owned.get(station)
        if known is None:
            return OBSERVED if station in self.state.stations else NOTHING
        if verb in (*ANSWERS, Verb.ASKED):
            return self._unanswerable(known, verb)
        if verb in (Verb.PROMPT, Verb.INTERRUPT) and (reason := self._speechless(station, verb)):
            return reason
        if verb in (Verb.PROMPT, Verb.ATTACH):
            return self._spent(station, known, verb) or _unheard(known, verb)
        if verb is Verb.PAUSE and known.life is Life.PAUSED and self._rests:
            return "it rests already"
        frozen = self.state.frozen
        trouble = why_not(known, change_of(known, verb), frozen=frozen) or (self._spent(station, known, verb), "")
        return trouble[0] if verb is not Verb.REMOVE else ": ".join(filter(None, trouble)) or self._needed(station)

    @property
    def _rests(self) -> bool:
        """Whether pausing lets them rest: where some still run, the others do not go on by the same key."""
        owned = self.state.owned
        return any(name in owned and owned[name].life is Life.RUNNING for name in self.meant(Verb.PAUSE))

    def asked(self, station: str) -> Question | None:
        """The question of it that an answer would be for."""
        known = self.state.owned.get(station)
        if known is None or not known.questions:
            return None
        return known.questions.get(self.question or next(iter(known.questions)))

    def _speechless(self, station: str, verb: Verb) -> str:
        """Why no request can be given to what this is, and no turn be ended; a question for words can be answered."""
        seen = self.state.stations.get(station)
        if seen is None or seen.kind not in PROMPTLESS or self._asks_words(station):
            return ""
        if verb is Verb.INTERRUPT:
            return f"what ends a turn of a {seen.kind} is not known: v attaches, x stops it"
        return f"a {seen.kind} takes no prompts: v attaches, to type it"

    def _spent(self, station: str, known: Owned, verb: Verb) -> str:
        """Why it takes no turn where its budget is used up; a question for words can be answered."""
        if verb in (Verb.PROMPT, Verb.ATTACH):
            turns = verb is Verb.PROMPT and known.lives and not self._asks_words(station)
        else:
            turns = change_of(known, verb) is Change.RESUME
        spent = over(self.state, station, self.state.time, another=verb is Verb.PROMPT) if turns else None
        return f"{spent[0]}; S gives it more" if spent else ""

    def _asks_words(self, station: str) -> bool:
        asked = self.asked(station)
        return asked is not None and asked.asks is Asks.WORDS

    def _needed(self, station: str) -> str:
        """Why a place cannot be taken away from under those that work for its station."""
        children = living_children(self.state, station)
        return f"{clean(name_of(self.state, children[0]), 40)} works for it: stop that first" if children else ""

    def _unanswerable(self, known: Owned, verb: Verb) -> str:
        question = known.questions.get(self.question or next(iter(known.questions), ""))
        if question is None:
            return "it does not ask that any more" if self.question else "it asks nothing"
        if verb is Verb.ALWAYS and not question.always:
            return "it cannot be allowed for good: allow it once"
        return ""

    def wish(self, station: str, verb: Verb, text: str = "", fresh: bool = False) -> StationWish:
        """What is to be asked of the supervisor; `text` is the request, or the reason of an answer."""
        question = self.asked(station)
        if verb in ANSWERS:
            return AnswerQuestion(station, question.id if question else "", verb.value, text)
        if verb is Verb.PROMPT:
            if question is not None and self._asks_words(station):
                return AnswerQuestion(station, question.id, Verb.ALLOW.value, text)
            return PromptStation(station, text)
        known = self.state.owned[station]
        return ChangeLife(station, change_of(known, verb), fresh=fresh and verb is Verb.RESUME)

    def said(self, station: str, verb: Verb, wish: StationWish) -> str:
        """What was done, once it was done."""
        name, known = name_of(self.state, station), self.state.owned.get(station)
        if isinstance(wish, PromptStation):
            seen = self.state.stations.get(station)
            busy = seen is not None and seen.evidence.status is Status.WORKING
            return f"{name} was asked: it is at work, and comes to that after its turn" if busy else f"{name} was asked"
        if verb in (Verb.ALLOW, Verb.DENY) and self._asks_words(station):
            return f"{name} was told {'yes' if verb is Verb.ALLOW else 'no'}"
        if verb is Verb.PAUSE and known is not None and known.life is Life.PAUSED:
            return f"{name} goes on"
        return f"{name} {DONE.get(verb, 'was told')}"


def on_branch(state: FloorState, branch: str) -> Hands:
    """The station that works on a branch of this repository, where that is one alone."""
    if not branch:
        return Hands(state)
    found = [
        station.id
        for station in state.stations.values()
        if station.branch == branch and not station.elsewhere and not _is_removed(state, station.id)
    ]
    if len(found) > 1:  # of several one at most lives: the others have ended there before it
        found = [name for name in found if name in state.owned and state.owned[name].lives] or found
    if len(found) == 1:
        return Hands(state, (found[0],))
    names = ", ".join(clean(name_of(state, name), 30) for name in found[:NAMED])
    return Hands(state, nobody=f"{len(found)} stations are on it, {names}: choose one on the floor" if found else FREE)


def _is_removed(state: FloorState, station: str) -> bool:
    return station in state.owned and state.owned[station].life is Life.REMOVED


def _unheard(known: Owned, verb: Verb) -> str:
    """Why nobody can speak to it, or be at its terminal."""
    if verb is Verb.PROMPT:
        return "" if known.life is Life.RUNNING else f"it is {known.life.value}: bring it back first"
    if known.life not in (Life.RUNNING, Life.PAUSED):
        return f"it is {known.life.value}"
    return "" if known.host == IN_TERMINAL else "it has no terminal: i speaks to it"


DONE = {
    Verb.PROMPT: "was answered",
    Verb.INTERRUPT: "was interrupted",
    Verb.ALLOW: "may do it",
    Verb.ALWAYS: "may do it, now and later",
    Verb.DENY: "may not do it",
    Verb.PAUSE: "rests as it is",
    Verb.RESUME: "is brought back",
    Verb.STOP: "was stopped: R brings it back",
    Verb.KILL: "was killed: its branch and its work are kept",
    Verb.REMOVE: "was removed: `factory-tui kept` lists what it left",
}
"""What became of a station, after its name."""


def change_of(known: Owned, verb: Verb) -> Change:
    """The change of its life that a verb is."""
    if verb is Verb.PAUSE:
        return Change.RESUME if known.life is Life.PAUSED else Change.PAUSE
    return _CHANGES[verb]
