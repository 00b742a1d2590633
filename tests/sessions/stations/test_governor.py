"""Starts are paced by memory, load and provider; what waits says for what, and nobody waits for load alone for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from sessions.stations import kinds
from sessions.stations.running import governor
from sessions.stations.running.governor import AT_ONCE, AT_PROVIDER, Governor, Turn, nothing, scarce
from sessions.stations.running.needs import provider_of


class Start:
    """One that is wanted, and what it was told."""

    def __init__(self, governor: Governor, provider: str = "", limited: Callable[[], str] = nothing) -> None:
        self.told: list[str] = []
        self.wanted, self.over = True, asyncio.Event()
        self.under_way, self.heard = asyncio.Event(), asyncio.Event()
        self._turn = Turn(self._tell, lambda: self.wanted, provider, limited)
        self.task = asyncio.create_task(self._run(governor))

    async def _tell(self, reason: str) -> None:
        self.told.append(reason)
        self.heard.set()

    async def _run(self, governor: Governor) -> None:
        async with governor.let(self._turn):
            self.under_way.set()
            await self.over.wait()


def run(check: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await check()

    asyncio.run(bounded())


async def ended(*starts: Start) -> None:
    for start in starts:
        start.over.set()
    await asyncio.gather(*(start.task for start in starts))


def idle(**reasons: Callable[[], str]) -> Governor:
    return Governor(**({"short": nothing, "loaded": nothing} | reasons))


def test_a_provider_that_is_slow_keeps_nobody_from_starting_at_another() -> None:
    async def check() -> None:
        paced = idle()
        slow = [Start(paced, "slow.example") for _ in range(AT_PROVIDER + 1)]
        await slow[-1].heard.wait()
        assert slow[-1].told == ["waits for other starts at slow.example"]
        other = Start(paced, "quick.example")
        await other.under_way.wait()
        assert not slow[-1].under_way.is_set()
        await ended(slow[0])
        await slow[-1].under_way.wait()
        assert slow[-1].told == ["waits for other starts at slow.example", ""], "nothing keeps it any more"
        await ended(other, *slow)

    run(check)


def test_all_together_are_bounded_and_come_in_order() -> None:
    async def check() -> None:
        paced = idle()
        starts = [Start(paced, f"p{number}") for number in range(AT_ONCE + 2)]
        await starts[-1].heard.wait()
        assert [start.told for start in starts[AT_ONCE:]] == [["waits for other starts"]] * 2
        await ended(starts[0])
        await starts[AT_ONCE].under_way.wait()
        assert not starts[-1].under_way.is_set()
        await ended(*starts)

    run(check)


@pytest.mark.parametrize("how", ["load", "provider"])
def test_load_and_a_provider_that_lets_others_wait_only_slow_down(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(governor, "SLOWLY_S", 0.05)
    reason = "waits for the processor: load 9.0 on each"

    async def check() -> None:
        paced = idle(loaded=lambda: reason * (how == "load"))
        starts = [Start(paced, "p", lambda: reason * (how == "provider")) for _ in range(3)]
        for start in starts:
            await start.under_way.wait()
        assert starts[0].told == []
        assert starts[1].told[0] == starts[2].told[0] == reason
        await ended(*starts)

    run(check)


def test_one_after_the_other_starts_at_once_under_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(governor, "SLOWLY_S", 100.0)

    async def check() -> None:
        paced = idle(loaded=lambda: "waits for the processor: load 9.0 on each")
        starts = [Start(paced) for _ in range(3)]
        for start in starts:  # the load is in part that of the one before
            await start.under_way.wait()
            assert [other.under_way.is_set() for other in starts].count(True) == starts.index(start) + 1
            await ended(start)

    run(check)


def test_memory_is_waited_for_and_who_is_stopped_meanwhile_leaves_the_line() -> None:
    async def check() -> None:
        reason = "waits for memory: 3 MB are free"
        paced = idle(short=lambda: reason)
        start = Start(paced)
        await start.heard.wait()
        assert (start.told, start.under_way.is_set()) == ([reason], False)
        start.wanted = False
        paced.again()
        await start.under_way.wait()
        assert start.told == [reason], "whoever asked for it looks again"
        await ended(start)

    run(check)


def test_all_wait_while_it_is_barred_and_go_at_once_when_it_is_not() -> None:
    async def check() -> None:
        barred = ["waits for the thaw"]
        paced = idle(barred=lambda: "".join(barred))
        starts = [Start(paced) for _ in range(AT_ONCE + 1)]
        for start in starts:
            await start.heard.wait()
            assert start.told == ["waits for the thaw"]
        barred.clear()
        paced.again()
        await starts[AT_ONCE - 1].under_way.wait()
        await ended(*starts)

    run(check)


def test_what_the_machine_is_short_of_is_told_in_words(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 8000000 kB\nMemAvailable: 102400 kB\n")
    assert scarce(meminfo) == "waits for memory: 100 MB are free"
    meminfo.write_text("MemAvailable: 8000000 kB\n")
    assert scarce(meminfo) == ""
    meminfo.write_text("what is this")
    assert scarce(meminfo) == scarce(tmp_path / "nowhere") == ""


@pytest.mark.parametrize(
    ("kind", "model", "options", "environment", "provider"),
    [
        ("claude", "", {}, {}, "anthropic"),
        ("claude-agent-acp", "opus", {}, {}, "anthropic"),
        ("claude", "", {}, {"ANTHROPIC_BASE_URL": "http://u:p@127.0.0.1:18080/v1"}, "127.0.0.1:18080"),
        ("codex", "", {}, {"OPENAI_API_KEY": "k"}, "openai"),
        ("gemini", "", {}, {}, "google"),
        ("opencode", "openrouter/some/model", {}, {}, "openrouter"),
        ("builtin", "mistral/large", {}, {}, "mistral"),
        ("builtin", "openai/x", {"base_url": "http://127.0.0.1:9/v1"}, {}, "127.0.0.1:9"),
        ("command", "", {"command": "make"}, {}, ""),
        ("qwen", "", {}, {}, "qwen"),
    ],
)
def test_who_answers_for_a_stations_model(
    kind: str, model: str, options: Mapping[str, str], environment: Mapping[str, str], provider: str
) -> None:
    assert provider_of(kinds.load(kind), model, options, environment) == provider
