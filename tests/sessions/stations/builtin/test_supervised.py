"""The built-in agent under a real supervisor: in a place of its own, inside a boundary that the kernel holds."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import AnswerQuestion, AssignScope, FreezeFloor, PromptStation, StartStation
from sessions.floor.ours.lives import Life
from sessions.floor.scope import Budget, HeldBy, Scope
from sessions.floor.state import Status
from sessions.journal.reader import JournalReader
from sessions.simulation.provider.script import Fault, Script, Step, Trouble
from sessions.simulation.provider.server import Logged, Provider
from sessions.supervisor.services.stations.resting import FROZEN, GO_ON, IN_TURN
from tests.support.house import House
from tests.support.stations.factory import use
from tests.support.stations.yard import Floor, manned, yard_in
from tests.support.supervisor import until

pytestmark = pytest.mark.skipif(importlib.util.find_spec("litellm") is None, reason="needs the extra `models`")

COMMIT = "git add -A && git -c user.name=a -c user.email=a@b commit -qm two"
SCRIPT = Script(
    {
        "works": (
            use("edit", "I mend it.", path="src/a.py", old_string="1", new_string="2"),
            use("run", command="echo no >> README.md"),
            use("write", path="README.md", content="no"),
            use("run", command=f"env | grep ^FACTORY_TUI_SCOPE; python3 src/a.py && {COMMIT}"),
            Step("Mended."),
        ),
        "asks": (
            use("run", command="factory-tui ask scope 'docs/**' --why guide"),
            use("run", command="echo yes > docs/new.md"),
            Step("Written."),
            use("run", command="echo no > docs/late.md"),
            Step("I may not any more."),
        ),
        "spends": (Step("word ", repeat=40_000, piece=50, pace=0.001), Step("The rest.")),
        "child": (Step("word ", repeat=100_000, piece=1_000),),
        "slow": (Step("word ", repeat=40_000, pace=0.05), Step("word ", repeat=40_000, pace=0.05)),
        "lost": (Step(fault=Fault(Trouble.STATUS, status=400, says="the key of the shop is gone")),),
        "boss": (Step("I wait for them."), Step("So be it."), Step("So be it."), Step("So be it."), Step("So be it.")),
    },
    asked={GO_ON: Step("I went on.")},
)


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


def test_it_works_is_bounded_metered_given_another_scope_and_rests_at_once(yard: House) -> None:
    """All under one supervisor: what calls models takes seconds of a processor to start."""
    yard.repo.commit({"src/a.py": "print(1)\n", "README.md": "yes\n", "docs/a.md": "a\n"}, "one")

    async def check(floor: Floor, log: list[Logged], url: str) -> None:
        scope, options = Scope(write=("src/**",)), (("base_url", url),)
        await floor.done(
            StartStation("builtin", "Mend it", "works", model="openai/works", scope=scope, options=options)
        )
        await floor.turned(1, "works")
        state = await until(floor.feed, lambda state: state.branches["station/works"].ahead == 1)
        assert yard.repo.git("show", "station/works:src/a.py") == "print(2)"
        assert yard.repo.git("show", "station/works:README.md") == "yes"
        owned = state.owned["works"]
        assert owned.violated.endswith("README.md")
        if owned.held is not None and owned.held.by is HeldBy.BUBBLEWRAP:
            assert owned.violations == 2
        assert state.total.tokens.total == sum(call.input + call.output for call in log)
        # What is over its budget rests within the answer, is told once, and goes on in the same turn with more.
        budget = Budget(tokens=3_000)
        wish = StartStation("builtin", "Write", "spends", model="openai/spends", budget=budget, options=options)
        await floor.done(wish)
        await until(floor.feed, lambda state: state.stations["spends"].evidence.status is Status.NEEDS_ME)
        assert floor.owned("spends").share == 1
        assert floor.owned("spends").life is Life.RUNNING
        await floor.done(AssignScope("spends", Scope(), Budget(tokens=50_000)))
        await floor.turned(1, "spends")
        assert floor.state.stations["spends"].activity == "The rest."

    async def scene() -> None:
        log: list[Logged] = []
        provider = Provider(SCRIPT, log.append)
        url = await provider.listen()
        try:
            async with manned(yard) as floor:
                await check(floor, log, url)
                await _family(floor, log, url)
                await _asks(floor, url)
                await _rests(floor, url)
        finally:
            await provider.close()

    asyncio.run(scene())
    reader = JournalReader(yard.place.journal)
    told = [event.share for event in reader.events(0, 10_000) if isinstance(event, ev.BudgetReached)]
    reader.close()
    assert told[:2] == [0.8, 1.0]
    assert told.count(1.0) == 5


async def _asks(floor: Floor, url: str) -> None:
    """Another scope holds from its next command on."""
    scope, options = Scope(write=("src/**",)), (("base_url", url),)
    await floor.done(StartStation("builtin", "Write", "asks", model="openai/asks", scope=scope, options=options))
    state = await until(floor.feed, lambda state: "asks" in state.owned and bool(state.owned["asks"].questions))
    (asked,) = state.owned["asks"].questions
    await floor.done(AnswerQuestion("asks", asked, "allow"))
    await floor.turned(1, "asks")
    owned = floor.owned("asks")
    docs = Path(owned.directory) / "docs"
    assert (docs / "new.md").read_text() == "yes\n"
    assert (owned.scope.write, owned.next_start) == (("src/**", "docs/**"), False)
    await floor.done(AssignScope("asks", scope))
    assert not floor.owned("asks").next_start
    await floor.done(PromptStation("asks", "Once more"))
    await floor.turned(2, "asks")
    if owned.held is not None and owned.held.by is not HeldBy.ADVISORY:
        assert not (docs / "late.md").exists()


async def _rests(floor: Floor, url: str) -> None:
    """One that rests begins no request that waits, and goes on with all of them."""
    options = (("base_url", url),)
    await floor.done(StartStation("builtin", "Write", "slow", model="openai/slow", options=options))
    await until(floor.feed, lambda state: state.stations["slow"].activity.startswith("word"))
    await floor.done(PromptStation("slow", "And the other"))
    await floor.done(FreezeFloor(True))
    await until(floor.feed, lambda state: state.stations["slow"].turns == 2 and not state.owned["slow"].turn_since)
    evidence = floor.state.stations["slow"].evidence
    assert (evidence.status, evidence.reason) == (Status.WAITING, f"{FROZEN}{IN_TURN}")
    await floor.done(FreezeFloor(False))
    await floor.turned(3, "slow")
    seen = floor.state.stations["slow"]
    assert (seen.turns, seen.evidence.status, seen.activity) == (3, Status.IDLE, "I went on.")


async def _family(floor: Floor, log: list[Logged], url: str) -> None:
    """Four spend the budget of their parent at once; a fifth fails."""
    most, each, names = 100_000, 20_000, [f"child-{number}" for number in range(4)]
    boss = StartStation(
        "builtin", "Lead", "boss", model="openai/boss", budget=Budget(tokens=most), options=(("base_url", url),)
    )
    child = replace(boss, text="Write", model="openai/child", parent="boss", budget=Budget(tokens=each))
    await floor.done(boss)
    await floor.turned(1, "boss")
    before = len(log)
    await asyncio.gather(*(floor.done(replace(child, name=name)) for name in names))
    await until(floor.feed, lambda state: all(state.owned[name].share >= 1 for name in names))
    state = await until(
        floor.feed, lambda state: all(state.stations[name].evidence.status is Status.NEEDS_ME for name in names)
    )
    assert all(each <= state.stations[name].meter.tokens.total < each * 1.1 for name in names)
    assert len(log) == before + 4
    refused = await floor.wish(replace(child, name="late"))
    assert not refused.ok and "boss has" in refused.reason
    # What went wrong for one that works for it is told to the parent, which has the rest of its budget for itself.
    lost = replace(child, name="lost", model="openai/lost", budget=Budget(tokens=5_000))
    await floor.done(lost)
    state = await until(floor.feed, lambda state: "lost" in state.owned["boss"].results)
    result = state.owned["boss"].results["lost"]
    assert not result.ok and "the key of the shop is gone" in result.text
    family = ("boss", "lost", *names)
    assert sum(floor.state.stations[name].meter.tokens.total for name in family) < most + each * 0.1 * 4
