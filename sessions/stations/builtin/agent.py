"""One conversation of the built-in agent: requests come, turns are worked on one after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.scope import Budget, HeldBy, Scope
from sessions.floor.tokens import Certainty, Tokens
from sessions.models.calling import Target
from sessions.models.gate import gate_of
from sessions.models.prices import Prices
from sessions.observe.factory import lines as ft
from sessions.observe.tools import arguments_of
from sessions.settings import Server
from sessions.stations.builtin.answers import Answers
from sessions.stations.builtin.hands import Hands
from sessions.stations.builtin.history import BROKEN, History
from sessions.stations.builtin.mcp import Servers
from sessions.stations.builtin.meter import Meter, priced
from sessions.stations.builtin.permits import Answer, Permits
from sessions.stations.builtin.tools import SPECS
from sessions.stations.builtin.uses import Uses
from sessions.stations.contract import Brief, Decision
from sessions.stations.hosting.voice import Voice

log = logging.getLogger(__name__)

INTERRUPTED = "[The operator interrupted it. It may have been done in part: look before you do it again.]"
GOES_ON = "goes on where it was broken off"
RESTS = "its budget is used up: it rests until it has more"
OUT_OF_TIME = "[It was stopped: the time of the budget is used up. It may have been done in part.]"


class TurnError(Exception):
    """The turn cannot go on; the message is for the operator."""


class BuiltIn:
    """An agent (see `sessions.stations.contract.Agent`)."""

    def __init__(
        self,
        brief: Brief,
        voice: Voice,
        history: History,
        target: Callable[[], Target],
        prices: Prices,
        servers: Mapping[str, Server],
    ) -> None:
        """`target` says where the model is, anew each time: a key may have been mended."""
        self._brief, self._voice, self._history, self._target = brief, voice, history, target
        self._prices, self._model = prices, target().model
        priced(prices, self._model, brief.budget)
        self._meter = Meter(brief.budget, self._model, prices, self._reached)
        self._permits = Permits(brief)
        self._hands = Hands(brief, voice.alive)
        self._servers = Servers(brief, servers, self._lacks)
        self._answers = Answers(brief, voice, history, target, self._meter)
        self._uses = Uses(brief, voice, self._hands, self._servers, self._permits)
        self._working: asyncio.Task[None] | None = None
        self._turn: asyncio.Task[None] | None = None
        self._closing = False

    def open(self, session: str) -> None:
        """Begin, with `session` for a name where there is no conversation yet; what was broken off is gone on with."""
        history, voice = self._history, self._voice
        voice.heard = history.add
        resumed = bool(history.session)
        voice.opened(
            history.session or session,
            self._brief.transcript,
            model=self._target().model,
            directory=self._brief.directory,
        )
        self._meter.restore(history.told)
        for tool in history.always:
            self._permits.allow(tool.tool, arguments_of(tool.arguments))
        for usage in history.usage:
            self._meter.tokens += usage.tokens.total
            self._meter.dollars += usage.cost or 0.0
        self._meter.turns = history.done
        self._meter.seconds = history.seconds
        if resumed:
            for calling in list(history.begun.values()):
                # The provider counts what was broken off by the end of a process; what exactly, nobody heard.
                tokens = Tokens(input=calling.about)
                cost = self._meter.cost(tokens)
                certainty = Certainty.UNDERCOUNTED
                voice.used(calling.call, calling.model, tokens, cost=cost, certainty=certainty, whole=False)
                self._meter.add(tokens, cost)
        self._go_on()

    async def prompt(self, prompt: str, text: str) -> None:
        if self._closing:
            raise FactoryError("it is ending", "start it again")
        if prompt in self._history.prompts:
            return
        target = self._target()
        self._voice.taken(prompt, text)
        if self._history.turn:
            self._voice.note("this waits for the turn under way")
        gate_of(target.provider, target.model).mended()
        self._go_on()

    async def interrupt(self) -> None:
        turn = self._turn
        if turn is not None and not turn.done():
            turn.cancel()
            await asyncio.wait({turn})

    async def answer(self, question: str, decision: Decision, reason: str = "") -> None:
        self._permits.answer(question, Answer(decision, reason))

    async def assign(self, scope: Scope, budget: Budget) -> bool:
        """Globs, tools and budget hold at once; what the kernel holds, from the next start on."""
        priced(self._prices, self._model, budget)
        before = self._permits.scope
        self._permits.assign(scope)
        self._answers.assign(scope)
        self._hands.assign(scope)
        self._meter.assign(budget)
        by_kernel = self._brief.held.by is not HeldBy.ADVISORY
        bounds = [(each.write, each.read, each.network, each.hosts) for each in (before, scope)]
        return not by_kernel or bounds[0] == bounds[1]

    async def rebind(self, brief: Brief) -> bool:
        """The next command runs in the new boundary. With servers all stays as it is: they would run in the old one,
        and what runs in wider bounds could lead the mounts of new ones astray."""
        if self._servers:
            return False
        self._brief = brief
        self._hands.rebind(brief)
        return True

    async def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        try:
            await self.interrupt()
            if self._working is not None:
                await asyncio.wait({self._working})
            await self._servers.close()
        finally:  # also where its host waits no longer: what its tools started would run on
            await self._hands.close()
        self._voice.closed()

    # -- turns -----------------------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        due = self._history.turn or self._history.waiting
        if due and not self._closing and (self._working is None or self._working.done()):
            self._working = asyncio.create_task(self._work())

    async def _work(self) -> None:
        """Work on requests until there are none."""
        while not self._closing and (self._history.turn or self._history.waiting):
            self._turn = asyncio.create_task(self._one_turn())
            await asyncio.wait({self._turn})
            if not self._turn.cancelled() and (error := self._turn.exception()):
                raise error

    async def _one_turn(self) -> None:
        """One turn, to whatever end."""
        history, voice = self._history, self._voice
        try:
            await self._affordable()
            if not history.turn:
                prompt, text = next(iter(history.waiting.items()))
                voice.prompted(prompt, text)
            else:
                voice.say(ev.TurnStarted(**voice.who, text=GOES_ON))
            await self._timed()
        except asyncio.CancelledError:
            if history.turn:
                self._settle(INTERRUPTED)
                voice.finished(interrupted=True)
        except TurnError as error:
            self._settle(BROKEN)
            voice.failed(str(error))
        else:
            voice.finished()
        self._meter.turns = history.done
        self._meter.look()

    async def _timed(self) -> None:
        """The body of a turn; where the time of the budget is used up it rests until there is more."""
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            try:
                async with asyncio.timeout(self._meter.time_left) as limit:
                    await self._body()
                return
            except TimeoutError:
                if not limit.expired():
                    raise
                self._settle(OUT_OF_TIME)
                self._voice.text_over()
            finally:
                self._meter.seconds += clock() - began
            self._meter.look()
            await self._affordable()

    async def _body(self) -> None:
        """Answer and use tools, in turns, until the model asks for none."""
        await self._uses.left(self._history)
        self._answers.tools = [*SPECS, *await self._servers.specs()]
        while True:
            answer = await self._answers.next(self._affordable)
            if answer.failure:
                raise TurnError(answer.failure)
            if answer.stopped:
                continue
            if not answer.calls:
                return
            for tool in answer.calls:
                await self._uses.use(tool, answer.text)

    async def _affordable(self) -> None:
        """Return when there is something left to use; until then it rests, which uses nothing."""
        while not self._meter.look():
            self._voice.note(RESTS)
            self._voice.say(ev.PersonNeeded(**self._voice.who, reason=RESTS))
            await self._meter.more()

    def _settle(self, text: str) -> None:
        """Give each use of a tool that is under way a result."""
        for call in list(self._history.open):
            self._voice.came(call, text, failed=True)

    def _lacks(self, trouble: str) -> None:
        voice = self._voice
        voice.note(trouble, failed=True)
        who = voice.who
        voice.say(ev.SourceSkipped(time=who["time"], source=who["source"], reason="MCP server", detail=trouble))

    def _reached(self, share: float, what: str) -> None:
        voice = self._voice
        voice.put(ft.Spent(time=voice.who["time"], share=share, what=what))
        voice.say(ev.BudgetReached(**voice.who, share=share, what=what))
