"""Real agents over the protocol: a turn with an edit, asked and answered, interrupted, killed and gone on with.

Their meters must be the model server's own log, to the token.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.tokens import Certainty
from sessions.stations.acp.conversation import Conversation
from sessions.stations.acp.quirks import Span
from sessions.stations.contract import Decision
from tests.agents.homes import SORTS, Real, real
from tests.support.agents.provider import Provider, provider
from tests.support.agents.talk import Heard

NAMES = tuple(SORTS)


async def begin(of: Real, heard: Heard, session: str = "") -> Conversation:
    agent = await of.kind.start(of.again(session), heard)
    assert isinstance(agent, Conversation)
    return agent


async def edited(agent: Conversation, heard: Heard, prompt: str, words: str) -> None:
    """A turn in which it asks once, is allowed, and writes the file."""
    asked, turns = len(heard.all(ev.QuestionAsked)), len(heard.all(ev.TurnStarted))
    await agent.prompt(prompt, words)
    question = await heard.until(ev.QuestionAsked, asked + 1)
    await agent.answer(question.question, Decision.ALLOW)
    assert isinstance(await heard.turn(turns + 1), ev.TurnFinished)


@pytest.mark.parametrize("name", NAMES)
def test_it_asks_edits_is_killed_and_goes_on_and_its_meters_are_the_servers(name: str) -> None:
    async def talk(of: Real, served: Provider) -> tuple[Heard, Heard]:
        first, second = Heard(), Heard()
        agent = await begin(of, first)
        await edited(agent, first, "p1", "Create hello.txt")
        assert written(of) == "hello from the fake provider\n"
        os.killpg(agent.process, signal.SIGKILL)
        await first.until(ev.AgentLost)
        await agent.close()
        unwrite(of)
        again = await begin(of, second, agent.session)
        await edited(again, second, "p2", "Create it again")
        await again.close()
        return first, second

    with provider(escalate=True) as served, real(name, served) as of:
        first, second = asyncio.run(talk(of, served))
        assert {event.session for event in second.all(ev.StationEvent)} == {first.all(ev.SessionOpened)[0].session}
        for heard in (first, second):
            assert "Done. I wrote the file." in heard.words
            assert len(heard.all(ev.ToolCalled)) == len(heard.all(ev.ToolFinished)) == 1
            question = heard.all(ev.QuestionAsked)[0]
            assert "hello from the fake provider" in question.text
        told, calls = first.tokens + second.tokens, settled(first) + settled(second)
        if of.kind.preset.quirks.untold:
            assert {event.certainty for event in calls} == {Certainty.UNDERCOUNTED}
            assert 0 < told.total < served.tokens.total
        else:
            apart = of.kind.preset.quirks.span is not Span.SESSION  # that one does not say what was thinking
            assert told == (served.tokens if apart else replace(served.tokens, thinking=0))
            assert {event.certainty for event in calls} <= {Certainty.EXACT, Certainty.REPORTED}
        model = {event.model for event in first.all(ev.TokensUsed)}
        print(first.all(ev.SessionOpened)[0].version, model, told)


def written(of: Real) -> str:
    """What the agent's file holds."""
    file = Path(of.brief.directory, "hello.txt")
    return file.read_text() if file.exists() else ""


def unwrite(of: Real) -> None:
    """The agent has something to write again."""
    Path(of.brief.directory, "hello.txt").unlink()


def ended(heard: Heard) -> int:
    """How many turns are over."""
    return len(heard.all(ev.TurnFinished)) + len(heard.all(ev.TurnFailed))


def settled(heard: Heard) -> list[ev.TokensUsed]:
    """What is left of the usage when estimates that were taken back are gone."""
    events = heard.all(ev.TokensUsed)
    back = {event.call for event in events if event.calls < 0}
    return [event for event in events if event.call not in back]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_denied_and_interrupted_and_takes_another_prompt(name: str) -> None:
    async def talk(of: Real) -> Heard:
        heard = Heard()
        agent = await begin(of, heard)
        await agent.prompt("p1", "Create hello.txt")
        question = await heard.until(ev.QuestionAsked)
        await agent.answer(question.question, Decision.DENY)  # with a reason it would be told that in a turn of its own
        await heard.turn(1)
        await agent.prompt("p2", "Create hello.txt, please")
        await heard.until(ev.QuestionAsked, 2)
        await agent.interrupt()
        over = await heard.turn(2)
        assert isinstance(over, ev.TurnFinished) and over.interrupted
        assert [event.decision for event in heard.all(ev.QuestionAnswered)] == ["deny", ""]
        await agent.prompt("p3", "Well then?")
        await heard.when(lambda: len(heard.all(ev.QuestionAsked)) > 2 or len(heard.all(ev.TurnStarted)) == ended(heard))
        await agent.interrupt()
        await agent.close()
        return heard

    with provider(escalate=True) as served, real(name, served) as of:
        heard = asyncio.run(talk(of))
        assert written(of) == ""
        assert not heard.all(ev.AgentLost)
