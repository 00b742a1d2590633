"""The gate before a provider: what one is told to wait, all wait, and one tries alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from random import Random

from sessions.models.gate import Gate, Login, gate_of
from tests.support.supervisor import PATIENCE_S

Waiting = set[asyncio.Task[int]]


def nobody(reason: str) -> None:
    """Nobody is told."""


async def first_of(waiting: Iterable[asyncio.Task[int]]) -> tuple[Waiting, Waiting]:
    """Those that came through when one had, and the others."""
    return await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE_S)


class Provider:
    """One that limits a share of its calls, and notes who came early."""

    def __init__(self, share: float, rest: float) -> None:
        self.share, self.rest = share, rest
        self.chance = Random(5)
        self.closed_until, self.early, self.calls, self.busy, self.most = 0.0, 0, 0, 0, 0

    async def call(self) -> float | None:
        """None when it answered, else how long to wait."""
        clock = asyncio.get_running_loop().time
        self.calls += 1
        self.busy += 1
        began = clock()
        self.early += began < self.closed_until
        await asyncio.sleep(0)
        self.busy -= 1
        if self.chance.random() < self.share:
            self.closed_until = clock() + self.rest
            return self.rest
        return None


def test_thirty_stations_at_a_provider_that_limits() -> None:
    async def station(gate: Gate, provider: Provider, answers: Counter[str], name: str) -> None:
        while answers[name] < 10:
            age = await gate.enter(nobody, nobody)
            wait = await provider.call()
            if wait is None:
                gate.went_well(age)
                answers[name] += 1
            else:
                gate.failed(age, wait)
            await asyncio.sleep(0)

    async def scene() -> None:
        provider, answers = Provider(0.15, 0.01), Counter[str]()
        gate = Gate("m", Login())
        async with asyncio.timeout(60):
            await asyncio.gather(*(station(gate, provider, answers, f"s{n}") for n in range(30)))
        assert set(answers.values()) == {10}
        # Those that were under way already when the first was told to wait did not know; nobody after them.
        assert provider.early == 0

    asyncio.run(scene())


def test_after_trouble_one_goes_alone() -> None:
    async def scene() -> None:
        gate, told = Gate("m", Login()), list[str]()
        age = await gate.enter(nobody, nobody)
        assert gate.failed(age, 0.02) > 0.01
        others = [asyncio.create_task(gate.enter(told.append, nobody)) for _ in range(5)]
        done, waiting = await first_of(others)
        assert (len(done), len(waiting)) == (1, 4)
        gate.left(done.pop().result())  # it was called off: another one tries
        done, waiting = await first_of(waiting)
        assert (len(done), len(waiting)) == (1, 3)
        gate.went_well(done.pop().result())
        await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE_S)
        assert any("asks to wait" in reason for reason in told)

    asyncio.run(scene())


def test_without_a_word_of_the_provider_the_waits_grow() -> None:
    async def scene() -> None:
        now = 0.0
        gate = Gate("m", Login(), lambda: now)
        waits = []
        for _ in range(12):
            age = await gate.enter(nobody, nobody)
            waits.append(gate.failed(age, None))
            now += waits[-1]
        assert waits[:4] == [1, 2, 4, 8] and waits[-1] == 300

    asyncio.run(scene())


def test_an_answer_from_before_the_trouble_opens_nothing() -> None:
    async def scene() -> None:
        gate = Gate("m", Login())
        early, late = await gate.enter(nobody, nobody), await gate.enter(nobody, nobody)
        gate.failed(early, 30)
        gate.went_well(late)
        task = asyncio.create_task(gate.enter(nobody, nobody))
        await asyncio.wait({task}, timeout=0.02)
        assert not task.done()
        task.cancel()

    asyncio.run(scene())


def test_a_refused_key_is_refused_for_all_models_of_the_provider() -> None:
    async def scene() -> None:
        one, other, elsewhere = gate_of("A", "m"), gate_of("A", "n"), gate_of("B", "m")
        assert gate_of("A", "m") is one
        held: list[str] = []
        one.refused(await one.enter(nobody, nobody), "no such key")
        waiting = [asyncio.create_task(gate.enter(nobody, held.append)) for gate in (one, one, other)]
        await elsewhere.enter(nobody, nobody)
        while len(held) < 3:
            assert (await asyncio.wait(waiting, timeout=0.02))[0] == set()
        assert held[0] == "login: m at A refuses the key (no such key)"
        other.mended()
        done, left = await first_of(waiting)
        while len(left) > 1:
            more, left = await first_of(left)
            done |= more
        assert (await asyncio.wait(left, timeout=0.02))[0] == set()  # one of the two at the same model tries first
        one.went_well(waiting[0].result() if waiting[0] in done else waiting[1].result())
        await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE_S)

    asyncio.run(scene())
