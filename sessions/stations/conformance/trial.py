"""All that is tried with an agent that converses."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.events import Event
from sessions.floor.tokens import Certainty
from sessions.simulation.provider.server import Logged
from sessions.stations.conformance.checks import Checks
from sessions.stations.contract import Ability, Brief, Decision, Kind, LostSessionError
from sessions.stations.hosting.client import Host

SAY, WAIT, ASK = "Say that all is well.", "Wait until you are interrupted.", "Ask whether you may go on."
"""What the agent is asked, where its kind does not say something else in `checks`."""

E = TypeVar("E", bound=Event)


class Ear:
    """Hears what a host tells."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.events: list[Event] = []
        self._news = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    async def next(self, kind: type[E], after: int) -> E:
        """The first event of the kind after so many."""
        while True:
            found = next((event for event in self.events[after:] if isinstance(event, kind)), None)
            if found is not None:
                return found
            lost = next((event for event in self.events[after:] if isinstance(event, ev.AgentLost)), None)
            assert lost is None, f"the agent is lost: {lost.reason if lost else ''}"
            self._news.clear()
            await self._news.wait()

    async def close(self) -> None:
        await self.host.close()
        await self._listening

    async def _listen(self) -> None:
        async for batch in self.host.told():
            self.events += batch.events
            self.host.ack(batch.seq)
            self._news.set()


class Trial:
    """With one agent; `log` is what the scripted provider says of its calls, none where the model is a real one."""

    def __init__(self, kind: Kind, ear: Ear, brief: Brief, log: Sequence[Logged]) -> None:
        self._name, self._abilities = kind.name, kind.abilities
        self._ear, self._host, self._brief, self._log = ear, ear.host, brief, log
        self._station = brief.station
        said: Mapping[str, str] = getattr(kind, "checks", {})
        self._prompts = {"say": SAY, "wait": WAIT, "ask": ASK, **said}

    async def run(self, checks: Checks) -> None:
        """Try everything that the kind says it can."""
        if not await checks.look("starts", self._begin()):
            return
        await checks.look("a turn, from request to end", self._turn())
        await checks.look("the same request is taken once", self._once())
        may = self._abilities
        for ability, title, trying in (
            (Ability.USAGE, "tells what it uses", self._usage),
            (Ability.INTERRUPT, "is interrupted", self._interrupt),
            (Ability.PERMISSIONS, "asks, and obeys the answer", self._permission),
            (Ability.RESUME, "goes on with its conversation", self._resume),
            (Ability.RESUME, "refuses one that is not there", self._lost),
        ):
            if ability in may:
                await checks.look(title, trying())
            else:
                checks.skip(title, f"it does not say {ability.value!r} of itself")
        await checks.look("leaves no process behind", self._end())

    async def _begin(self) -> str:
        await self._host.begin(self._name, self._brief)
        opened = await self._ear.next(ev.SessionOpened, 0)
        assert opened.session, "it tells no id of its conversation"
        return f"conversation {opened.session[:40]}"

    async def _turn(self) -> str:
        at = len(self._ear.events)
        await self._host.prompt(self._station, "check-say", self._prompts["say"])
        await self._ear.next(ev.TurnStarted, at)
        said = await self._ear.next(ev.TextWritten, at)
        await self._ear.next(ev.TurnFinished, at)
        return said.text

    async def _once(self) -> str:
        at, calls = len(self._ear.events), len(self._log)
        await self._host.prompt(self._station, "check-say", self._prompts["say"])
        await self._host.running()
        assert not any(isinstance(event, ev.TurnStarted) for event in self._ear.events[at:]), "it is said twice"
        assert len(self._log) == calls, "the model is called again"
        return ""

    async def _usage(self) -> str:
        used = [event for event in self._ear.events if isinstance(event, ev.TokensUsed)]
        assert used, "none is told"
        told, known = sum(event.tokens.total for event in used), sum(_total(call) for call in self._log)
        if told < known and any(event.certainty is Certainty.UNDERCOUNTED for event in used):
            return f"{told:,} tokens, and that it is not all; the provider has {known:,}"
        assert not self._log or told == known, f"it tells {told:,} tokens, and the provider {known:,}"
        return f"{told:,} tokens, as the provider has it" if self._log else f"{told:,} tokens"

    async def _interrupt(self) -> str:
        at = len(self._ear.events)
        await self._host.prompt(self._station, "check-wait", self._prompts["wait"])
        await self._ear.next(ev.TextWritten if self._log else ev.TurnStarted, at)
        await self._host.interrupt(self._station)
        finished = await self._ear.next(ev.TurnFinished, at)
        assert finished.interrupted, "the turn ends as if it were done"
        return ""

    async def _permission(self) -> str:
        at = len(self._ear.events)
        await self._host.prompt(self._station, "check-ask", self._prompts["ask"])
        asked = await self._ear.next(ev.QuestionAsked, at)
        await self._host.answer(self._station, asked.question, Decision.DENY, "it is only tried")
        await self._ear.next(ev.TurnFinished, at)
        with suppress(FactoryError):
            await self._host.answer(self._station, asked.question, Decision.ALLOW)
            raise AssertionError("it takes a second answer")
        return asked.text[:60]

    async def _resume(self) -> str:
        session = next(event.session for event in self._ear.events if isinstance(event, ev.SessionOpened))
        await self._host.close_station(self._station)
        at = len(self._ear.events)
        await self._host.begin(self._name, replace(self._brief, session=session))
        opened = await self._ear.next(ev.SessionOpened, at)
        assert opened.session == session, "it is another conversation"
        return ""

    async def _lost(self) -> str:
        await self._host.close_station(self._station)
        try:
            await self._host.begin(self._name, replace(self._brief, session="no-such-conversation"))
        except LostSessionError as error:
            return error.message
        raise AssertionError("a conversation that is not there is gone on with")

    async def _end(self) -> str:
        await self._host.close_station(self._station)
        left = [pid for pid, words in processes().items() if self._brief.environment["FACTORY_TUI_MARK"] in words]
        assert not left, f"these processes are left: {left}"
        return ""


def processes() -> dict[int, str]:
    """The environments of this user's processes, where the system tells them."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            found[int(entry.parent.name)] = entry.read_bytes().decode("utf-8", "replace")
    return found


def _total(call: Logged) -> int:
    return call.input + call.output + call.cache_read + call.cache_write
