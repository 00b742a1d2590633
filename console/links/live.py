"""The floor of this repository as its supervisor sees it, and until it answers as it was when somebody last looked."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from console.links import last_floor
from console.links.link import LinkHealth, LinkMode, unheard
from sessions.floor.commands import AnyWish, Progress, Reply
from sessions.floor.state import EMPTY, FloorState
from sessions.place import place_of
from sessions.text import clean
from sessions.views.floor.last import LastFloor

if TYPE_CHECKING:  # the last floor is painted before anything of a supervisor is imported
    from sessions.asking.asked import Asked
    from sessions.asking.question import A, Question
    from sessions.supervisor.process import Options
    from sessions.supervisor.wire.client import Client

PATIENCE_S = 3.0
"""How long the last floor stays, while the present one is still being told what happened since."""
BEFORE = LinkHealth(connected=False, progress=Progress("connecting to the supervisor", 0, 0))


class LiveLink:
    """A console's link to the supervisor of one repository, which it starts when none runs."""

    mode = LinkMode.LIVE

    def __init__(self, repo: Path, options: Callable[[], Options] | None = None) -> None:
        """`options` says what a supervisor is started with; it is asked after the first paint."""
        self._place = place_of(repo)
        self._repo, self._wanted = repo, options
        self._changed: Callable[[], None] = unheard
        self._last = last_floor.read(self._place.last_floor)
        self._until = 0.0
        """When the last floor goes although what happened since is still coming in; 0 before the present is known."""
        self._started = False
        self.title = clean(os.path.realpath(repo))

    @cached_property
    def _options(self) -> Options | None:
        return None if self._wanted is None else self._wanted()

    @cached_property
    def _client(self) -> Client:
        from sessions import settings
        from sessions.floor.commands import WatchPlaces
        from sessions.supervisor.wire.client import Client

        places = self._options.sessions if self._options else ()
        return Client(
            self._place.socket,
            EMPTY,
            self._revive,
            changed=self._tell,
            wishes=[WatchPlaces(places)] if places else [],
            clear=self._clear,
            fingerprint=self._options.fingerprint if self._options else settings.fingerprint(),
        )

    @property
    def last(self) -> LastFloor | None:
        if self._last is not None and self.state.seq:
            self._until = self._until or time.monotonic() + PATIENCE_S
            if not self.health.behind or time.monotonic() >= self._until:
                self._last = None
        return self._last

    def keep(self, floor: LastFloor) -> None:
        last_floor.write(self._place.last_floor, floor)

    @property
    def drafts(self) -> Path:
        return self._place.last_floor.with_suffix(".drafts")

    @property
    def state(self) -> FloorState:
        return self._client.state if self._started else EMPTY

    @property
    def health(self) -> LinkHealth:
        if not self._started:
            return BEFORE
        contact = self._client.contact
        return LinkHealth(contact.connected, contact.trouble, contact.progress, contact.behind)

    def now(self) -> float:
        last = self.last
        return time.time() if last is None else last.time

    def listen(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    def start(self) -> None:
        """Connect, and start a supervisor where none answers, both on the client's thread."""
        self._client.start()
        self._started = True

    def stop(self) -> None:
        if self._started:
            self._client.stop()

    def again(self) -> None:
        self._client.again()

    def attach(self, station: str) -> str:
        from console.terminal.attach import attach
        from sessions import settings
        from sessions.errors import FactoryError

        try:
            return str(attach(self._place.socket, station, settings.load().detach_key))
        except FactoryError as error:
            return str(error)
        except OSError as error:
            return f"the terminal cannot be lent ({error.strerror or error})"

    async def send(self, wish: AnyWish, together: str = "") -> Reply:
        from sessions.operator import command

        return await asyncio.wrap_future(self._client.send(command(wish, together)))

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        return self._client.ask(question, heard)

    def _tell(self) -> None:
        self._changed()

    def _revive(self) -> None:
        from sessions.supervisor.process import start

        start(self._repo, self._options)

    def _clear(self) -> None:
        from sessions.supervisor.process import stop

        stop(self._repo)
