"""A conversation over the protocol with a real process: turns, questions, interruption, and what is told of them."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import msgspec
import pytest

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.identity import UsageSource
from sessions.floor.scope import Budget, Scope
from sessions.floor.tokens import Tokens
from sessions.stations.acp.kind import AcpKind
from sessions.stations.contract import Agent, Conversing, Decision
from tests.support.agents.talk import PLAIN, Heard, begun, brief


@pytest.fixture
def kind() -> AcpKind:
    return AcpKind(PLAIN)


def test_the_kind_is_one_of_the_contract(kind: AcpKind) -> None:
    assert isinstance(kind, Conversing)


def test_a_turn_is_told_in_order_and_its_usage_adds_up(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "say hello there")
            await heard.turn()
            await agent.prompt("p1", "say hello there")  # the same prompt is not said twice
            await agent.prompt("p2", "say again")
            await heard.turn(2)
        return heard

    heard = asyncio.run(talk())
    kinds = [type(event).__name__ for event in heard.events]
    assert kinds[:5] == ["SessionClaimed", "SessionOpened", "SessionOpened", "TurnStarted", "TextWritten"]
    assert kinds[-1] == "SessionClosed"
    assert kinds.count("TurnStarted") == kinds.count("TurnFinished") == 2
    assert heard.all(ev.SessionClaimed)[0].usage is UsageSource.OWNER
    opened = heard.all(ev.SessionOpened)
    assert (opened[0].path, opened[0].version) == (str(tmp_path / "ship-1.jsonl"), "fake 1.2.3")
    assert opened[1].title == "early words"  # said before the conversation was known to be ours
    assert heard.words == "hello there again"
    assert heard.tokens == Tokens(input=1_400, cache_read=400, output=200)
    assert sum(event.calls for event in heard.all(ev.TokensUsed)) == 2
    assert {event.source for event in heard.events} == {f"acp:{opened[0].session[:8]}"}


@pytest.mark.parametrize(
    ("decision", "chosen", "written"),
    [
        (Decision.ALLOW, "once", True),
        (Decision.ALWAYS, "always", True),
        (Decision.DENY, "no", False),
        (Decision.EXPIRE, "no", False),
    ],
)
def test_a_question_waits_for_the_operator(
    kind: AcpKind, tmp_path: Path, decision: Decision, chosen: str, written: bool
) -> None:
    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "say I shall write; edit a.txt hello")
            asked = await heard.until(ev.QuestionAsked)
            assert not (tmp_path / "work/a.txt").exists()
            await agent.answer(asked.question, decision, "because")
            await heard.turn()
            with pytest.raises(FactoryError, match="timed out" if decision is Decision.EXPIRE else "answered already"):
                await agent.answer(asked.question, Decision.ALLOW)
            with pytest.raises(FactoryError, match="not known"):
                await agent.answer("another", Decision.ALLOW)
        return heard

    heard = asyncio.run(talk())
    asked, answered = heard.all(ev.QuestionAsked)[0], heard.all(ev.QuestionAnswered)[0]
    path = str(tmp_path / "work/a.txt")
    assert (asked.tool, asked.paths, asked.always, asked.said) == ("Write", (path,), True, "I shall write ")
    assert asked.text == f"Write a.txt\n{path}\n+hello"
    assert (answered.question, answered.decision, answered.reason) == (asked.question, decision.value, "because")
    assert f"<{chosen}>" in heard.words
    assert (tmp_path / "work/a.txt").exists() is written
    called, finished = heard.all(ev.ToolCalled), heard.all(ev.ToolFinished)
    assert [(use.tool, use.file, use.call) for use in called] == [("Write", path, asked.call)]
    assert [(use.call, use.failed) for use in finished] == [(asked.call, not written)]


@pytest.mark.parametrize("waiting", [False, True])
def test_why_it_was_denied_is_told_when_the_turn_is_over(kind: AcpKind, tmp_path: Path, waiting: bool) -> None:
    """As a request of its own, or ahead of the one that waits; the protocol's answer has no word for it."""

    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "edit a.txt hello")
            asked = await heard.until(ev.QuestionAsked)
            if waiting:
                await agent.prompt("p2", "say more")
            await agent.answer(asked.question, Decision.DENY, "not on a Sunday")
            await heard.turn(2)
        return heard

    heard = asyncio.run(talk())
    why = "The operator denied your use of Write: not on a Sunday"
    assert [turn.text for turn in heard.all(ev.TurnStarted)[1:]] == [f"{why} say more" if waiting else why]
    assert "not on a Sunday" in heard.words
    assert json.dumps(why if not waiting else "say more") in (tmp_path / "ship-1.jsonl").read_text()


def test_no_turn_is_begun_to_tell_why_where_there_is_no_reason_or_the_operator_interrupts(
    kind: AcpKind, tmp_path: Path
) -> None:
    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "edit a.txt hello")
            await agent.answer((await heard.until(ev.QuestionAsked)).question, Decision.DENY, " ")
            await heard.turn()
            await agent.prompt("p2", "edit a.txt hello; wait")
            asked = await heard.until(ev.QuestionAsked, 2)
            await agent.answer(asked.question, Decision.DENY, "not on a Sunday")
            await heard.when(lambda: (tmp_path / "work/waiting").exists() or "<no>" in heard.words)
            await agent.interrupt()
            await heard.turn(2)
            await agent.prompt("p3", "say go on")
            await heard.turn(3)
        return heard

    heard = asyncio.run(talk())
    assert [turn.text for turn in heard.all(ev.TurnStarted)] == [
        "edit a.txt hello",
        "edit a.txt hello; wait",
        "The operator denied your use of Write: not on a Sunday say go on",
    ]


def test_a_question_that_the_agent_takes_back_is_settled_without_a_decision(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "withdraw")
            await heard.turn()
            with pytest.raises(FactoryError, match="took it back"):
                await agent.answer(heard.all(ev.QuestionAsked)[0].question, Decision.ALLOW)
        return heard

    heard = asyncio.run(talk())
    answered = heard.all(ev.QuestionAnswered)[0]
    assert (answered.decision, answered.reason) == ("", "the agent took it back")
    assert "<cancelled>" in heard.words


def test_a_sub_agents_question_reaches_its_station_and_the_answer_the_sub_agent(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "child a.txt hello")
            asked = await heard.until(ev.QuestionAsked)
            assert (asked.station, asked.subagent) == ("ship-1", "look after the file")
            await agent.answer(asked.question, Decision.ALLOW)
            assert isinstance(await heard.turn(), ev.TurnFinished)
        return heard

    heard = asyncio.run(talk())
    assert (tmp_path / "work/a.txt").read_text() == "hello"
    assert {event.station for event in heard.all(ev.StationEvent)} == {"ship-1"}


def test_interrupting_settles_questions_and_ends_the_turn(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.interrupt()  # nothing runs
            await agent.prompt("p1", "edit a.txt hello")
            await heard.until(ev.QuestionAsked)
            await agent.prompt("p2", "say more")  # it waits, and is begun when the turn is over
            assert len(heard.all(ev.TurnStarted)) == 1
            await agent.interrupt()
            await heard.turn(2)
        return heard

    heard = asyncio.run(talk())
    first, second = heard.all(ev.TurnFinished)
    assert (first.interrupted, second.interrupted) == (True, False)
    assert heard.all(ev.QuestionAnswered)[0].decision == ""
    assert "<cancelled>" in heard.words
    assert not (tmp_path / "work/a.txt").exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("fail out of order", "Fake failed: Internal error: out of order"),
        ("stop max_tokens", "it came to the model's limit of tokens"),
        ("stop refusal", "the model refused"),
    ],
)
def test_a_turn_that_fails_says_why(kind: AcpKind, tmp_path: Path, words: str, reason: str) -> None:
    async def talk() -> ev.Event:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", words)
            return await heard.turn()

    failed = asyncio.run(talk())
    assert isinstance(failed, ev.TurnFailed)
    assert failed.reason.startswith(reason)


def test_what_is_unknown_is_refused_at_once_counted_and_harms_nothing(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            words = "unknown; unknown fs/read_text_file; unknown terminal/create; notify; junk; say still here"
            await agent.prompt("p1", words)
            assert isinstance(await heard.turn(), ev.TurnFinished)
        return heard

    heard = asyncio.run(talk())
    refusals = re.findall(r"-32601 in (\d\.\d{3})", heard.words)
    assert len(refusals) == 3
    assert max(map(float, refusals)) < 1.0
    assert "still here" in heard.words
    counts: dict[str, int] = {}
    for event in heard.all(ev.SourceSkipped):
        counts[event.reason] = counts.get(event.reason, 0) + event.count
    assert counts == {
        "unknown request": 3,
        "unknown notification": 3,
        "unknown update": 1,
        "unknown session": 1,
        "not JSON": 3,
        "not a message": 2,
    }


def test_a_line_of_10_mb_passes_and_is_shown_shortened(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "big 10; say after it")
            await heard.turn()
        return heard

    heard = asyncio.run(talk())
    texts = [event.text for event in heard.all(ev.TextWritten)]
    assert max(map(len, texts)) == 200
    assert "after it" in heard.words
    assert not heard.all(ev.SourceSkipped)
    assert (tmp_path / "ship-1.jsonl").stat().st_size < 300_000


def test_hostile_text_is_harmless_everywhere(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "hostile")
            await heard.turn()
        return heard

    heard = asyncio.run(talk())
    told = msgspec.json.encode(heard.events).decode()
    assert not re.search(r"\\u001b|\\u0000|\u202e|\x1b", told)
    assert {event.tool for event in heard.all(ev.ToolCalled)} == {"red[bold]"}


def test_an_agent_that_logs_without_end_is_drained_within_bounds(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> None:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "grumble 3000; say done")
            assert isinstance(await heard.turn(), ev.TurnFinished)

    asyncio.run(talk())
    logs = list(tmp_path.glob("ship-1.jsonl.stderr*"))
    assert 1 <= len(logs) <= 2
    assert all(0 < log.stat().st_size <= 600_000 and log.stat().st_mode & 0o777 == 0o600 for log in logs)


def test_a_scope_answers_for_the_operator(kind: AcpKind, tmp_path: Path) -> None:
    """What no mount can say is denied where the agent asks, and a tool that needs no permission asks nobody."""

    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            assert await agent.assign(Scope(write=("**", "!*.lock"), tools=("Write",)), Budget())
            await agent.prompt("p1", "edit a.lock hello; edit b.txt hello")
            await heard.turn(2)
            await agent.prompt("p2", "edit a.lock hello")
            await heard.turn(3)
        return heard

    heard = asyncio.run(talk())
    assert [(event.path, event.stopped) for event in heard.all(ev.ScopeViolated)] == [("a.lock", True)] * 2
    told = [turn.text for turn in heard.all(ev.TurnStarted) if "factory-tui ask scope 'a.lock'" in turn.text]
    assert len(told) == 1  # of each path once, however often it tries
    assert not heard.all(ev.QuestionAsked)
    assert not (tmp_path / "work/a.lock").exists()
    assert (tmp_path / "work/b.txt").exists()


def test_settings_of_agents_are_opened_by_their_own_names_alone(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> Heard:
        pinned = msgspec.structs.replace(brief(tmp_path), pinned=(".claude",))
        (tmp_path / "work/.claude").mkdir(parents=True, exist_ok=True)
        async with begun(kind, pinned) as (agent, heard):
            assert await agent.assign(Scope(write=("**",), tools=("Write",)), Budget())
            await agent.prompt("p1", "edit .claude/x.json hello; edit .claude2 hello")
            await heard.turn(2)
            assert await agent.assign(Scope(write=("**", ".claude/**"), tools=("Write",)), Budget())
            await agent.prompt("p2", "edit .claude/y.json hello")
            await heard.turn(3)
        return heard

    heard = asyncio.run(talk())
    assert [event.path for event in heard.all(ev.ScopeViolated)] == [".claude/x.json"]
    assert any("settings of agents it has to name" in turn.text for turn in heard.all(ev.TurnStarted))
    assert not (tmp_path / "work/.claude/x.json").exists()
    assert (tmp_path / "work/.claude/y.json").exists()
    assert (tmp_path / "work/.claude2").exists()


def test_model_and_mode_are_chosen_among_those_offered(kind: AcpKind, tmp_path: Path) -> None:
    async def choose(model: str, mode: str) -> None:
        of = msgspec.structs.replace(brief(tmp_path, mode=mode), model=model)
        async with begun(kind, of):
            pass

    asyncio.run(choose("", "free"))
    assert json.loads((tmp_path / "work/chosen.txt").read_text())["modeId"] == "free"
    asyncio.run(choose("fake-2", ""))
    chosen = json.loads((tmp_path / "work/chosen.txt").read_text())
    assert (chosen["configId"], chosen["value"]) == ("model", "fake-2")
    with pytest.raises(FactoryError, match="it offers fake-1, fake-2"):
        asyncio.run(choose("fake-3", ""))
    with pytest.raises(FactoryError, match="it offers ask, free"):
        asyncio.run(choose("", "bold"))


def test_the_transcript_has_what_was_said_and_is_ours_alone(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> None:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "say hello; die of it")
            await heard.turn()

    asyncio.run(talk())
    file = tmp_path / "ship-1.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["line"] for line in lines] == ["session.1", "prompt", "turn", "text", "note"]
    assert "sk-ant-" not in file.read_text()


def test_an_interrupted_agent_that_goes_on_is_told_of(tmp_path: Path) -> None:
    from sessions.stations.acp.starting import Starting
    from sessions.stations.acp.wire.link import Patience

    async def talk() -> None:
        starting, heard, of = Starting(PLAIN, Patience(stopping=0.3)), Heard(), brief(tmp_path)
        agent: Agent = await starting.start(of, AcpKind(PLAIN).argv(of), heard)
        await agent.prompt("p1", "deaf")
        with pytest.raises(FactoryError, match=r"goes on 0\.3 s after it was interrupted"):
            await agent.interrupt()
        await agent.close()

    asyncio.run(talk())
