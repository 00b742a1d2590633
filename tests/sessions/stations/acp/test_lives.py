"""How agents of the protocol begin, end, and are gone on with; and who may share a process."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.observe.factory import lines as ft
from sessions.stations.acp.conversation import Conversation
from sessions.stations.acp.kind import AcpKind
from sessions.stations.acp.quirks import Quirks
from sessions.stations.acp.starting import Starting
from sessions.stations.acp.transcript import Keeping, past_of
from sessions.stations.acp.wire.link import Patience
from sessions.stations.contract import Brief, Decision, LostSessionError
from sessions.stations.hosting.transcript import Transcript
from sessions.stations.keeping import processes
from sessions.stations.keeping.marks import Mark
from tests.support.agents.talk import PLAIN, Heard, begun, brief

SHORT = Patience(replaying=0.2)


@pytest.fixture
def kind() -> AcpKind:
    return AcpKind(PLAIN)


async def start(of: Brief, heard: Heard, patience: Patience | None = None) -> Conversation:
    return await Starting(PLAIN, patience).start(of, AcpKind(PLAIN).argv(of), heard)


def test_an_agent_that_dies_in_a_turn_says_its_last_words(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> Heard:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "say so far; die out of memory")
            await heard.turn()
            with pytest.raises(FactoryError, match="ended with 3"):
                await agent.prompt("p2", "say more")
        return heard

    heard = asyncio.run(talk())
    lost = heard.all(ev.AgentLost)
    assert len(lost) == 1
    assert lost[0].reason.startswith("ended with 3: Traceback: · out of memory ANTHROPIC_API_KEY=")
    assert "sk-ant-" not in lost[0].reason
    assert "so far" in heard.words
    assert not heard.all(ev.TurnFailed) and not heard.all(ev.SessionClosed)
    assert "sk-ant-" not in (tmp_path / "ship-1.jsonl.stderr").read_text()


def test_a_question_of_an_agent_that_was_killed_waits_no_more(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> Heard:
        heard = Heard()
        agent = await start(brief(tmp_path), heard)
        await agent.prompt("p1", "edit a.txt hello")
        asked = await heard.until(ev.QuestionAsked)
        os.kill(agent.process, signal.SIGKILL)
        await heard.until(ev.AgentLost)
        with pytest.raises(FactoryError, match="the agent ended"):
            await agent.answer(asked.question, Decision.ALLOW)
        await agent.close()
        return heard

    heard = asyncio.run(talk())
    assert heard.all(ev.QuestionAnswered)[0].decision == ""
    assert heard.all(ev.AgentLost)[0].reason == "ended by SIGKILL"


def test_a_killed_conversation_is_gone_on_with_and_knows_what_was_said(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> tuple[Heard, Heard]:
        first = Heard()
        agent = await start(brief(tmp_path), first)
        await agent.prompt("p1", "say one two")
        await first.turn()
        os.kill(agent.process, signal.SIGKILL)
        await first.until(ev.AgentLost)
        await agent.close()
        async with begun(kind, brief(tmp_path, session=agent.session)) as (again, second):
            await again.prompt("p1", "say one two")  # it was given to the process before
            await again.prompt("p2", "say three")
            await second.turn()
        return first, second

    first, second = asyncio.run(talk())
    assert second.words == "three"  # what it was told again of the past is no news
    assert len(second.all(ev.TurnStarted)) == 1
    assert {event.session for event in second.all(ev.StationEvent)} == {first.all(ev.SessionOpened)[0].session}


def test_what_waited_when_a_process_was_killed_is_begun_by_the_next(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> Heard:
        first = Heard()
        agent = await start(brief(tmp_path), first)
        await agent.prompt("p1", "edit a.txt hello")
        await agent.prompt("p2", "say two")
        await agent.prompt("p3", "say three")
        await first.until(ev.QuestionAsked)
        os.kill(agent.process, signal.SIGKILL)
        await first.until(ev.AgentLost)
        assert len(first.all(ev.TurnStarted)) == 1
        async with begun(kind, brief(tmp_path, session=agent.session)) as (again, second):
            await again.prompt("p3", "say three")
            await second.turn(2)
        return second

    second = asyncio.run(talk())
    assert second.words == "two three"


@pytest.mark.parametrize(
    ("flags", "match"),
    [(("--blank",), "tells nothing of it under the id"), (("--blank", "--resume-only"), "")],
)
def test_a_blank_conversation_under_the_old_id_is_refused(
    kind: AcpKind, tmp_path: Path, flags: tuple[str, ...], match: str
) -> None:
    async def talk() -> None:
        async with begun(kind, brief(tmp_path)) as (agent, heard):
            await agent.prompt("p1", "say one two")
            await heard.turn()
            session = heard.all(ev.SessionOpened)[0].session
        again = Heard()
        of = brief(tmp_path, *flags, session=session)
        if match:
            with pytest.raises(LostSessionError, match=match):
                await start(of, again, SHORT)
            assert again.events == []
        else:  # it resumes in silence, and lists the conversation
            await (await kind.start(of, again)).close()

    asyncio.run(talk())


def test_two_conversations_in_one_directory_are_told_apart(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> str:
        sessions = []
        for number in range(2):
            async with begun(kind, brief(tmp_path, station=f"s-{number}")) as (agent, heard):
                await agent.prompt("p", f"say number {number}")
                await heard.turn()
                sessions.append(heard.all(ev.SessionOpened)[0].session)
        async with begun(kind, brief(tmp_path, station="s-1", session=sessions[1])) as (_, again):
            resumed = again.all(ev.SessionOpened)[0].session
        with pytest.raises(LostSessionError, match="tells another one"):
            await start(brief(tmp_path, station="s-1", session=sessions[0]), swapped(sessions, tmp_path), SHORT)
        assert resumed == sessions[1]
        return resumed

    def swapped(sessions: list[str], place: Path) -> Heard:
        """The second's transcript says that it is the first."""
        file = place / "s-1.jsonl"
        file.write_text(file.read_text().replace(sessions[1], sessions[0]))
        return Heard()

    asyncio.run(talk())


def test_an_unknown_conversation_is_lost(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> None:
        for flags in ((), ("--resume-only",)):
            with pytest.raises(LostSessionError, match="Fake"):
                await kind.start(brief(tmp_path, *flags, session="never-was"), Heard())

    asyncio.run(talk())


@pytest.mark.parametrize("speaks", ["2", "0", "null", '"2026-07-20"', "true", "[1]"])
def test_another_version_of_the_protocol_is_refused_by_name(kind: AcpKind, tmp_path: Path, speaks: str) -> None:
    with pytest.raises(FactoryError, match=r"fake 1\.2\.3 speaks version .* of the Agent Client Protocol, and this"):
        asyncio.run(begin_and_end(kind, brief(tmp_path, "--speaks", speaks)))


async def begin_and_end(kind: AcpKind, of: Brief) -> None:
    await (await kind.start(of, Heard())).close()


def test_an_agent_that_never_answers_is_waited_for_within_bounds(tmp_path: Path) -> None:
    async def talk() -> None:
        with pytest.raises(FactoryError, match=r"did not answer initialize within 0\.5 s"):
            await start(brief(tmp_path, "--mute"), Heard(), Patience(greeting=0.5))

    asyncio.run(talk())
    assert left(tmp_path) == []


def test_a_slow_agent_is_waited_for(kind: AcpKind, tmp_path: Path) -> None:
    asyncio.run(begin_and_end(kind, brief(tmp_path, "--slow", "0.3")))


def test_a_program_of_the_work_tree_is_found_there(tmp_path: Path) -> None:
    asked = replace(brief(tmp_path), options={"command": "tools/agent --acp"})
    program = Path(asked.directory) / "tools/agent"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    with pytest.raises(FactoryError, match="there is no program tools/agent"):
        AcpKind(PLAIN).argv(asked)
    program.chmod(0o755)
    assert AcpKind(PLAIN).argv(asked) == (str(program), "--acp")


@pytest.mark.parametrize(
    ("of", "message", "cure"),
    [
        ({"command": "no-such-agent --acp"}, "there is no program no-such-agent", "PATH"),
        ({"command": "'torn"}, "is torn", "quotes"),
        ({"command": "sh -c 'echo who are you >&2; exit 7'"}, "ended with 7: who are you", "wrote"),
        ({"command": "sh -c 'cat >/dev/null; exit 0'"}, "did not answer", ""),
    ],
)
def test_what_does_not_start_is_said_with_the_cure(tmp_path: Path, of: dict[str, str], message: str, cure: str) -> None:
    async def talk() -> None:
        asked = replace(brief(tmp_path), options=of)
        await start(asked, Heard(), Patience(greeting=0.5))

    with pytest.raises(FactoryError, match=message) as raised:
        asyncio.run(talk())
    assert cure in raised.value.cure


def test_one_that_is_not_logged_in_says_so(kind: AcpKind, tmp_path: Path) -> None:
    with pytest.raises(FactoryError, match="Fake is not logged in: Authentication required"):
        asyncio.run(begin_and_end(kind, brief(tmp_path, "--logged-out")))
    assert left(tmp_path) == []


def test_what_an_agent_started_and_forgot_is_ended_with_it(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> int:
        of = brief(tmp_path)
        marked = replace(of, environment={**of.environment, **Mark("factory", "ship-1", "nonce").environment})
        async with begun(kind, marked) as (agent, heard):
            await agent.prompt("p1", "spawn")
            await heard.turn()
            child = int((tmp_path / "work/spawned.txt").read_text())
            assert processes.started(child)
        return child

    child = asyncio.run(talk())
    found = processes.process(child)
    assert found is None or found.over


def test_the_agent_sees_its_own_environment_and_nothing_else(
    kind: AcpKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_OPERATOR", "x")

    async def talk() -> bytes:
        async with begun(kind, brief(tmp_path)) as (agent, _):
            assert isinstance(agent, Conversation)
            assert os.getsid(agent.process) == agent.process
            return environment_of(agent.process)

    names = {entry.partition(b"=")[0].decode() for entry in asyncio.run(talk()).split(b"\0") if entry}
    assert names == {"HOME", "PATH", "FACTORY_TUI_STATION"}


def test_the_boundary_stands_before_the_program(kind: AcpKind, tmp_path: Path) -> None:
    async def talk() -> None:
        wrapped = replace(brief(tmp_path), wrap=("env", "BOUNDED=yes"))
        async with begun(kind, wrapped) as (agent, _):
            assert isinstance(agent, Conversation)
            assert b"BOUNDED=yes" in environment_of(agent.process)

    asyncio.run(talk())


def test_stations_with_one_boundary_share_a_process_where_that_is_safe(tmp_path: Path) -> None:
    async def talk() -> None:
        preset = replace(PLAIN, quirks=Quirks(alone=False))
        starting, heards = Starting(preset), [Heard() for _ in range(4)]
        briefs = [
            brief(tmp_path, station="s-0"),
            brief(tmp_path, station="s-1"),
            brief(tmp_path, station="s-2", share="no"),
            replace(brief(tmp_path, station="s-3"), wrap=("env", "BOUNDED=otherwise")),
        ]
        agents = await asyncio.gather(
            *(starting.start(of, AcpKind(preset).argv(of), heard) for of, heard in zip(briefs, heards, strict=True))
        )
        first, second, alone, bounded = agents
        assert first.process == second.process
        assert len({first.process, alone.process, bounded.process}) == 3
        for agent in agents:
            await agent.prompt("p", "edit a.txt hello")
        for heard, agent in zip(heards, agents, strict=True):  # each has its own question, while all wait
            asked = await heard.until(ev.QuestionAsked)
            assert asked.session == agent.session
        await first.close()
        assert processes.started(second.process)
        await second.interrupt()
        await heards[1].turn()
        await second.close()
        assert not processes.started(second.process)
        third = await starting.start(briefs[0], AcpKind(preset).argv(briefs[0]), Heard())  # a process anew
        for agent in (third, alone, bounded):
            await agent.close()

    asyncio.run(talk())


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def left(place: Path) -> list[int]:
    """Scripted agents that run in a place."""
    found = []
    for pid in processes.everything():
        try:
            if Path(f"/proc/{pid}/cwd").readlink().is_relative_to(place):
                found.append(pid)
        except OSError:
            continue
    return found


def test_what_is_looked_for_is_the_last_request_that_was_surely_kept(tmp_path: Path) -> None:
    keeping = Keeping(Transcript(tmp_path / "t.jsonl"))
    keeping.opened(ft.Session(time=1.0, session="s", kind="acp"))
    for name, interrupted, reason in (("one", False, ""), ("two", True, ""), ("three", False, "the model failed")):
        keeping.taken(name, f"do {name}")
        keeping.begun(name)
        keeping.over(interrupted, reason)
    keeping.close()
    past = past_of(tmp_path / "t.jsonl", "s")
    assert (past.last, past.prompts, past.waiting) == ("do one", {"one", "two", "three"}, [])
