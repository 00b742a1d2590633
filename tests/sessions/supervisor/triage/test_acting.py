"""Standing rules at work: planned as facts, done once, counted, and never before a person."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.commands import SettleCase, Undo
from sessions.floor.decide.decision import Accepted
from sessions.floor.fold.fold import fold
from sessions.floor.triage.case import Act, Cause, Kind
from sessions.floor.triage.chosen import Chosen
from sessions.floor.triage.standing import Standing
from tests.support.triage.kept import failed, kept, ours

LIMIT = "429 rate limit"


def rule(backoff: float = 0.0, act: Act = Act.RETRY) -> Chosen:
    made = Standing(name="again", act=act, kind=Kind.FAILED, cause=Cause.RATE_LIMIT, times=1, backoff=backoff)
    return Chosen(standing=(made,))


def test_a_rule_acts_by_itself_under_its_name_and_only_as_often_as_it_may(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path, chosen=rule()) as it:
            await it.say(*ours(), failed(reason=LIMIT))
            await it.until(lambda state: state.settled)
            (settled,) = it.state.settled.values()
            assert (settled.act, settled.rule, settled.who) == (Act.RETRY, "again", "rule:again")
            (wanted,) = (intent.wanted for intent in it.state.intents.values())
            assert isinstance(wanted, ev.PromptWanted) and wanted.who == "rule:again"
            await it.say(ev.TurnStarted(time=time.time(), station="api"), failed(reason=LIMIT))
            await it.until(lambda state: state.cases)
            assert [case.plan for case in it.state.cases.values()] == [""]

    asyncio.run(check())


def test_what_is_planned_survives_a_restart_and_is_done_then(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path, chosen=rule(backoff=0.4)) as it:
            await it.say(*ours(), failed(reason=LIMIT))
            await it.until(lambda state: any(case.plan for case in state.cases.values()))
            (case,) = it.state.cases.values()
            assert (case.plan, case.plan_act) == ("again", Act.RETRY) and case.plan_at > time.time() - 5
        async with kept(tmp_path, chosen=rule(backoff=0.4)) as it:
            await it.until(lambda state: state.settled)
            assert len(it.of(ev.CaseSettled)) == 1

    asyncio.run(check())


def test_a_persons_key_goes_before_and_what_is_undone_is_a_persons(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path, chosen=rule(backoff=60)) as it:
            await it.say(*ours(), failed(reason=LIMIT))
            await it.until(lambda state: any(case.plan for case in state.cases.values()))
            (case,) = it.state.cases
            await it.wish(SettleCase(case, Act.SEEN))
            assert it.state.settled[case].rule == "" and it.triage._acting.at == float("inf")
            await it.wish(Undo("c1"), "c2")
            assert (it.state.cases[case].plan, it.state.cases[case].note) == ("", "undone by mara@box")
            await it.say(*ours("ship"), failed("ship", LIMIT))
            await it.until(lambda state: len(state.cases) == 2)
            assert it.state.cases[case].plan == ""

    asyncio.run(check())


def test_what_a_rule_cannot_do_is_said_and_left_to_a_person(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path, chosen=rule(act=Act.MORE)) as it:
            await it.say(*ours(), failed(reason=LIMIT))
            await it.until(lambda state: any(case.note for case in state.cases.values()))
            (case,) = it.state.cases.values()
            assert case.note == "again could not more: that is not enough to do it" and not case.plan
        async with kept(tmp_path) as it:  # it is switched off by now
            assert [case.note for case in it.state.cases.values()] == [case.note]

    asyncio.run(check())


def test_a_rule_does_nothing_about_what_turned_out_to_be_something_else(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path, chosen=rule(backoff=60)) as it:
            await it.say(*ours(), failed(reason=LIMIT))
            await it.until(lambda state: any(case.plan for case in state.cases.values()))
            (case,) = it.state.cases.values()
            now = time.time()
            other = fold(it.state, ev.CaseRestated(time=now, station="api", what=replace(case, cause=Cause.AUTH)))
            decision = it.triage._acting._settled(other, case, now)
            assert isinstance(decision, Accepted)
            (planned,) = decision.events
            assert isinstance(planned, ev.CasePlanned)
            assert (planned.rule, planned.why) == ("", "again is not about what it is by now")

    asyncio.run(check())


def test_a_rule_that_is_switched_on_is_about_what_is_open_already(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path) as it:
            await it.say(*ours(), failed(reason=LIMIT))
            await it.until(lambda state: state.cases)
        async with kept(tmp_path, chosen=rule()) as it:
            await it.until(lambda state: state.settled)

    asyncio.run(check())
