"""Tells what changes in places, also in places that do not exist yet; the kernel tells, nothing is polled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sessions.observe.words import is_folder

if TYPE_CHECKING:
    from watchfiles import Change

STEP_MS = 100
DEBOUNCE_MS = 400
"""Changes are gathered until none came for a step, at most this long."""

Paths = frozenset[str]


class WatchError(Exception):
    """The kernel refuses to watch: most often its limit of watches is reached."""


async def watch(places: Sequence[Path]) -> AsyncGenerator[Paths | None, None]:
    """Paths that changed. None means that anything may have: watching has just begun, or began anew."""
    while True:
        below = [place for place in places if is_folder(place)]
        missing = [place for place in places if not is_folder(place)]
        parents = {_nearest(place) for place in missing}
        # A place that is a file is watched through its folder, so that it may be replaced.
        async with _Watchers(below, sorted(parents)) as watchers:
            yield None
            async for paths in watchers:
                if any(is_folder(place) for place in missing) or not all(is_folder(place) for place in below):
                    yield paths
                    break
                if any(_nearest(place) not in parents for place in missing):
                    break
                yield paths
            else:
                return


def _nearest(place: Path) -> Path:
    """The nearest folder above a path that exists."""
    return next((parent for parent in place.parents if is_folder(parent)), Path(place.anchor or "."))


class _Watchers:
    """A recursive watch of folders and a flat watch of others, as one stream."""

    def __init__(self, deep: Sequence[Path], flat: Sequence[Path]) -> None:
        self._wanted = [(paths, recursive) for paths, recursive in ((deep, True), (flat, False)) if paths]
        self._stop = asyncio.Event()
        self._queue: asyncio.Queue[Paths | Exception | None] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> _Watchers:
        from watchfiles import awatch  # it costs the start of every program that only imports this package

        for paths, recursive in self._wanted:
            source = awatch(
                *paths,
                watch_filter=None,
                debounce=DEBOUNCE_MS,
                step=STEP_MS,
                stop_event=self._stop,
                rust_timeout=0,
                recursive=recursive,
                ignore_permission_denied=True,
            )
            self._tasks.append(asyncio.create_task(self._pump(source)))
        # One turn of the loop: each task runs to its first wait, and by then the kernel watches.
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pump(self, source: AsyncIterator[set[tuple[Change, str]]]) -> None:
        try:
            async for changes in source:
                self._queue.put_nowait(frozenset(path for _, path in changes))
            self._queue.put_nowait(None)
        except (OSError, RuntimeError) as error:
            self._queue.put_nowait(WatchError(str(error)))

    def __aiter__(self) -> _Watchers:
        return self

    async def __anext__(self) -> Paths:
        item = await self._queue.get()
        if item is None:
            raise StopAsyncIteration
        if isinstance(item, Exception):
            raise item
        return item
