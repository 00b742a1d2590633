"""What the tests that compare pictures of a screen share: the sizes, and waiting until nothing more will be drawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from textual.app import App
from textual.pilot import Pilot
from textual.strip import Strip
from textual.worker import WorkerCancelled

from widgets.draw.cells import Line, plain

WIDE, SMALL = (200, 60), (80, 24)
ALIKE = 2
"""Pictures in a row that must be the same before a screen counts as being at rest."""

Before = Callable[[Pilot[None]], Awaitable[None]]


class Compare(Protocol):
    """The fixture `snap_compare`: whether the app looks as it did when its picture was accepted."""

    def __call__(self, app: App[Any], *, terminal_size: tuple[int, int], run_before: Before) -> bool: ...


def text_of(lines: Sequence[Line]) -> list[str]:
    """The lines without their styles and trailing blanks."""
    return [plain(line).rstrip() for line in lines]


async def at_rest(pilot: Pilot[Any]) -> None:
    """Wait until no worker is at work and several pictures in a row are the same.

    One pause is not enough on a slow machine: a screen may be laid out once more after its first drawing.
    """
    picture, alike = list[Strip](), 0
    while alike < ALIKE:
        await worked(pilot.app)
        await pilot.pause()
        seen, picture = picture, drawn(pilot.app)
        alike = alike + 1 if picture == seen else 0


async def worked(app: App[Any]) -> None:
    """Wait until no worker is at work. One that another takes the place of meanwhile is called off, and is no fault."""
    while not all(worker.is_finished for worker in app.workers):
        with suppress(WorkerCancelled):
            await app.workers.wait_for_complete()


def drawn(app: App[Any]) -> list[Strip]:
    """The screen as a terminal shows it, line by line: a thirtieth of what a picture of it costs."""
    return app.screen._compositor.render_strips()


def text(app: App[Any]) -> str:
    """The screen as a terminal shows it, without colours."""
    return "\n".join(strip.text for strip in drawn(app))


def pressing(*keys: str) -> Before:
    """Press keys, each when the screen has come to rest after the one before."""

    async def go(pilot: Pilot[None]) -> None:
        await at_rest(pilot)
        for key in keys:
            await pilot.press(key)
            await at_rest(pilot)

    return go
