"""A question under way: parts, ends, and losing interest, from any thread."""

from __future__ import annotations

import asyncio
import threading

import pytest

from sessions.asking.asked import Asked, GivenUpError, Halt
from sessions.errors import FactoryError


def test_parts_are_kept_until_somebody_wants_them() -> None:
    asked: Asked[int] = Asked()
    asked.part(1)
    asked.part(2)
    before = asked.over
    asked.end()
    asked.part(3)
    assert (before, asked.over) == (False, True)
    assert asked.all() == [1, 2]
    with pytest.raises(FactoryError, match="2 parts"):
        asked.one()


def test_who_listens_hears_every_part_at_once() -> None:
    heard: list[int] = []
    asked = Asked(heard.append)
    asked.part(1)
    assert heard == [1]
    asked.end()
    assert asked.all() == []


def test_only_the_first_end_counts() -> None:
    asked: Asked[int] = Asked()
    asked.end(FactoryError("gone", "come back"))
    asked.end()
    asked.cancel()
    assert str(asked.trouble) == "gone: come back"
    with pytest.raises(FactoryError, match="gone"):
        asked.one()


def test_who_waits_is_released_when_interest_is_lost_and_the_work_is_told() -> None:
    asked: Asked[int] = Asked()
    called = threading.Event()
    asked.halt.then(called.set)
    threading.Thread(target=asked.cancel).start()
    with pytest.raises(GivenUpError):
        asked.all()
    assert called.wait(60)
    with pytest.raises(GivenUpError):
        asked.halt.check()


def test_what_is_called_off_already_is_told_at_once() -> None:
    halt, called = Halt(), []
    halt.pull()
    halt.then(lambda: called.append(1))
    halt.pull()
    assert called == [1]


def test_the_end_is_told_also_to_who_comes_late() -> None:
    asked: Asked[int] = Asked()
    told = []
    asked.then(lambda: told.append("early"))
    assert asked.trouble is None
    asked.end()
    asked.then(lambda: told.append("late"))
    assert told == ["early", "late"]
    assert asked.trouble is None


def test_a_task_that_is_called_off_calls_off_what_it_asked() -> None:
    async def check() -> None:
        asked: Asked[int] = Asked()
        waiting = asyncio.create_task(asked.told())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert asked.halt.pulled
        answered: Asked[int] = Asked()
        answered.part(7)
        threading.Thread(target=answered.end).start()
        assert await answered.told_one() == 7

    asyncio.run(check())
