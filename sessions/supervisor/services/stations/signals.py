"""What is told from inside stations: each signal recorded once, and each question answered to whoever waits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.ours.lives import Asks
from sessions.floor.state import FloorState
from sessions.paths import door_path, outbox_path
from sessions.stations import kinds
from sessions.stations.boundary.apart.door import REFUSED
from sessions.stations.contract import Decision, InTerminal, Signal
from sessions.stations.signals import plain
from sessions.stations.signals.outbox import Outbox
from sessions.stations.signals.plain import Opens
from sessions.stations.signals.posting import Posting
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.services.stations.crew import Crew, now
from sessions.text import clean

log = logging.getLogger(__name__)

FOREIGN = "a signal that claims the conversation of another station"


class Signals:
    """The outboxes of all stations. A signal that was put there while nobody listened is found by `follow`."""

    def __init__(self, crew: Crew, recorder: Recorder, heard: Callable[[Signal], None]) -> None:
        """`heard` is told of each signal after it is committed."""
        self._crew, self._recorder, self._heard = crew, recorder, heard
        self._outbox: Outbox | None = None
        self._door: Posting | None = None

    async def begin(self) -> None:
        """Find what was told meanwhile."""
        state_dir = self._crew.factory.state_dir
        self._outbox = Outbox(outbox_path(state_dir), await self._recorder.marks())
        self._outbox.follow_all()
        try:
            self._door = await Posting.open(outbox_path(state_dir), door_path(state_dir))
        except (FactoryError, OSError) as error:
            log.warning("no signals over HTTP: %s", error)

    def directory(self, station: str) -> Path:
        """Where a station puts its signals; from now on somebody listens there."""
        return self._opened.follow(station)

    async def follow(self) -> None:
        """Record what is told until cancelled."""
        outbox = self._opened
        async for batch in outbox.batches():
            events: list[ev.Event] = []
            asked = {signal.id for signal in batch.signals}
            for signal in batch.signals:
                events += self._facts(signal)
            for gone in batch.withdrawn:
                known = self._crew.state.owned.get(gone.station)
                if known is not None and (gone.question in known.questions or gone.question in asked):
                    decision = Decision.EXPIRE.value if gone.expired else ""
                    events.append(ev.QuestionAnswered(question=gone.question, decision=decision, **now(gone.station)))
            await self._recorder.record([*events, *batch.skipped], batch.marks)
            await outbox.settle(batch)
            for signal in batch.signals:
                self._heard(signal)

    def ended(self, station: str) -> None:
        """Every process of the station has ended: nobody waits there for an answer any more."""
        self._opened.ended(station)

    async def forget(self, station: str) -> None:
        """The station is removed, and what it told and nobody read with it."""
        await self._opened.forget(station)

    def asks_scope(self, station: str, question: str) -> tuple[str, ...]:
        """The globs that a question asks for, where it asks for a wider scope.

        As the operator was told: what lies in the outbox the station may have changed since.
        """
        known = self._crew.owned(station).questions.get(question)
        return known.paths if known is not None and known.asks is Asks.SCOPE else ()

    async def answer(self, asked: ev.AnswerWanted, opens: Opens) -> bool:
        """Have whoever waits for this answer go on; False when the question came another way.

        `opens` is when a wider scope is open.

        Raises `FactoryError` when nobody waits for it any more.
        """
        signal = self._opened.asked(asked.question)
        if signal is None:
            return False
        decision = Decision(asked.decision)
        kind = self._kind(signal.station)
        if kind is None or "hook_event_name" not in signal.payload:
            printed = plain.reply(decision, asked.reason, opens)
        else:
            printed = kind.reply(signal, decision, asked.reason)
        await self._opened.answer(asked.question, printed)
        return True

    async def close(self) -> None:
        if self._door is not None:
            await self._door.close()
        if self._outbox is not None:
            self._outbox.close()

    @property
    def _opened(self) -> Outbox:
        if self._outbox is None:
            raise FactoryError("the supervisor is not ready", "try again")
        return self._outbox

    def _facts(self, signal: Signal) -> list[ev.Event]:
        """The facts of one signal. What it holds is foreign: a kind that breaks over it is told, and harms no other."""
        station = self._crew.state.stations.get(signal.station)
        if station is None or signal.station not in self._crew.state.owned:
            return []
        if signal.name == REFUSED:
            host = clean(f"{signal.payload.get('host')}:{signal.payload.get('port')}", 300)
            common = now(signal.station) | {"time": signal.time}
            return [ev.ScopeViolated(path=host, act="connect", **common)]
        kind = self._kind(signal.station)
        try:
            told = [*(plain.heard if kind is None else kind.heard)(signal, station.session)]
            return [_skipped(signal, FOREIGN)] if is_others(told, self._crew.state) else told
        except Exception as error:
            log.exception("a signal of station %s was not understood", signal.station)
            return [_skipped(signal, "unreadable signal", type(error).__name__)]

    def _kind(self, station: str) -> InTerminal | None:
        try:
            kind = kinds.load(self._crew.seen(station).kind)
        except (FactoryError, KeyError):
            return None
        return kind if isinstance(kind, InTerminal) else None


def is_others(told: Iterable[ev.Event], state: FloorState) -> bool:
    """Whether something is told of a conversation that another station of ours has."""
    owners = (
        (event.station, state.sessions.get(event.session)) for event in told if isinstance(event, ev.StationEvent)
    )
    return any(known and known.station != station and known.station in state.owned for station, known in owners)


def _skipped(signal: Signal, reason: str, detail: str = "") -> ev.SourceSkipped:
    return ev.SourceSkipped(time=signal.time, source="signals", reason=reason, detail=detail)
