"""The floor of this repository as its supervisor sees it, painted from the journal before the supervisor answers."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

from console.links.link import LinkHealth, LinkMode, unheard
from sessions.asking.asked import Asked
from sessions.asking.question import A, Question
from sessions.floor.commands import AnyWish, Reply, WatchPlaces
from sessions.floor.state import EMPTY, FloorState
from sessions.journal.reader import JournalReader
from sessions.operator import command
from sessions.place import Place, place_of
from sessions.supervisor.process import Options, start, stop
from sessions.supervisor.wire.client import Client
from sessions.text import clean


class LiveLink:
    """A console's link to the supervisor of one repository, which it starts when none runs.

    It begins with the journal's last checkpoint: as old as it is, it is there at once.
    """

    mode = LinkMode.LIVE

    def __init__(self, repo: Path, options: Options | None = None) -> None:
        self._place = place_of(repo)
        self._repo, self._options = repo, options or Options()
        wishes = [WatchPlaces(self._options.sessions)] if self._options.sessions else []
        self._changed: Callable[[], None] = unheard
        state, current = _painted(self._place)
        self._client = Client(
            self._place.socket,
            state,
            self._revive,
            changed=self._tell,
            wishes=wishes,
            clear=self._clear,
            current=current,
        )
        self.title = clean(os.path.realpath(repo))

    @property
    def state(self) -> FloorState:
        return self._client.state

    @property
    def health(self) -> LinkHealth:
        contact = self._client.contact
        return LinkHealth(contact.connected, contact.trouble, contact.progress)

    def now(self) -> float:
        return time.time()

    def listen(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    def start(self) -> None:
        """Connect, and start a supervisor where none answers, both on the client's thread."""
        self._client.start()

    def stop(self) -> None:
        self._client.stop()

    def again(self) -> None:
        self._client.again()

    async def send(self, wish: AnyWish) -> Reply:
        return await asyncio.wrap_future(self._client.send(command(wish)))

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        return self._client.ask(question, heard)

    def _tell(self) -> None:
        self._changed()

    def _revive(self) -> None:
        start(self._repo, self._options)

    def _clear(self) -> None:
        stop(self._repo)


def _painted(place: Place) -> tuple[FloorState, bool]:
    """What the journal's last checkpoint holds, and whether this version made it; without one, the empty floor."""
    if not place.journal.exists():
        return EMPTY, True
    reader = JournalReader(place.journal)
    try:
        state, other = reader.checkpoint(), EMPTY
        if not state.seq:
            other = reader.readable()
        return (other, False) if other.seq else (state, True)
    finally:
        reader.close()
