"""Tells what changes in places, also in places that do not exist yet; the kernel tells, nothing is polled.

Only what the kernel refuses to watch, and file systems that do not tell everything, are looked at again at intervals.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from sessions.observe.words import is_folder
from sessions.watching import inotify
from sessions.watching.blind import Blind
from sessions.watching.tree import Heard, Tree, paths_below

if TYPE_CHECKING:
    from watchfiles import Change

STEP_MS = 100
DEBOUNCE_MS = 400
"""Changes are gathered until none came for a step, at most this long."""
REREAD_S = 10.0
"""Between two looks at what is not watched; longer where a look takes more than a tenth of it."""
DEAREST = 10
"""A look may take one in so many seconds."""

Paths = frozenset[str]


class WatchError(Exception):
    """The kernel refuses to watch: most often its limit of watches is reached."""


def _unheard(_: Blind) -> None:
    """Nobody asks what is not watched."""


async def watch(places: Sequence[Path], told: Callable[[Blind], None] = _unheard) -> AsyncGenerator[Paths | None, None]:
    """Paths that changed. None means that anything may have: watching has just begun, or began anew.

    `told` is called when it is another matter what is not watched; that is looked at again by itself, and watched as
    soon as the kernel allows it.
    """
    watching = _by_inotify if inotify.available() else _by_watchfiles
    async with aclosing(watching(places, told)) as changes:
        async for paths in changes:
            yield paths


async def _by_inotify(places: Sequence[Path], told: Callable[[Blind], None]) -> AsyncGenerator[Paths | None, None]:
    wanted = [str(place) for place in places]
    while True:
        below = [place for place in places if is_folder(place)]
        missing = [place for place in places if place not in below]
        parents = {_nearest(place) for place in missing}
        # The folder of a link tells when the link is made to point elsewhere.
        flat = parents | {place.parent for place in below if place.is_symlink()}
        tree = Tree([str(place) for place in below], sorted(map(str, flat)))
        try:
            await asyncio.to_thread(tree.begin)
            told(tree.blind(REREAD_S))
            yield None
            async with aclosing(_heard(tree, told)) as batches:
                async for heard in batches:
                    if paths := paths_below(heard.changed, wanted):
                        yield paths
                    moved = any(_nearest(place) not in parents for place in missing)
                    links = {str(place) for place in below if place.is_symlink()} & heard.changed
                    if heard.lost or moved or links or any(is_folder(place) for place in missing):
                        break
        finally:
            await asyncio.to_thread(tree.close)


async def _heard(tree: Tree, told: Callable[[Blind], None]) -> AsyncGenerator[Heard, None]:
    """What happens, gathered; and what a look by ourselves finds, when one is due."""
    loop = asyncio.get_running_loop()
    every, last = REREAD_S, tree.blind(REREAD_S)
    looked = loop.time()
    while True:
        due = looked + every if tree.rereads or tree.descriptor is None else None
        if await _readable(tree.descriptor, due):
            heard = await _gathered(tree)
        else:
            began = loop.time()
            heard = await asyncio.to_thread(tree.look_again)
            looked = loop.time()
            every = max(REREAD_S, DEAREST * (looked - began))
        if (blind := tree.blind(every)) != last:
            last = blind
            told(blind)
        if heard.changed or heard.lost:
            yield heard


async def _readable(descriptor: int | None, due: float | None) -> bool:
    """Wait until there is something to read; False when it is `due` to look by ourselves first."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    if due is not None and loop.time() >= due:
        return False
    if descriptor is not None:
        loop.add_reader(descriptor, ready.set)
    try:
        async with asyncio.timeout_at(due):
            await ready.wait()
    except TimeoutError:
        return False
    finally:
        if descriptor is not None:
            loop.remove_reader(descriptor)
    return True


async def _gathered(tree: Tree) -> Heard:
    """Everything up to a moment of silence, or until it has been gathered for long enough."""
    loop = asyncio.get_running_loop()
    latest = loop.time() + DEBOUNCE_MS / 1_000
    heard = await asyncio.to_thread(tree.take)
    while loop.time() < latest and not heard.lost:
        await asyncio.sleep(STEP_MS / 1_000)
        more = await asyncio.to_thread(tree.take)
        if not more.changed and not more.lost:
            break
        heard.add(more)
    return heard


async def _by_watchfiles(places: Sequence[Path], _: Callable[[Blind], None]) -> AsyncGenerator[Paths | None, None]:
    """Where there is no inotify."""
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
