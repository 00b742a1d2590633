"""The built-in agent under a real supervisor: in a place of its own, inside a boundary that the kernel holds."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from sessions.floor.commands import AnswerQuestion, StartStation
from sessions.floor.ours.lives import Life
from sessions.floor.scope import HeldBy
from sessions.simulation.provider.scenes import Scene, repository, scenes, script
from sessions.simulation.provider.server import Logged, Provider
from tests.support.house import House
from tests.support.stations.yard import Floor, manned, yard_in
from tests.support.supervisor import until

pytestmark = pytest.mark.skipif(importlib.util.find_spec("litellm") is None, reason="needs the extra `models`")


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


def test_a_factory_without_an_account_works(yard: House) -> None:
    """All sorts of stations but the slow one, at the pace of the machine."""
    made = tuple(quick(scene) for number, scene in enumerate(scenes(7)) if number != 3)
    yard.repo.commit(dict(repository()), "a shop")

    async def check(floor: Floor, log: list[Logged], url: str) -> None:
        for scene in made:
            options = (("base_url", url), *scene.options)
            model = f"openai/{scene.name}"
            await floor.done(
                StartStation("builtin", scene.task, scene.name, model=model, scope=scene.scope, options=options)
            )
        works, asks, fails, first, second, leaves = (scene.name for scene in made)
        state = await until(floor.feed, lambda state: bool(state.owned[asks].questions))
        question = next(iter(state.owned[asks].questions))
        await floor.done(AnswerQuestion(asks, question, "allow"))
        for name in (works, asks, first, second, leaves):
            await floor.turned(1, name)
            assert floor.owned(name).life is Life.RUNNING
        working = [f"station/{name}" for name in (works, asks, first, second, leaves)]
        await until(floor.feed, lambda state: all(state.branches[name].ahead == 1 for name in working))
        state = floor.state
        assert "by script" in (state.stations[fails].evidence.reason or "")
        held = state.owned[leaves].held
        assert held is not None
        if held.by is HeldBy.BUBBLEWRAP:
            assert state.owned[leaves].violations >= 2 and state.owned[leaves].violated.endswith("README.md")
        assert "+" not in yard.repo.git("diff", "main", f"station/{leaves}", "--", "README.md")
        assert state.total.tokens.total == sum(call.input + call.output for call in log)

    async def scene() -> None:
        log: list[Logged] = []
        provider = Provider(script(made), log.append)
        url = await provider.listen()
        try:
            async with manned(yard) as floor:
                await check(floor, log, url)
        finally:
            await provider.close()

    asyncio.run(scene())


def quick(scene: Scene) -> Scene:
    """The same, without pauses."""
    return replace(scene, steps=tuple(replace(step, delay=0.0, pace=0.0) for step in scene.steps))
