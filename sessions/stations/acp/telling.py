"""What is told of a conversation: to the journal, and into the transcript beside it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sessions.floor import events as ev
from sessions.observe.lines import Who
from sessions.stations.acp.reading import Reading
from sessions.stations.acp.transcript import Keeping
from sessions.stations.contract import Bounded, Tell


class Telling:
    """Of one conversation."""

    def __init__(self, station: str, tell: Tell, reading: Reading, keeping: Keeping) -> None:
        self._station, self._tell, self._reading, self._keeping = station, tell, reading, keeping
        self.session = ""

    def who(self) -> Who:
        """What every event of it says."""
        source = f"acp:{self.session[:8]}"
        return Who(time=time.time(), source=source, station=self._station, session=self.session)

    def say(self, *events: ev.Event) -> None:
        """It happened."""
        self.say_all(events)

    def say_all(self, events: Sequence[ev.Event]) -> None:
        """All this happened, in order."""
        if events:
            self._keeping.happened(events, self._reading.uses)
            self._tell(events)

    async def room(self) -> None:
        """Return when more may be told."""
        tell: object = self._tell
        if isinstance(tell, Bounded):
            await tell.room()
