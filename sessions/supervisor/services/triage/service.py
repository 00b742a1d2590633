"""The service of triage: looks at what events touched, and at what time alone may have changed, and records it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.decide.decision import Accepted, Decision
from sessions.floor.state import FloorState
from sessions.floor.triage import rounds
from sessions.floor.triage.chosen import Chosen
from sessions.floor.triage.lookout import HEARD, Lookout
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.service import Service
from sessions.supervisor.services.triage.acting import Acting
from sessions.supervisor.services.triage.attention import Attention

SOON_S, EVERY_S = 0.02, 0.1
"""How soon after an event it is looked, and how often at most: what happens meanwhile is looked at at one go."""


class Triage(Service):
    """Keeps the queue in step with the floor."""

    name = "triage"
    hears = (*HEARD, ev.CaseOpened)

    def __init__(self, recorder: Recorder, chosen: Chosen) -> None:
        self._recorder = recorder
        self.lookout = Lookout(chosen.rules, chosen.told.silent)
        self._acting = Acting(recorder, chosen.standing)
        self._attention = Attention(recorder, chosen.told)
        self._news = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._following = False

    def hear(self, events: Sequence[ev.Event]) -> None:
        if not self._following:
            return
        self._attention.hear(events)
        if self.lookout.hear(self._recorder.state, events):
            self._news.set()

    async def follow(self) -> None:
        """Look at everything once, then at what is touched, until cancelled.

        While the past is being read only stations of ours are looked at: much in it needed somebody once, and does no
        longer a few lines later.
        """
        self._following = True
        self._look_at_all()
        past = asyncio.create_task(self._recorder.past_told.wait())
        past.add_done_callback(lambda task: None if task.cancelled() else self._look_at_all())
        try:
            await self._recorder.decide(_missed)
            looked = 0.0
            while True:
                await self._news.wait()
                await asyncio.sleep(max(SOON_S, looked + EVERY_S - time.monotonic()))
                self._news.clear()
                looked = time.monotonic()
                await self._look()
                await self._acting.act()
                self._time()
        finally:
            self._following = False
            past.cancel()
            await self._attention.close()
            if self._timer is not None:
                self._timer.cancel()

    def _look_at_all(self) -> None:
        self.lookout.look_at_all(self._recorder.state)
        self._news.set()

    async def _look(self) -> None:
        look, whole = self.lookout.take(time.time()), self._recorder.past_told.is_set()
        if not whole:
            look = replace(look, stations=look.stations & self._recorder.state.owned.keys())

        def decide(state: FloorState) -> Decision:
            now = max(time.time(), state.time)
            found = self.lookout.changes(state, now, look, whole)
            return Accepted((*found, *self._acting.plans(state, found, now)))

        await self._recorder.decide(decide)
        self._acting.began = True
        self.lookout.looked_at(self._recorder.state, time.time(), look)

    def _time(self) -> None:
        """Be there when something is due: one timer for all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (at := min(self.lookout.at, self._acting.at)) < math.inf:
            wait = max(0.01, at - time.time() + 0.01)
            self._timer = asyncio.get_running_loop().call_later(wait, self._news.set)


def _missed(state: FloorState) -> Decision:
    """What was put out of sight until something happens is back where that was before anything was heard here."""
    return Accepted((*rounds.missed(state, max(time.time(), state.time)),))
