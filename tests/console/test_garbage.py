"""Garbage is looked for when there is time, and no more of it than there is time for."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable, Iterator

import pytest

from console import garbage
from console.garbage import AWAY_S, FEW, MANY, OFTEN, QUIET_S, Garbage


class Ring:
    """Something that only a collector can take away."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def collections() -> Iterator[list[int]]:
    """The generations that were looked at; Python looks at none by itself."""
    seen: list[int] = []

    def note(phase: str, facts: dict[str, int]) -> None:
        if phase == "start":
            seen.append(facts["generation"])

    before = gc.get_threshold()
    gc.collect()
    gc.disable()
    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)
    gc.set_threshold(*before)
    gc.enable()


def played(test: Callable[[Garbage, list[float], Callable[[], None]], None]) -> None:
    """Play with the seconds since the last key, and a frame that leaves behind as much as is worth a look."""
    kept: list[object] = []

    async def play() -> None:
        quiet = [0.0]
        tidy = Garbage(lambda: quiet[0])

        def frame() -> None:
            kept.extend([] for _ in range(FEW + 50))
            tidy.look()

        test(tidy, quiet, frame)

    asyncio.run(play())


def test_few_young_objects_are_left_alone(collections: list[int]) -> None:
    def test(tidy: Garbage, quiet: list[float], frame: Callable[[], None]) -> None:
        quiet[0] = AWAY_S
        tidy.look()
        assert tidy._timer is None
        tidy._rest()

    played(test)
    assert collections == []


def test_garbage_waits_until_no_key_comes(collections: list[int]) -> None:
    thing = Ring()
    ring = weakref.ref(thing)

    def test(tidy: Garbage, quiet: list[float], frame: Callable[[], None]) -> None:
        nonlocal thing
        del thing
        frame()
        tidy._rest()
        assert collections == []
        quiet[0] = QUIET_S
        tidy._rest()
        assert (collections, ring()) == ([1], None)
        tidy._rest()
        assert collections == [1]

    played(test)


@pytest.mark.parametrize("quiet_s", [0.0, QUIET_S / 2, QUIET_S, AWAY_S])
def test_it_waits_for_what_is_left_of_the_time_without_keys(quiet_s: float) -> None:
    def test(tidy: Garbage, quiet: list[float], frame: Callable[[], None]) -> None:
        quiet[0], now = quiet_s, asyncio.get_running_loop().time()
        frame()
        assert tidy._timer is not None
        waited = tidy._timer.when() - asyncio.get_running_loop().time()
        assert tidy._timer.when() >= now + QUIET_S - quiet_s
        assert waited <= max(0.01, QUIET_S - quiet_s)

    played(test)


def test_very_much_of_it_does_not_wait(collections: list[int]) -> None:
    def test(tidy: Garbage, quiet: list[float], frame: Callable[[], None]) -> None:
        for _ in range(1 + MANY // FEW):
            frame()
        assert 0 in collections
        quiet[0] = QUIET_S
        tidy._rest()
        assert collections[-1] == 1, "what was left of it"

    played(test)


def test_everything_is_gone_through_only_while_nobody_is_there_and_seldom(collections: list[int]) -> None:
    def test(tidy: Garbage, quiet: list[float], frame: Callable[[], None]) -> None:
        quiet[0] = QUIET_S
        for _ in range(OFTEN):
            frame()
            tidy._rest()
        assert 2 not in collections
        quiet[0] = AWAY_S
        tidy._rest()
        assert collections.count(2) == 1
        tidy._rest()
        assert tidy._timer is None, "an idle console is not woken for it"
        assert collections.count(2) == 1

    played(test)


def test_it_waits_on_the_loop_for_a_time_without_keys(collections: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        monkeypatch.setattr(garbage, "QUIET_S", 0.01)
        tidy = Garbage(lambda: 0.01 * bool(waited))
        waited = False
        kept: list[object] = [[] for _ in range(FEW + 50)]
        tidy.look()
        assert (collections, len(kept)) == ([], FEW + 50)
        waited, looked = True, asyncio.Event()
        gc.callbacks.append(note := lambda phase, _: looked.set())
        await looked.wait()
        gc.callbacks.remove(note)

    asyncio.run(play())
    assert collections == [1]


def test_what_exists_at_the_beginning_is_not_gone_through_again() -> None:
    before = gc.get_freeze_count()
    Garbage(lambda: 0.0).begin()
    assert gc.isenabled() and gc.get_freeze_count() > before
