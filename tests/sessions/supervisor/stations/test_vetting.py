"""What can be known to fail is refused, and nothing of it is there afterwards: no station, no branch, no place."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from sessions.floor.commands import StartStation
from sessions.floor.scope import Budget, Mode, Scope
from tests.support.house import House
from tests.support.stations.yard import PARROT, manned, yard_in

COMMAND = StartStation("command", name="sam", mode=Mode.FULL, options=(("command", "true"),))


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


def test_a_start_that_can_be_known_to_fail_leaves_nothing_and_its_name_free(yard: House) -> None:
    yard.repo.commit({"src/a.py": "a\n", "src/a.d/x": "x\n"}, "Make directories")
    yard.repo.git("branch", "busy/one")
    branches = yard.repo.git("branch", "--list")
    refused = {
        "needs a command": replace(COMMAND, options=()),
        "no command line": replace(COMMAND, options=(("command", "sh -c 'x"),)),
        "takes a task": replace(COMMAND, options=(("command", "sh -c {task}"),)),
        "no program nowhere-to-be-found in the PATH": replace(COMMAND, options=(("command", "nowhere-to-be-found"),)),
        "no program /nowhere/at/all": replace(COMMAND, options=(("command", "/nowhere/at/all"),)),
        "no option 'bogus'": replace(COMMAND, options=(("bogus", "1"), *COMMAND.options)),
        "src is a directory: write src/**": replace(COMMAND, scope=Scope(write=("src",))),
        "src/a.d is a directory": replace(COMMAND, scope=Scope(read=("src/a.d",))),
        "src/a.py is a file": replace(COMMAND, scope=Scope(write=("src/a.py/**",))),
        "no commit nosuchref": replace(COMMAND, start="nosuchref"),
        "main is checked out in": replace(COMMAND, branch="main"),
        "there is a branch busy/one": replace(COMMAND, branch="busy"),
    }

    async def check() -> None:
        async with manned(yard) as floor:
            for words, wish in refused.items():
                reply = await floor.wish(wish)
                assert not reply.ok and words in reply.reason, (words, reply)
                assert reply.cure
            assert not floor.state.owned and not floor.state.stations and not floor.state.intents
            assert yard.repo.git("branch", "--list") == branches
            assert await floor.done(COMMAND) == "sam"

    asyncio.run(check())


def test_what_is_wrong_with_it_alone_is_said_before_what_others_have(yard: House) -> None:
    async def check() -> None:
        async with manned(yard) as floor:
            await floor.done(replace(PARROT, scope=Scope(write=("ui/**",), exclusive=True)))
            reply = await floor.wish(replace(COMMAND, start="nosuchref"))
            assert "nosuchref" in reply.reason

    asyncio.run(check())


def test_a_kind_whose_package_is_missing_is_refused_whatever_is_named(
    yard: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions.stations.builtin.kind.NEEDED", ("no_such_package",))
    monkeypatch.setattr("sessions.stations.acp.kind.PACKAGE", "no_such_package")

    async def check() -> None:
        async with manned(yard) as floor:
            for wish in (StartStation("builtin", model="openai/x"), StartStation("acp", options=COMMAND.options)):
                reply = await floor.wish(wish)
                assert "not installed" in reply.reason and "pipx install" in reply.cure
            assert not floor.state.owned

    asyncio.run(check())


def test_dollars_of_the_built_in_agent_need_a_price(yard: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessions.stations.builtin.kind.NEEDED", ())

    async def check() -> None:
        async with manned(yard) as floor:
            reply = await floor.wish(StartStation("builtin", model="nobody/knows", budget=Budget(dollars=1.0)))
            assert "the price of nobody/knows is not known" in reply.reason and "`prices` in config.toml" in reply.cure
            assert not floor.state.owned

    asyncio.run(check())


def test_a_plugin_that_does_not_say_its_options_is_given_any(yard: House) -> None:
    async def check() -> None:
        async with manned(yard) as floor:
            await floor.done(replace(PARROT, options=(("bogus", "1"),)))

    asyncio.run(check())


def test_a_command_that_was_given_before_is_what_it_came_to(yard: House) -> None:
    """Also where it would be refused by now."""
    from sessions import operator

    command = operator.command(replace(COMMAND, branch="mine"))

    async def check() -> None:
        async with manned(yard) as floor:
            first = await floor.work.obey(command)
            assert first.ok and await floor.work.obey(command) == first

    asyncio.run(check())
