"""Tasks are taken from stations, and given back to them, with all of their work kept."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.decide.decision import Refusal
from sessions.floor.tasks import moves
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.services.stations.service import Stations

log = logging.getLogger(__name__)


async def hush(stations: Stations, station: str) -> None:
    """End its turn, if any, and if that can be."""
    try:
        await stations.quiet(station)
    except FactoryError as error:
        log.warning("the turn of %s cannot be ended: %s", station, error)


class Returning:
    """Carries out what operators want of tasks in the hands of stations."""

    def __init__(self, recorder: Recorder, stations: Stations) -> None:
        self._recorder, self._stations = recorder, stations

    async def requeue(self, asked: ev.RequeueWanted) -> None:
        """The station ends, what it has not committed is kept, and its task is in the queue: all in one step."""

        def returned() -> Sequence[ev.Event]:
            state = self._recorder.state
            task = moves.present(state, asked.task, asked.lease)
            if isinstance(task, Refusal):  # it came to its end by itself
                return ()
            back = moves.returned(state, task, time.time(), asked.why, who=asked.who)
            return (replace(back, hedged=asked.slow, to=asked.to, held=asked.hold),)

        await self._stations.end_for_good(asked.station, asked.why, returned)

    async def bring_back(self, asked: ev.BringBackWanted) -> None:
        """The station is there again; whoever took its task meanwhile stops."""
        if asked.taker:  # where it cannot be stopped, nothing that it says of the task is heard
            await hush(self._stations, asked.taker)
        await self._stations.resume(asked.station)

    async def drop(self, asked: ev.DropWanted) -> None:
        """Whoever is at work for what is dropped stops. Raises the first error when all the others were told."""
        told = await asyncio.gather(*map(self._stations.quiet, (asked.station, *asked.also)), return_exceptions=True)
        for error in filter(None, told):
            raise error
