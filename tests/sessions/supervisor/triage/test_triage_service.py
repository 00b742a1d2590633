"""The supervisor keeps the queue: what is recorded when something needs a person, and when it does not any more."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from sessions.floor import events as ev
from sessions.floor.commands import SettleCase
from sessions.floor.scope import Scope
from sessions.floor.triage.case import Act, Kind, Wake
from sessions.journal.writer import Journal
from tests.support.triage.kept import failed, kept, ours


def test_a_failure_is_a_case_and_leaves_the_queue_with_a_reason(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path) as it:
            await it.say(*ours())
            await it.say(failed())
            await it.until(lambda state: state.cases)
            (case,) = it.state.cases.values()
            assert (case.kind, case.station, case.rule) == (Kind.FAILED, "api", "overloaded")
            await it.say(ev.TurnStarted(time=time.time(), station="api", text="again"))
            await it.until(lambda state: not state.cases)
            assert it.state.settled[case.id].why == "it is at work again"

    asyncio.run(check())


def test_a_question_answered_with_its_own_key_is_closed_in_words(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path) as it:
            await it.say(*ours())
            await it.say(ev.QuestionAsked(time=time.time(), station="api", question="q1", tool="shell", text="ls"))
            await it.until(lambda state: state.cases)
            said = {"question": "q1", "decision": "allow", "who": "mara@box"}
            await it.say(ev.QuestionAnswered(time=time.time(), station="api", **said))
            await it.until(lambda state: not state.cases)
            assert it.state.settled["api:question:q1"].why == "allowed by mara@box"

    asyncio.run(check())


def test_a_question_that_is_answered_at_once_never_shows(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path) as it:
            await it.say(*ours())
            asked = ev.QuestionAsked(time=time.time(), station="api", question="q1", tool="shell", text="ls")
            await it.say(asked, ev.QuestionAnswered(time=time.time(), station="api", question="q1", decision="allow"))
            await it.say(*ours("ship"), failed("ship"))
            await it.until(lambda state: state.cases)
            assert [each.what.station for each in it.of(ev.CaseOpened)] == ["ship"]  # type: ignore[attr-defined]

    asyncio.run(check())


def test_what_was_settled_is_not_opened_again_and_comes_back_if_it_could_not_be_done(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path) as it:
            await it.say(*ours(), failed())
            await it.until(lambda state: state.cases)
            (case,) = it.state.cases
            await it.wish(SettleCase(case, Act.RETRY))
            await it.say(*ours("ship"), failed("ship"))
            await it.until(lambda state: state.cases)
            assert case not in it.state.cases
            await it.say(ev.CommandFailed(time=time.time(), command="c1", reason="its host is gone"))
            await it.until(lambda state: case in state.cases)
            assert it.state.cases[case].note == "retry failed: its host is gone"

    asyncio.run(check())


def test_a_snoozed_case_is_back_at_its_time_or_with_its_event(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path) as it:
            await it.say(*ours(), failed(), *ours("ship"), failed("ship"))
            await it.until(lambda state: len(state.cases) == 2)
            one, other = it.state.cases
            await it.wish(SettleCase(other, Act.SNOOZE, wakes="signal_raised"), "c1")
            await it.wish(SettleCase(one, Act.SNOOZE, until=time.time() + 0.2), "c2")
            assert len(it.of(ev.CaseSnoozed)) == 2
            await it.until(lambda state: not state.cases[one].snoozed)
            assert it.state.cases[other].snoozed
            await it.say(ev.SignalRaised(time=time.time(), station="ship", signal="x", name="PROGRESS"))
            await it.until(lambda state: not state.cases[other].snoozed)

    asyncio.run(check())


def test_a_snoozed_case_is_back_with_what_happened_while_no_supervisor_was_there(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path) as it:
            await it.say(*ours(), failed(), *ours("ship"), failed("ship"))
            await it.until(lambda state: len(state.cases) == 2)
            one, other = it.state.cases
            for number, case in enumerate((one, other)):
                await it.wish(SettleCase(case, Act.SNOOZE, wakes=Wake.BOUNDS), f"c{number}")
        journal = await Journal.open(tmp_path / "journal.db")
        await journal.write([ev.ScopeAssigned(time=time.time() + 1, station="api", scope=Scope(write=("docs/**",)))])
        await journal.close()
        async with kept(tmp_path) as it:
            await it.until(lambda state: not all(case.snoozed for case in state.cases.values()))
            assert [name for name, case in it.state.cases.items() if case.snoozed] == [other]
            assert one in it.state.cases

    asyncio.run(check())


def test_what_is_read_of_the_past_opens_nothing_before_it_is_read_to_its_end(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path, past=False) as it:
            now = time.time()
            await it.say(ev.StationOpened(time=now, station="guest", kind="claude"), failed("guest"))
            await it.say(*ours(), failed())
            await it.until(lambda state: state.cases)
            assert [case.station for case in it.state.cases.values()] == ["api"]
            it.recorder.caught_up()
            await it.until(lambda state: len(state.cases) == 2)

    asyncio.run(check())


def test_a_supervisor_that_begins_again_opens_nothing_twice_and_closes_what_is_over(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path) as it:
            await it.say(*ours(), failed(), *ours("ship"), failed("ship"))
            await it.until(lambda state: len(state.cases) == 2)
        journal = await Journal.open(tmp_path / "journal.db")
        await journal.write([ev.TurnStarted(time=time.time(), station="ship", text="again")])
        await journal.close()
        async with kept(tmp_path) as it:
            await it.until(lambda state: len(state.cases) == 1)
            assert it.of(ev.CaseOpened) == [] and len(it.of(ev.CaseClosed)) == 1

    asyncio.run(check())
