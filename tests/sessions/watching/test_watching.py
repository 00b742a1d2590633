"""A kernel that refuses to watch: it is told, tried again, and nothing is lost meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest

from sessions.observe import watching
from sessions.supervisor import supervisor
from sessions.watching.blind import Blind
from tests.support.house import House, house_in, working
from tests.support.supervisor import PATIENCE_S, until


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


def test_a_place_that_cannot_even_be_asked_for_hinders_no_other(tmp_path: Path) -> None:
    """A name that is too long fails as a folder does that may not be entered."""

    async def watch() -> None:
        async with aclosing(watching.watch([tmp_path, tmp_path / ("x" * 300)])) as changes:
            assert await anext(changes) is None
            (tmp_path / "new").touch()
            async with asyncio.timeout(PATIENCE_S):
                assert await anext(changes) == frozenset([str(tmp_path / "new")])

    asyncio.run(watch())


def test_a_refused_watch_is_told_and_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    watch, refusals = watching.watch, iter([watching.WatchError("limit of watches reached")] * 2)

    async def refusing(
        places: Sequence[Path], told: Callable[[Blind], None]
    ) -> AsyncGenerator[watching.Paths | None, None]:
        for refusal in refusals:
            raise refusal
        async for paths in watch(places, told):
            yield paths

    monkeypatch.setattr(watching, "watch", refusing)
    monkeypatch.setattr(supervisor, "FIRST_RETRY_S", 0.001)
    house.write(1, 2)

    async def check() -> None:
        async with working(house) as (_, feed):
            await until(feed, lambda state: state.skipped.get("observing transcripts broke") == 1)
            await until(feed, lambda state: state.total.calls == 2)
            house.write(3, 4)
            await until(feed, lambda state: state.total.calls == 4)
            assert feed.state.skipped["observing transcripts broke"] == 1, "the same trouble is told once"

    asyncio.run(check())
