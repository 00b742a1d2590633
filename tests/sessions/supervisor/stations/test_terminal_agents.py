"""Claude Code and Codex themselves as stations: in terminals that the keeper holds, inside their boundaries."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.floor.commands import AnswerQuestion, AssignScope, ChangeLife, PromptStation, StartStation
from sessions.floor.ours.lives import Change, Life
from sessions.floor.ours.owned import Question
from sessions.floor.reports import Report
from sessions.floor.scope import Budget, HeldBy, Scope
from sessions.floor.state import Status
from sessions.floor.tokens import Tokens
from sessions.paths import outbox_path
from sessions.stations.boundary import machine
from sessions.stations.keeping.starting import pid_of
from sessions.stations.places import layout
from sessions.stations.places.suspects import Allowed, listing
from sessions.stations.signals import hook
from tests.support.agents.provider import SCRIPT, Provider, provider
from tests.support.house import House
from tests.support.stations.real import KEY, needs, with_programs
from tests.support.stations.yard import Floor, manned, yard_in
from tests.support.supervisor import ended, until

HERE = machine.here()
pytestmark = [
    pytest.mark.skipif(not SCRIPT.is_file(), reason=f"there is no scripted model at {SCRIPT}"),
    pytest.mark.skipif(not HERE.bubblewrap, reason=f"bubblewrap: {HERE.trouble}"),
    pytest.mark.timeout(150),
]
needs_claude, needs_codex = needs("claude"), needs("codex")
NAME = "sam"


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    with_programs(monkeypatch)


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


async def question(floor: Floor) -> Question:
    """What the station asks."""
    state = await until(floor.feed, lambda state: NAME in state.owned and bool(state.owned[NAME].questions))
    return next(iter(state.owned[NAME].questions.values()))


async def idle(floor: Floor, turns: int) -> None:
    """Wait until so many turns have begun, and its agent says that it is idle."""
    await until(
        floor.feed,
        lambda state: (
            state.stations[NAME].turns >= turns
            and not state.owned[NAME].turn_since
            and state.stations[NAME].report is Report.IDLE
        ),
    )


@pytest.fixture
def model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A scripted model that uses a tool of the kind asked for."""
    with provider(prefer=request.param) as served:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", served.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", f"{served.url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        yield served


async def metered(floor: Floor, tokens: Tokens) -> None:
    """Its meter comes to this, to the token; its transcript is read a moment after it is written."""
    await until(floor.feed, lambda state: state.stations[NAME].meter.tokens == tokens)


def killed_supervisor(yard: House) -> None:
    pid = yard.start()
    os.kill(pid, signal.SIGKILL)
    assert ended(pid)


@needs_claude
@pytest.mark.parametrize("model", ["write"], indirect=True)
def test_a_budget_of_one_request_is_one_that_is_done(yard: House, model: Provider) -> None:
    async def scene() -> None:
        async with manned(yard) as floor:
            scope, budget = Scope(write=("*.txt",)), Budget(turns=1)
            await floor.done(StartStation("claude", "Create hello.txt", name=NAME, scope=scope, budget=budget))
            owned = await floor.lives(Life.PAUSED, NAME)
            assert (owned.reason, owned.done) == ("its budget is used up: turns", 1)
            assert await asyncio.to_thread((Path(owned.directory) / "hello.txt").exists)
            assert not (await floor.wish(PromptStation(NAME, "Create another"))).ok
            await floor.done(AssignScope(NAME, scope, Budget(turns=2)))
            await floor.done(PromptStation(NAME, "Create another"))
            await until(floor.feed, lambda state: state.owned[NAME].done == 2)

    asyncio.run(scene())


@needs_claude
@pytest.mark.parametrize("model", ["write"], indirect=True)
def test_an_idle_one_whose_keeper_is_killed_is_as_it_was_when_it_is_back(yard: House, model: Provider) -> None:
    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(StartStation("claude", "Create hello.txt", name=NAME, scope=Scope(write=("*.txt",))))
            await idle(floor, 1)
            await metered(floor, model.tokens)
            before, process = floor.state.stations[NAME], floor.owned(NAME).process
            os.kill(await asyncio.to_thread(pid_of, yard.place.state_dir), signal.SIGKILL)
            await until(floor.feed, lambda state: state.owned[NAME].process not in (0, process))
            await floor.lives(Life.RUNNING, NAME)
            await until(floor.feed, lambda state: state.stations[NAME].report is Report.IDLE)
            back = floor.state.stations[NAME]
            assert (back.activity, back.evidence.status) == (before.activity, Status.IDLE)
            assert back.evidence.since == before.evidence.since

    asyncio.run(scene())


@needs_claude
@pytest.mark.parametrize("model", ["write"], indirect=True)
def test_claude_works_in_its_scope_is_killed_and_goes_on(yard: House, model: Provider) -> None:
    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(StartStation("claude", "Create hello.txt", name=NAME, scope=Scope(write=("*.txt",))))
            owned = await floor.lives(Life.RUNNING, NAME)
            assert owned.held is not None
            assert owned.held.by is HeldBy.BUBBLEWRAP
            await idle(floor, 1)
            two = (PromptStation(NAME, "Create it again"), PromptStation(NAME, "Create another"))
            said = await asyncio.gather(*map(floor.wish, two))
            assert [(reply.ok, reply.reason) for reply in said] == [(True, ""), (False, "it is working")]
            await idle(floor, 2)
            session = floor.state.stations[NAME].session
            assert await asyncio.to_thread((Path(owned.directory) / "hello.txt").exists)
            assert not floor.owned(NAME).violations
            await floor.done(ChangeLife(NAME, Change.KILL))
            await floor.done(ChangeLife(NAME, Change.RESUME))
            await until(floor.feed, lambda state: state.stations[NAME].report is Report.IDLE)
            await floor.done(PromptStation(NAME, "Create a third"))
            await idle(floor, 3)
            assert floor.state.stations[NAME].session == session
            await metered(floor, model.tokens)

    asyncio.run(scene())


@needs_claude
@pytest.mark.parametrize("model", ["write"], indirect=True)
def test_claude_runs_what_the_repository_brings_only_when_that_is_allowed(yard: House, model: Provider) -> None:
    hook = {"hooks": [{"type": "command", "command": "touch $HOME/ran"}]}
    yard.repo.commit({".claude/settings.json": json.dumps({"hooks": {"SessionStart": [hook]}})})

    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(StartStation("claude", "Create hello.txt", name=NAME, scope=Scope(write=("*.txt",))))
            await idle(floor, 1)
            owned = floor.owned(NAME)
            assert ".claude/settings.json" in owned.reason
            place = layout.place_of(yard.place.state_dir, NAME)
            assert not await asyncio.to_thread((place.home / "ran").exists)
            Allowed(yard.place.state_dir).allow(listing(place.work), "ann")
            await floor.done(ChangeLife(NAME, Change.KILL))
            await floor.done(ChangeLife(NAME, Change.RESUME))
            await until(floor.feed, lambda state: state.stations[NAME].report is Report.IDLE)
            await floor.done(PromptStation(NAME, "Create it again"))
            await idle(floor, 2)
            assert floor.owned(NAME).reason == ""
            assert await asyncio.to_thread((place.home / "ran").exists)

    asyncio.run(scene())


@needs_claude
@pytest.mark.parametrize("model", ["write"], indirect=True)
def test_claude_goes_on_where_it_was_allowed_to_write_more(yard: House, model: Provider) -> None:
    yard.repo.commit({"src/a.py": "a\n"}, "more")

    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(StartStation("claude", "Create hello.txt", name=NAME, scope=Scope(write=("src/**",))))
            await idle(floor, 1)
            hello = Path(floor.owned(NAME).directory) / "hello.txt"
            assert not await asyncio.to_thread(hello.exists)
            session = floor.state.stations[NAME].session
            outbox = f"--outbox={outbox_path(yard.place.state_dir) / NAME}"
            asking = asyncio.create_task(asyncio.to_thread(hook.main, ["ask", "scope", outbox, "--", "*.txt"]))
            await floor.done(AnswerQuestion(NAME, (await question(floor)).id, "allow"))
            assert await asking == 0
            await idle(floor, 2)
            owned = floor.owned(NAME)
            assert (owned.next_start, owned.scope.write) == (False, ("src/**", "*.txt"))
            assert floor.state.stations[NAME].session == session
            assert os.access(hello.parent, os.W_OK)

    asyncio.run(scene())


@needs_claude
@pytest.mark.parametrize("model", ["shell"], indirect=True)
def test_claude_waits_for_an_answer_over_the_death_of_its_supervisor(yard: House, model: Provider) -> None:
    async def scene() -> None:
        async with manned(yard) as floor:
            await floor.done(StartStation("claude", "Create hello.txt", name=NAME))
            asked = await question(floor)
            assert "hello.txt" in asked.text
            reply = await floor.wish(PromptStation(NAME, "go on"))
            assert "waits for an answer" in reply.reason
        killed_supervisor(yard)
        async with manned(yard) as floor:
            assert (await question(floor)).id == asked.id
            await floor.done(AnswerQuestion(NAME, asked.id, "allow"))
            await idle(floor, 1)
            directory = Path(floor.owned(NAME).directory)
            assert await asyncio.to_thread((directory / "hello.txt").exists)
            await floor.done(PromptStation(NAME, "Create it again"))
            asked_again = await question(floor)
            await floor.done(AnswerQuestion(NAME, asked_again.id, "deny", "not on a Sunday"))
            await idle(floor, 2)
            await metered(floor, model.tokens)

    asyncio.run(scene())


@needs_codex
@pytest.mark.parametrize("model", ["shell"], indirect=True)
def test_codex_asks_is_killed_and_goes_on(yard: House, model: Provider) -> None:
    async def scene() -> None:
        async with manned(yard) as floor:
            options = (("ask", "Bash"),)
            await floor.done(StartStation("codex", "Create hello.txt", name=NAME, model="gpt-5-codex", options=options))
            asked = await question(floor)
            await floor.done(AnswerQuestion(NAME, asked.id, "allow"))
            await idle(floor, 1)
            session, directory = floor.state.stations[NAME].session, Path(floor.owned(NAME).directory)
            assert await asyncio.to_thread((directory / "hello.txt").exists)
        killed_supervisor(yard)
        async with manned(yard) as floor:
            await floor.done(PromptStation(NAME, "Create it again"))
            asked = await question(floor)
            await floor.done(AnswerQuestion(NAME, asked.id, "deny", "not on a Sunday"))
            await idle(floor, 2)
            await floor.done(ChangeLife(NAME, Change.KILL))
            await floor.done(ChangeLife(NAME, Change.RESUME))
            await floor.done(PromptStation(NAME, "Create a third"))
            asked = await question(floor)
            await floor.done(AnswerQuestion(NAME, asked.id, "allow"))
            await idle(floor, 3)
            assert floor.state.stations[NAME].session == session
            assert model.untold.total
            await metered(floor, model.tokens - model.untold)

    asyncio.run(scene())
