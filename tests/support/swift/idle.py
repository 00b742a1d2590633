"""Pilots that go on as soon as nothing is left to do, and apps that parse what no app of this process has parsed.

Textual's own pilots sleep a fiftieth of a second, three times for each key, and again for as long as anything keeps
this process at work: most of what tests of screens took.
"""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from collections.abc import Iterator
from typing import Protocol, cast

import pytest
from textual import app, pilot
from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

FRAME_S = 1 / 50
"""What is to come within this time is waited for, as Textual does: a screen is drawn sixty times a second at most."""
TURNS = 2
"""Of the loop, in a row, in which nothing else may be done."""


class Loop(Protocol):
    """What there is to do on a loop."""

    _ready: list[object]
    _scheduled: list[TimerHandle]

    def time(self) -> float: ...


async def until_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Wait until nothing is to be done on the loop, nor within a frame; at most so many seconds."""
    loop = cast(Loop, asyncio.get_running_loop())
    begun, quiet = loop.time(), 0
    while quiet < TURNS and (now := loop.time()) < begun + max_sleep:
        due = [handle.when() for handle in loop._scheduled if not handle.cancelled()]
        wait = min(due, default=now + max_sleep) - now
        await asyncio.sleep(max(0.0, wait) if wait <= FRAME_S else 0)
        quiet = 0 if loop._ready or wait <= FRAME_S else quiet + 1


Parsed = LRUCache[tuple[object, ...], list[RuleSet]]
_PARSED: dict[tuple[tuple[str, str], ...], Parsed] = {}
"""Rules of styles by the variables that they were parsed with, which are those of a theme."""
_set_variables = Stylesheet.set_variables


def set_variables(sheet: Stylesheet, variables: dict[str, str]) -> None:
    """As Textual's own, but what was parsed with the same variables is there already."""
    sheet._parse_cache = LRUCache(64)  # it is emptied by this
    _set_variables(sheet, variables)
    sheet._parse_cache = _PARSED.setdefault(tuple(sorted(variables.items())), LRUCache(1_024))


@pytest.fixture(scope="package", autouse=True)
def swift_pilots() -> Iterator[None]:
    """In a package that imports this no pilot sleeps, and no app parses again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "wait_for_idle", until_idle)
        patch.setattr(pilot, "wait_for_idle", until_idle)
        patch.setattr(Stylesheet, "set_variables", set_variables)
        yield
