"""Tells which outbox something was put into: the kernel says so, and nothing is looked at in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sessions.errors import FactoryError
from sessions.watching import blind, inotify
from sessions.watching.listener import Change, Poller
from sessions.watching.tree import cause_of

if TYPE_CHECKING:
    from sessions.watching.inotify import Inotify

Ring = Callable[[Path | None], None]
"""Is told of a directory; None means any: more happened than could be told."""


class Bell:
    """Rings when a file is renamed into a directory."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._loop = asyncio.get_running_loop()
        self._inotify: Inotify | None = None
        self._watches: dict[int, Path] = {}
        self._pollers: dict[Path, Poller] = {}

    def add(self, directory: Path) -> None:
        """Ring for it, too. Raises `FactoryError` where the kernel cannot watch it."""
        if directory in self._watches.values() or directory in self._pollers:
            return
        try:
            if inotify.available():
                self._watches[self._kernel().add(str(directory), inotify.MOVED_TO | inotify.DELETE_SELF)] = directory
            else:
                self._pollers[directory] = Poller([str(directory)], [], self._polled)
        except (OSError, RuntimeError) as error:
            reason = blind.not_watched("signals are", cause_of(error), 0.0).partition(", so they")[0]
            raise FactoryError(f"the signals in {directory} cannot be heard", reason) from error

    def remove(self, directory: Path) -> None:
        """Ring no more for it."""
        for watch in [watch for watch, known in self._watches.items() if known == directory]:
            del self._watches[watch]
            self._kernel().remove(watch)
        if (poller := self._pollers.pop(directory, None)) is not None:
            poller.close()

    def close(self) -> None:
        for poller in self._pollers.values():
            poller.close()
        if self._inotify is not None:
            self._loop.remove_reader(self._inotify.descriptor)
            self._inotify.close()
            self._inotify = None

    def _kernel(self) -> Inotify:
        if self._inotify is None:
            self._inotify = inotify.Inotify()
            self._loop.add_reader(self._inotify.descriptor, self._heard)
        return self._inotify

    def _heard(self) -> None:
        assert self._inotify is not None
        rung = {notice.watch: notice.mask for notice in self._inotify.read()}
        if any(mask & inotify.OVERFLOW for mask in rung.values()):
            self._ring(None)
        for watch in rung:
            if (directory := self._watches.get(watch)) is not None:
                self._ring(directory)

    def _polled(self, changes: set[Change] | FactoryError) -> None:
        self._loop.call_soon_threadsafe(self._ring, None)
