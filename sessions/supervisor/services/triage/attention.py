"""Who does not look is told what needs a person: by a command, the desktop, a webhook. Once a case, many at one go.

Nobody is told while somebody works the queue, of what a standing rule is about to settle, or of what is over by then.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.state import FloorState, name_of
from sessions.floor.triage.case import Case
from sessions.floor.triage.chosen import NOTIFY_SEND, Told
from sessions.floor.triage.groups import in_sight
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.services.triage import reaching
from sessions.text import clean

log = logging.getLogger(__name__)

SOURCE = "attention"
TOGETHER_S = 1.0
"""What is opened within this time after the first is told with it."""
NAMED = 3
VERSION = 1


class OneCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as others are told of it."""

    id: str
    kind: str
    cause: str
    station: str
    name: str
    title: str
    evidence: tuple[str, ...]
    since: float


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What a command gets on its standard input, and a webhook as its body: JSON."""

    version: int = VERSION
    repo: str
    """What the repository is called."""
    time: float
    title: str
    text: str
    cases: tuple[OneCase, ...]


class Attention:
    """Tells what is new in the queue. Nothing that goes wrong over it harms anything: it is told as trouble, once."""

    def __init__(self, recorder: Recorder, told: Told) -> None:
        self._recorder, self._told = recorder, told
        self._new: dict[str, None] = {}
        """Cases that nobody was told of yet, in order."""
        self._worked = self._told_at = float("-inf")
        """When a person has settled something last, and when somebody was told; by the clock that only goes on."""
        self._timer: asyncio.TimerHandle | None = None
        self._telling: asyncio.Task[None] | None = None
        self._ways = (*self._all_ways(),)

    def hear(self, events: Sequence[ev.Event]) -> None:
        """Events were committed."""
        if not self._ways:
            return
        for event in events:
            if isinstance(event, ev.CaseSettled | ev.CaseSnoozed) and event.who and not event.who.startswith("rule:"):
                self._worked = time.monotonic()
            elif isinstance(event, ev.CaseOpened):
                self._new[event.what.id] = None
            elif isinstance(event, ev.CasePlanned) and not event.rule:  # its rule could not settle it
                self._new[event.case] = None
            elif isinstance(event, ev.CommandFailed):  # and what was done about these came to nothing
                cases = self._recorder.state.cases.values()
                self._new |= {case.id: None for case in cases if case.returned == event.time}
        if self._new and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._wait(), self._due)

    async def close(self) -> None:
        """Tell nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    def _wait(self) -> float:
        """Seconds until somebody is to be told."""
        now = time.monotonic()
        return max(TOGETHER_S, self._told_at + self._told.every - now, self._worked + self._told.quiet - now)

    def _due(self) -> None:
        self._timer = None
        busy = self._telling is not None and not self._telling.done()
        steady = time.monotonic()
        if busy or max(self._told_at + self._told.every, self._worked + self._told.quiet) > steady:
            self._timer = asyncio.get_running_loop().call_later(self._wait(), self._due)
            return
        state, now = self._recorder.state, time.time()
        cases = [case for name in self._new if (case := state.cases.get(name)) is not None]
        cases = [case for case in cases if in_sight(case, now) and not case.plan and not _expected(state, case)]
        self._new.clear()
        if cases:
            self._told_at = steady
            self._telling = asyncio.create_task(self._tell(message(state, cases, now)))

    async def _tell(self, told: Message) -> None:
        troubles = []
        for way in self._ways:
            try:
                await way(told)
            except FactoryError as error:
                troubles.append(f"{error.message}: {error.cure}")
            except Exception as error:  # whatever it is, nobody's work may suffer from it
                log.exception("telling of cases broke")
                troubles.append(f"nobody could be told what needs a person ({type(error).__name__}): see the log")
        self._recorder.trouble(SOURCE, "; ".join(troubles))

    def _all_ways(self) -> list[Callable[[Message], Awaitable[None]]]:
        told, ways = self._told, list[Callable[[Message], Awaitable[None]]]()
        if told.on_attention:
            ways.append(lambda message: reaching.run(told.on_attention, message.title, message.text, encoded(message)))
        if told.desktop:
            ways.append(lambda message: reaching.run(NOTIFY_SEND, message.title, escaped(message.text), b""))
        if told.webhook:
            ways.append(lambda message: reaching.post(told.webhook, encoded(message)))
        return ways


def message(state: FloorState, cases: Sequence[Case], now: float) -> Message:
    """What is told of these cases."""
    count = f"{len(cases)} cases need you" if len(cases) > 1 else "a case needs you"
    words = [f"{name_of(state, case.station) or 'the floor'}: {case.title}" for case in cases[:NAMED]]
    more = [f"and {len(cases) - NAMED} more"] if len(cases) > NAMED else []
    told = (
        OneCase(
            id=case.id,
            kind=case.kind.value,
            cause=case.cause.value,
            station=case.station,
            name=name_of(state, case.station),
            title=case.title,
            evidence=case.evidence,
            since=case.since,
        )
        for case in cases
    )
    title = clean(f"{count} in {state.name or 'the factory'}", 120)
    text = clean("; ".join([*words, *more]), 400)
    return Message(repo=state.name, time=now, title=title, text=text, cases=tuple(told))


def encoded(told: Message) -> bytes:
    """As JSON, in one line."""
    return msgspec.json.encode(told) + b"\n"


def escaped(text: str) -> str:
    """Text for a desktop, which reads markup in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _expected(state: FloorState, case: Case) -> bool:
    return case.kind in state.expected.get(case.station, ())
