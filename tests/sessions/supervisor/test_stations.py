"""Stations of ours under their supervisor: started, spoken to, ended, and there again whoever is killed."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.asking.past_questions import FloorNow, whole_floor
from sessions.floor.commands import (
    AnswerQuestion,
    AssignScope,
    ChangeLife,
    FreezeFloor,
    PromptStation,
    SettleCase,
    StartStation,
)
from sessions.floor.ours.changes import rebooted
from sessions.floor.ours.family import orphaned, unheard_ends, untold
from sessions.floor.ours.lives import REBOOTED, Change, Life
from sessions.floor.scope import Budget, HeldBy, Scope
from sessions.floor.state import FloorState, Status
from sessions.floor.triage.case import Act, Kind
from sessions.headless.supervised import Supervised
from sessions.stations.boundary import groups
from sessions.stations.contract import Brief, LostSessionError
from sessions.stations.hosting import client
from sessions.stations.hosting.client import Host
from sessions.stations.places import layout
from sessions.stations.running.governor import AT_PROVIDER
from sessions.stations.signals import tools
from sessions.stations.signals.tools import Tools
from sessions.supervisor.services.stations import crew, starting
from sessions.supervisor.services.stations.families import Families
from sessions.supervisor.services.stations.starting import Starting
from tests.support.house import House
from tests.support.stations.yard import PARROT, Floor, ended_all, manned, yard_in
from tests.support.supervisor import ended, until


@pytest.fixture
def yard(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from yard_in(monkeypatch)


def test_a_station_starts_in_a_place_of_its_own_inside_its_boundary_and_takes_its_task(yard: House) -> None:
    async def check(floor: Floor) -> None:
        assert await floor.done(PARROT) == "polly"
        await floor.turned(1)
        station, owned = floor.state.stations["polly"], floor.owned()
        assert (owned.life, owned.branch, station.activity) == (Life.RUNNING, "station/polly", "hello")
        directory = Path(owned.directory)
        assert await asyncio.to_thread((directory / "README").read_text) == "hello\n"
        assert not directory.is_relative_to(yard.repo.path)
        assert owned.held is not None
        assert owned.held.by is HeldBy.BUBBLEWRAP or owned.held.why
        assert owned.process and owned.started
        assert not floor.state.intents

    asyncio.run(_in(yard, check))


def test_a_new_branch_begins_at_the_base_whatever_is_checked_out(yard: House) -> None:
    base = yard.repo.git("rev-parse", "main").strip()
    yard.repo.git("switch", "-qc", "feature/other")
    yard.repo.commit({"other": "x\n"}, "not of the base")

    async def check(floor: Floor) -> None:
        await floor.done(StartStation("parrot", name="polly"))
        await floor.done(StartStation("parrot", name="kiki", start="feature/other"))
        assert (floor.owned().base, floor.owned("kiki").base) == (base, yard.repo.git("rev-parse", "HEAD").strip())

    asyncio.run(_in(yard, check))


def test_the_first_to_start_may_start_at_the_same_moment(yard: House, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[Path] = []
    all_have_places = threading.Event()

    def install(directory: Path) -> Tools:
        installed.append(directory)
        all_have_places.wait()
        return tools.install(directory)

    async def check(floor: Floor) -> None:
        starts = [asyncio.create_task(floor.done(StartStation("parrot", name=f"poll-{n}"))) for n in range(AT_PROVIDER)]
        await until(
            floor.feed, lambda state: sum(bool(known.directory) for known in state.owned.values()) == AT_PROVIDER
        )
        all_have_places.set()
        await asyncio.gather(*starts)
        assert {known.life for known in floor.state.owned.values()} == {Life.RUNNING}

    monkeypatch.setattr(starting, "install", install)
    asyncio.run(_in(yard, check))
    assert len(installed) == 1


def test_what_is_said_comes_once_and_in_order(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        for number in range(5):
            await floor.done(PromptStation("polly", f"say {number}"))
            await floor.turned(number + 2)
        assert floor.state.stations["polly"].turns == 6

    asyncio.run(_in(yard, check))


def test_a_question_waits_for_its_answer_and_takes_it_once(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        await floor.done(PromptStation("polly", "ask"))
        state = await until(floor.feed, lambda state: bool(state.owned["polly"].questions))
        (question,) = state.owned["polly"].questions.values()
        assert (question.tool, question.text) == ("squawk", "squawk loudly")
        assert state.stations["polly"].evidence.status is Status.NEEDS_ME
        both = await asyncio.gather(
            floor.wish(AnswerQuestion("polly", question.id, "deny")),
            floor.wish(AnswerQuestion("polly", question.id, "allow")),
        )
        assert sorted(reply.ok for reply in both) == [False, True]
        await floor.turned(2)
        assert not floor.owned().questions
        assert floor.state.stations["polly"].activity in ("deny", "allow")

    asyncio.run(_in(yard, check))


def test_an_end_is_an_end_and_a_station_can_be_brought_back_to_its_conversation(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        session = floor.state.stations["polly"].session
        for change, life in ((Change.STOP, Life.STOPPED), (Change.KILL, Life.KILLED)):
            await floor.done(ChangeLife("polly", change))
            assert floor.owned().life is life
            counted = groups.group(Path(floor.owned().directory))
            assert counted is None or not counted.exists()
            assert not (await floor.wish(PromptStation("polly", "say x"))).ok
            await floor.done(ChangeLife("polly", Change.RESUME))
            assert floor.owned().life is Life.RUNNING
            assert floor.state.stations["polly"].session == session
        await floor.done(ChangeLife("polly", Change.RESUME, fresh=True))
        assert floor.state.stations["polly"].session != session
        assert floor.state.stations["polly"].turns == 1  # its task is not given twice
        await floor.done(ChangeLife("polly", Change.RESUME, fresh=True, words="say again"))
        await floor.turned(2)
        assert floor.state.stations["polly"].activity == "again"
        await floor.done(ChangeLife("polly", Change.PAUSE))
        await floor.done(ChangeLife("polly", Change.RESUME, words="say on"))
        await floor.turned(3)
        assert floor.state.stations["polly"].activity == "on"

    asyncio.run(_in(yard, check))


def test_a_case_is_settled_by_what_it_means_and_with_its_own_words(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        await floor.done(PromptStation("polly", "ask may I"))
        await until(floor.feed, lambda state: bool(state.cases))
        (case,) = floor.state.cases.values()
        assert (case.kind, case.station) == (Kind.PERMISSION, "polly")
        await floor.done(SettleCase(case.id, Act.DENY, text="not today"))
        await floor.turned(2)
        settled = floor.state.settled[case.id]
        assert (settled.act, settled.why, floor.owned().questions) == (Act.DENY, "not today", {})
        assert not (await floor.wish(SettleCase(case.id, Act.ALLOW))).ok

    asyncio.run(_in(yard, check))


def test_of_two_conversations_in_one_place_the_second_is_gone_on_with(yard: House) -> None:
    """Case 7."""

    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        first = floor.state.stations["polly"].session
        await floor.done(ChangeLife("polly", Change.RESUME, fresh=True))
        second = floor.state.stations["polly"].session
        assert second != first
        before = floor.owned().process
        os.kill(before, signal.SIGKILL)
        await until(
            floor.feed,
            lambda state: state.owned["polly"].life is Life.RUNNING and state.owned["polly"].process != before,
        )
        assert floor.state.stations["polly"].session == second

    asyncio.run(_in(yard, check))


def test_a_turn_is_interrupted_and_the_floor_frozen_and_thawed(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        await floor.done(PromptStation("polly", "wait"))
        await until(floor.feed, lambda state: bool(state.owned["polly"].turn_since))
        await floor.done(ChangeLife("polly", Change.INTERRUPT))
        assert floor.state.stations["polly"].evidence.reason == "interrupted by the operator"
        await floor.done(FreezeFloor(True))
        assert (floor.state.frozen, floor.owned().life) == (True, Life.PAUSED)
        await floor.done(FreezeFloor(False))
        assert (floor.state.frozen, floor.owned().life) == (False, Life.RUNNING)
        await floor.done(ChangeLife("polly", Change.PAUSE))
        await floor.done(FreezeFloor(True))
        await floor.done(FreezeFloor(False))
        assert floor.owned().life is Life.PAUSED, "it rests for another reason"
        assert floor.state.stations["polly"].turns == 2, "it had nothing to go on with"

    asyncio.run(_in(yard, check))


def test_nobody_starts_on_a_frozen_floor_before_the_thaw_or_at_all_when_stopped_meanwhile(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(FreezeFloor(True))
        starts = [asyncio.create_task(floor.done(StartStation("parrot", "say hi", name=name))) for name in "abc"]
        for name in "abc":
            await until(floor.feed, partial(_waits_for, name, "waits for the thaw: the floor is frozen"))
        await floor.done(ChangeLife("b", Change.STOP))
        await asyncio.gather(*starts)
        assert floor.owned("b").life is Life.STOPPED
        assert floor.owned("a").life is Life.WAITING
        await floor.done(FreezeFloor(False))
        for name in "ac":
            await floor.lives(Life.RUNNING, name)
        assert floor.owned("b").life is Life.STOPPED
        assert not await asyncio.to_thread(layout.root_of(yard.place.state_dir, "b").exists), "it never began"

    asyncio.run(_in(yard, check))


def test_a_station_that_begins_while_the_floor_freezes_rests_with_all_others_and_has_its_task(
    yard: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins, frozen = asyncio.Event(), asyncio.Event()
    started = Starting.start

    async def late(self: Starting, station: str, fresh: bool, words: str, back: str = "") -> bool:
        begins.set()
        await frozen.wait()
        return await started(self, station, fresh, words, back)

    async def check(floor: Floor) -> None:
        start = asyncio.create_task(floor.done(PARROT))
        await begins.wait()
        freezing = asyncio.create_task(floor.done(FreezeFloor(True)))
        await until(floor.feed, lambda state: state.frozen)
        frozen.set()
        await asyncio.gather(start, freezing)
        assert (floor.owned().life, floor.owned().reason[:19]) == (Life.PAUSED, "the floor is frozen")
        await floor.done(FreezeFloor(False))
        await floor.turned(1)

    monkeypatch.setattr(Starting, "start", late)
    asyncio.run(_in(yard, check))


def test_a_host_that_goes_in_the_middle_of_a_start_leaves_no_station_waiting(
    yard: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = itertools.count()
    begin = Host.begin

    async def broken(host: Host, kind: str, brief: Brief, id: str = "") -> int:
        if next(tries) == 0:
            os.kill(host.ready.pid, signal.SIGKILL)
        return await begin(host, kind, brief, id)

    async def check(floor: Floor) -> None:
        await floor.done(StartStation("parrot", name="polly"))
        assert (floor.owned().life, floor.owned().failures) == (Life.RUNNING, 1)

    monkeypatch.setattr(Host, "begin", broken)
    asyncio.run(_in(yard, check))


def test_a_program_that_was_halted_works_on_after_the_thaw_and_under_another_supervisor(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(StartStation("command", "go", name="polly", options=(("command", "sleep 600"),)))
        for frozen, status in ((False, Status.WORKING), (True, Status.WAITING), (False, Status.WORKING)):
            await floor.done(FreezeFloor(frozen))
            assert floor.state.stations["polly"].evidence.status is status

    async def again(floor: Floor) -> None:
        await floor.done(FreezeFloor(False))  # once it is known what runs
        assert (floor.owned().life, floor.state.stations["polly"].evidence.status) == (Life.RUNNING, Status.WORKING)

    asyncio.run(_in(yard, check))
    asyncio.run(_in(yard, again))


def test_who_rests_in_the_middle_of_a_turn_goes_on_with_it(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        await floor.done(PromptStation("polly", "wait"))
        await until(floor.feed, lambda state: bool(state.owned["polly"].turn_since))
        await floor.done(ChangeLife("polly", Change.PAUSE))
        assert floor.owned().reason == "paused by the operator, in the middle of its turn"
        await floor.done(ChangeLife("polly", Change.RESUME))
        await floor.turned(3)
        assert "Go on" in floor.state.stations["polly"].activity

    asyncio.run(_in(yard, check))


def test_another_scope_is_the_stations_from_then_on(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.done(AssignScope("polly", Scope(write=("src/**",)), Budget(turns=9)))
        assert (floor.owned().scope.write, floor.owned().budget.turns) == (("src/**",), 9)

    asyncio.run(_in(yard, check))


def test_what_cannot_start_is_refused_before_anything_of_it_is_there(yard: House) -> None:
    async def check(floor: Floor) -> None:
        reply = await floor.wish(StartStation("parrot-newer", name="late"))
        assert not reply.ok
        assert "newer factory-tui" in reply.reason
        reply = await floor.wish(StartStation("nothing", name="none"))
        assert "no kind of agent" in reply.reason
        assert not floor.state.owned and not floor.state.intents

    asyncio.run(_in(yard, check))


def test_a_killed_supervisor_is_followed_by_one_that_finds_all_stations_again(yard: House) -> None:
    async def before(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.done(StartStation("parrot", "say hi", name="poll-2"))
        processes.append(floor.owned().process)

    async def after(floor: Floor) -> None:
        await floor.done(PromptStation("polly", "say again"))
        await floor.turned(2)
        assert [floor.owned().process] == processes
        assert floor.owned("poll-2").life is Life.RUNNING

    processes: list[int] = []
    asyncio.run(_in(yard, before))
    pid = yard.start()
    os.kill(pid, signal.SIGKILL)
    assert ended(pid)
    asyncio.run(_in(yard, after))


def test_a_killed_host_costs_no_station_its_conversation(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        session, process = floor.state.stations["polly"].session, floor.owned().process
        os.kill(process, signal.SIGKILL)
        await until(floor.feed, lambda state: state.owned["polly"].process not in (0, process))
        assert floor.owned().life is Life.RUNNING
        assert floor.state.stations["polly"].session == session
        await floor.done(PromptStation("polly", "say again"))
        await floor.turned(2)

    asyncio.run(_in(yard, check))


def test_a_host_that_hangs_is_ended_with_the_station_that_is_killed_and_the_others_come_back(
    yard: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(StartStation("parrot", name="polly"))
        await floor.done(StartStation("parrot", name="kiki"))
        process = floor.owned().process
        assert floor.owned("kiki").process == process
        os.kill(process, signal.SIGSTOP)
        asked = client.Host._hears

        async def hears(host: client.Host) -> None:
            if host.ready.pid == process:  # any other is waited for, however slow it is
                await asked(host)

        with monkeypatch.context() as short:
            short.setattr(client, "ANSWER_S", 0.1)
            short.setattr(client.Host, "_hears", hears)
            refused = await floor.wish(PromptStation("kiki", "say hi"))
            assert (refused.ok, "does not answer" in refused.reason) == (False, True)
            await floor.done(ChangeLife("polly", Change.KILL))
        await until(floor.feed, lambda state: state.owned["kiki"].process not in (0, process))
        assert (floor.owned().life, floor.owned("kiki").life) == (Life.KILLED, Life.RUNNING)
        await floor.done(PromptStation("kiki", "say again"))

    asyncio.run(_in(yard, check))


def test_a_turn_that_was_broken_off_with_the_process_is_seen_as_such_until_it_is_asked_to_go_on(yard: House) -> None:
    """Brought back to its conversation and idle, it would look as if it had done what it was at."""

    async def check(floor: Floor) -> None:
        await floor.done(StartStation("parrot", "wait", name="polly"))
        await until(floor.feed, lambda state: bool(state.owned["polly"].turn_since))
        process = floor.owned().process
        os.kill(process, signal.SIGKILL)
        await until(floor.feed, lambda state: "broken off" in state.stations["polly"].evidence.reason)
        assert floor.owned().life is Life.RUNNING
        assert floor.owned().process != process
        seen = floor.state.stations["polly"]
        assert seen.evidence.status is Status.FAILED
        assert "its host ended" in seen.evidence.reason
        await floor.done(PromptStation("polly", "say again"))
        await until(floor.feed, lambda state: state.stations["polly"].evidence.status is Status.IDLE)

    asyncio.run(_in(yard, check))


def test_what_is_lost_again_and_again_is_held_back_with_its_evidence(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(StartStation("parrot", "wait", name="polly"))
        for _ in range(3):
            owned = await floor.lives(Life.RUNNING)
            os.kill(owned.process, signal.SIGKILL)
            await until(floor.feed, partial(_failed_again, owned.failures))
        held = await floor.lives(Life.HELD)
        assert "3 times" in held.reason
        await floor.done(ChangeLife("polly", Change.RESUME))
        assert floor.owned().life is Life.RUNNING

    asyncio.run(_in(yard, check))


def test_what_died_with_the_supervisor_is_brought_back_by_the_next(yard: House) -> None:
    async def before(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        found.append(floor.state.stations["polly"].session)
        found.append(str(floor.owned().process))

    async def after(floor: Floor) -> None:
        await until(floor.feed, lambda state: state.owned["polly"].process not in (0, int(found[1])))
        assert floor.state.stations["polly"].session == found[0]
        assert floor.owned().life is Life.RUNNING

    found: list[str] = []
    asyncio.run(_in(yard, before))
    os.kill(int(found[1]), signal.SIGKILL)
    asyncio.run(_in(yard, after))


def test_after_a_start_of_the_machine_the_operator_says_what_is_brought_back(
    yard: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def before(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)

    async def after(floor: Floor) -> None:
        owned = await floor.lives(Life.LOST)
        assert owned.reason == REBOOTED
        assert rebooted(floor.state.owned) == ("polly",)
        await floor.done(ChangeLife("polly", Change.RESUME))
        assert floor.owned().life is Life.RUNNING
        assert floor.state.stations["polly"].turns == 1
        assert not rebooted(floor.state.owned)

    asyncio.run(_in(yard, before))
    asyncio.run(ended_all(yard.place.state_dir))
    monkeypatch.setattr(crew, "boot_id", lambda: b"another")
    asyncio.run(_in(yard, after))


def test_done_is_done_also_for_the_next_supervisor(yard: House) -> None:
    async def before(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.done(ChangeLife("polly", Change.STOP))

    async def after(floor: Floor) -> None:
        assert floor.owned().life is Life.STOPPED

    asyncio.run(_in(yard, before))
    for _ in range(2):
        asyncio.run(_in(yard, after))


def test_what_a_station_commits_arrives_on_its_branch(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        place = Path(floor.owned().directory)
        head = await asyncio.to_thread(yard.repo.commit, {"new.txt": "new\n"}, "by the station", place)
        state = await until(floor.feed, lambda state: state.owned["polly"].head == head)
        assert state.owned["polly"].arrived == 1
        assert yard.repo.git("rev-parse", "station/polly") == head

    asyncio.run(_in(yard, check))


def test_what_is_committed_outside_the_scope_is_kept_and_told(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(replace(PARROT, scope=Scope(write=("src/**",))))
        before = yard.repo.git("rev-parse", "station/polly")
        place = Path(floor.owned().directory)
        head = await asyncio.to_thread(yard.repo.commit, {"other.txt": "x\n"}, "not its business", place)
        state = await until(floor.feed, lambda state: bool(state.owned["polly"].kept))
        owned = state.owned["polly"]
        assert (owned.violations, owned.violated) == (1, "commit other.txt")
        assert yard.repo.git("rev-parse", owned.kept[0]) == head
        assert yard.repo.git("rev-parse", "station/polly") == before

    asyncio.run(_in(yard, check))


def test_a_station_rests_when_its_budget_is_used_up_and_goes_on_with_more(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(replace(PARROT, budget=Budget(turns=5)))
        for number in range(2, 5):
            await floor.done(PromptStation("polly", f"say {number}"))
            await floor.turned(number)
        state = await until(floor.feed, lambda state: bool(state.owned["polly"].share))
        assert state.owned["polly"].share == 0.8
        await floor.done(PromptStation("polly", "say the last"))
        owned = await floor.lives(Life.PAUSED)
        assert owned.reason == "its budget is used up: turns"
        assert floor.state.stations["polly"].activity == "the last", "it was done first"
        await until(floor.feed, lambda state: state.stations["polly"].evidence.status is Status.NEEDS_ME)
        for wish in (PromptStation("polly", "say x"), ChangeLife("polly", Change.RESUME)):
            refused = await floor.wish(wish)
            assert (refused.ok, refused.reason) == (False, "its budget is used up: turns")
            assert refused.cure == "give it more: factory-tui scope polly --turns N"
        await floor.done(FreezeFloor(True))
        await floor.done(AssignScope("polly", Scope(), Budget(turns=50)))
        assert floor.owned().life is Life.PAUSED, "the floor is frozen"
        refused = await floor.wish(ChangeLife("polly", Change.RESUME))
        assert (refused.ok, refused.reason) == (False, "the floor is frozen")
        await floor.done(FreezeFloor(False))
        assert floor.owned().life is Life.RUNNING
        await floor.done(PromptStation("polly", "say more"))
        await floor.turned(6)

    asyncio.run(_in(yard, check))


def test_a_used_up_budget_holds_for_one_that_is_brought_back(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(replace(PARROT, budget=Budget(turns=1)))
        owned = await floor.lives(Life.PAUSED)
        os.kill(owned.process, signal.SIGKILL)

        def rests(state: FloorState) -> bool:
            known, seen = state.owned["polly"], state.stations["polly"]
            again = known.life is Life.PAUSED and known.process != owned.process
            return again and seen.evidence.status is Status.NEEDS_ME

        state = await until(floor.feed, rests)
        assert state.owned["polly"].reason == "its budget is used up: turns"
        assert not (await floor.wish(PromptStation("polly", "say x"))).ok
        await floor.done(AssignScope("polly", Scope(), Budget(turns=9)))
        await floor.done(PromptStation("polly", "say more"))
        await floor.turned(2)
        assert floor.state.stations["polly"].activity == "more"

    asyncio.run(_in(yard, check))


def test_what_was_paused_is_paused_when_it_is_brought_back(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        await floor.done(ChangeLife("polly", Change.PAUSE))
        owned = floor.owned()
        os.kill(owned.process, signal.SIGKILL)
        state = await until(floor.feed, partial(_rests_in_another, owned.process))
        assert state.owned["polly"].reason == owned.reason == "paused by the operator"
        await floor.done(ChangeLife("polly", Change.RESUME))
        await floor.done(PromptStation("polly", "say more"))
        await floor.turned(2)

    asyncio.run(_in(yard, check))


def test_the_time_of_a_turn_is_bounded_while_it_goes_on(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(replace(PARROT, text="wait", budget=Budget(seconds=0.2)))
        owned = await floor.lives(Life.PAUSED)
        assert owned.reason.startswith("its budget is used up: seconds")

    asyncio.run(_in(yard, check))


def test_the_time_of_a_program_that_tells_no_turns_is_bounded_and_what_is_not_is_said(yard: House) -> None:
    async def check(floor: Floor) -> None:
        command = (("command", "sleep 600"),)
        await floor.done(StartStation("command", name="polly", options=command, budget=Budget(tokens=5, seconds=0.3)))
        owned = await floor.lives(Life.PAUSED)
        assert owned.reason == "its budget is used up: seconds"
        await until(floor.feed, lambda state: state.stations["polly"].evidence.status is Status.NEEDS_ME)
        await floor.done(AssignScope("polly", Scope(), Budget(tokens=5)))
        assert (await floor.lives(Life.RUNNING)).process == owned.process
        await floor.done(StartStation("command", name="kiki", options=command, budget=Budget(tokens=5)))
        assert "only minutes" in floor.owned("kiki").reason

    asyncio.run(_in(yard, check))


def test_the_time_of_a_turn_is_bounded_over_the_end_of_a_supervisor(yard: House) -> None:
    async def before(floor: Floor) -> None:
        await floor.done(replace(PARROT, text="wait", budget=Budget(seconds=3.0)))
        await until(floor.feed, lambda state: bool(state.owned["polly"].turn_since))

    async def after(floor: Floor) -> None:
        assert (await floor.lives(Life.PAUSED)).reason.startswith("its budget is used up: seconds")

    asyncio.run(_in(yard, before))
    asyncio.run(_in(yard, after))


def test_what_a_spawned_station_comes_to_goes_back_to_its_parent(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        assert await floor.done(StartStation("parrot", "say found it", name="chick", parent="polly")) == "chick"
        await floor.turned(2)
        state = await until(floor.feed, lambda state: "chick" in state.owned["polly"].results)
        result = state.owned["polly"].results["chick"]
        assert (result.ok, result.text, result.delivered) == (True, "found it", True)
        assert "chick" in state.stations["polly"].activity
        assert state.owned["chick"].start == "station/polly"

    asyncio.run(_in(yard, check))


def test_what_a_family_gives_away_is_its_parents_no_more_until_it_comes_back(
    yard: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    own: list[int] = []
    assign = Host.assign

    async def assigned(
        host: Host, station: str, scope: Scope, budget: Budget, id: str = "", brief: Brief | None = None
    ) -> bool:
        assert (station, brief) == ("polly", None)
        own.append(budget.turns)
        return await assign(host, station, scope, budget, id)

    def left() -> object:
        return json.loads((yard.place.state_dir / "standing" / "polly" / "station.json").read_text())["left"]

    async def check(floor: Floor) -> None:
        await floor.done(replace(PARROT, text="", budget=Budget(turns=10)))
        chick = replace(PARROT, text="", parent="polly", budget=Budget(turns=2))
        names = [await floor.done(replace(chick, name=f"chick-{number}")) for number in range(4)]
        refused = await floor.wish(replace(chick, name="late", budget=Budget(turns=3)))
        assert not refused.ok and "polly has 2 turns left" in refused.reason
        await floor.done(AssignScope("polly", Scope(), Budget(turns=11)))
        assert left() == {"turns": 3}
        for name in names:
            await floor.done(ChangeLife(name, Change.KILL))
        await floor.turned(4)  # it was told of each
        await floor.done(AssignScope("polly", Scope(), Budget(turns=20)))
        assert left() == {"turns": 16}

    monkeypatch.setattr(Host, "assign", assigned)
    asyncio.run(_in(yard, check))
    assert min(own) == 2 and own[-1] == 20


def test_the_loss_of_a_childs_conversation_is_told_to_its_parent(yard: House, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Host.begin

    async def forgetful(host: Host, kind: str, brief: Brief) -> int:
        if brief.session:
            raise LostSessionError("its transcript is gone", "begin a new one")
        return await begin(host, kind, brief)

    async def check(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.done(StartStation("parrot", name="chick", parent="polly"))
        await floor.done(ChangeLife("chick", Change.STOP))
        monkeypatch.setattr(Host, "begin", forgetful)
        await floor.done(ChangeLife("chick", Change.RESUME))
        state = await until(floor.feed, lambda state: "chick" in state.owned["polly"].results)
        result = state.owned["polly"].results["chick"]
        assert (result.ok, result.delivered) == (False, True)
        assert result.text == floor.owned("chick").reason
        assert result.text.startswith("its conversation is lost (its transcript is gone)")
        assert floor.owned("chick").life is Life.RUNNING

    asyncio.run(_in(yard, check))


def test_a_result_waits_for_a_parent_that_is_gone_and_is_not_lost(yard: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervisor dies, too, between the end of the child's turn and what is made of it."""

    async def unheard(*_: object) -> None:
        """It has died."""

    async def before(floor: Floor) -> None:
        await floor.done(PARROT)
        await floor.turned(1)
        await floor.done(ChangeLife("polly", Change.STOP))
        with monkeypatch.context() as patch:
            patch.setattr(Families, "_tell", unheard)
            await floor.done(StartStation("parrot", "say found it", name="chick", parent="polly"))
            await until(floor.feed, lambda state: bool(state.owned["chick"].done))
        assert not floor.owned("polly").results and orphaned(floor.state, "chick") == "stopped"

    async def after(floor: Floor) -> None:
        state = await until(floor.feed, lambda state: "chick" in state.owned["polly"].results)
        result = state.owned["polly"].results["chick"]
        assert (result.ok, result.text, result.delivered) == (True, "found it", False)
        assert untold(state, "chick") == result and not [*unheard_ends(state)]
        await floor.done(ChangeLife("polly", Change.RESUME))
        state = await until(floor.feed, lambda state: state.owned["polly"].results["chick"].delivered)
        assert untold(state, "chick") is None and orphaned(state, "chick") == ""
        await floor.turned(2)

    asyncio.run(_in(yard, before))
    asyncio.run(_in(yard, after))


def test_commands_need_no_console_and_no_station(yard: House) -> None:
    with Supervised(yard.repo.path) as supervised:
        supervised.obey(FreezeFloor(True))
        assert whole_floor(supervised.ask(FloorNow())).frozen
        supervised.obey(FreezeFloor(False))
        assert supervised.obey(PARROT) == "polly"
        supervised.obey(ChangeLife("polly", Change.STOP))
        assert whole_floor(supervised.ask(FloorNow())).owned["polly"].life is Life.STOPPED


def _waits_for(station: str, reason: str, state: FloorState) -> bool:
    return station in state.owned and state.owned[station].reason == reason


def _rests_in_another(process: int, state: FloorState) -> bool:
    known = state.owned["polly"]
    return known.life is Life.PAUSED and known.process != process


def _failed_again(before: int, state: FloorState) -> bool:
    return state.owned["polly"].failures > before


async def _in(yard: House, check: Callable[[Floor], Awaitable[None]]) -> None:
    async with manned(yard) as floor:
        await check(floor)


def test_a_start_that_waits_for_the_thaw_is_answered_with_that_and_begins_then(yard: House) -> None:
    async def check(floor: Floor) -> None:
        await floor.done(FreezeFloor(True))
        reply = await floor.wish(PARROT)
        assert reply.ok and (reply.about, reply.waits) == ("polly", "waits for the thaw: the floor is frozen")
        assert floor.owned().life is Life.WAITING and floor.state.intents
        assert not (await floor.wish(ChangeLife("polly", Change.STOP))).waits
        assert (await floor.wish(ChangeLife("polly", Change.RESUME))).waits == reply.waits
        await floor.done(FreezeFloor(False))
        await floor.lives(Life.RUNNING)
        await floor.turned(1)

    asyncio.run(_in(yard, check))


def test_a_start_that_waits_for_its_turn_for_long_is_answered_with_what_it_waits_for(
    yard: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions.supervisor.supervisor.PATIENCE_S", 0.0)
    held = asyncio.Event()

    async def check(floor: Floor) -> None:
        started = Starting.start

        async def late(self: Starting, station: str, fresh: bool, words: str, back: str = "") -> bool:
            if station != "last":
                await held.wait()
            return await started(self, station, fresh, words, back)

        monkeypatch.setattr(Starting, "start", late)
        first = [asyncio.create_task(floor.done(StartStation("parrot", name=f"p-{n}"))) for n in range(AT_PROVIDER)]
        await until(floor.feed, lambda state: len(state.owned) == AT_PROVIDER)
        reply = await floor.wish(StartStation("parrot", "say hi", name="last"))
        assert (reply.ok, reply.waits) == (True, "waits for other starts at parrot")
        held.set()
        assert len(await asyncio.gather(*first)) == AT_PROVIDER
        await floor.lives(Life.RUNNING, "last")

    asyncio.run(_in(yard, check))
