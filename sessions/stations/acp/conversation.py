"""One conversation with an agent: its turns, its questions, and everything that is told of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import Sequence
from pathlib import PurePath
from uuid import uuid4

import msgspec
from acp.exceptions import RequestError
from acp.meta import AGENT_METHODS

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.patterns import matches
from sessions.floor.scope import Budget, HeldBy, Scope
from sessions.observe.factory import lines as ft
from sessions.observe.lines import Who
from sessions.stations.acp.fields import Fields, fields, text
from sessions.stations.acp.preset import Preset
from sessions.stations.acp.questions import CANCELLED, Question, question
from sessions.stations.acp.reading import PIECE_S, Reading
from sessions.stations.acp.transcript import Keeping, Past
from sessions.stations.acp.usage.metering import Call
from sessions.stations.acp.usage.records import Record
from sessions.stations.acp.wire.lines import ASKED
from sessions.stations.acp.wire.link import Link, Patience, refused
from sessions.stations.boundary.violations import violations
from sessions.stations.contract import Bounded, Brief, Decision, Tell
from sessions.text import clean

QUIET_S = 0.2
"""An agent that tells of the past after it said that the conversation is open has told all when it is quiet so long."""
SETTLED = 200
"""Questions remembered that wait no more, to say why."""
_STOPPED = {
    "max_tokens": "it came to the model's limit of tokens",
    "max_turn_requests": "it came to its limit of requests in a turn",
    "refusal": "the model refused",
}


class _Waiting(msgspec.Struct):
    """A question that waits."""

    question: Question
    answer: asyncio.Future[Fields]
    asked: object
    """The agent's number of the request."""


class Conversation:
    """An `Agent` of the contract, and a `Listener` of its link."""

    def __init__(
        self,
        preset: Preset,
        brief: Brief,
        link: Link,
        reading: Reading,
        record: Record | None,
        keeping: Keeping,
        tell: Tell,
        patience: Patience,
        past: Past,
    ) -> None:
        self._preset, self._brief, self._link, self._reading = preset, brief, link, reading
        self._record, self._keeping, self._tell, self._patience = record, keeping, tell, patience
        self._prompts = past.prompts
        self._queue = deque(past.waiting)
        self.session = ""
        self.replayed: list[str] | None = None
        """What the operator had said, while the conversation is told again; None when it is not. Some agents tell on
        after they have said that it is open: what comes before the next prompt is of the past."""
        self._replays = asyncio.Event()
        self._scope = brief.scope
        self._turn: asyncio.Task[None] | None = None
        self._interrupted = False
        self._over = ""
        """Why it takes nothing more."""
        self._waiting: dict[str, _Waiting] = {}
        self._settled: dict[str, str] = {}
        self._title = ""
        self._later: asyncio.TimerHandle | None = None
        """Tells words that are held back, when nothing else does before."""

    # What the operator wants of it.

    async def prompt(self, prompt: str, text: str) -> None:
        """See `Agent`. It waits for the turn under way; the transcript has it from now on."""
        self._check()
        if prompt in self._prompts:
            return
        self._prompts.add(prompt)
        self._keeping.taken(prompt, text)
        self._queue.append((prompt, text))
        self._next()
        await asyncio.sleep(0)  # it is written with the first step of its task

    async def interrupt(self) -> None:
        """See `Agent`."""
        turn = self._turn
        if turn is None:
            return
        self._interrupted = True
        for name in list(self._waiting):
            self._settle(name, CANCELLED, "the turn was interrupted")
        await self._link.notify(AGENT_METHODS["session_cancel"], {"sessionId": self.session})
        done, _ = await asyncio.wait({turn}, timeout=self._patience.stopping)
        if not done:
            raise FactoryError(
                f"{self._preset.title} goes on {self._patience.stopping:g} s after it was interrupted",
                "stop the station, or kill it: the conversation can be gone on with",
            )

    async def answer(self, question: str, decision: Decision, reason: str = "") -> None:
        """See `Agent`. The protocol has no word for a reason: it is kept, and the agent does not hear it."""
        waiting = self._waiting.get(question)
        if waiting is None:
            why = self._settled.get(question)
            raise FactoryError(why or "this question is not known", "it waits for no answer")
        answer = waiting.question.choose(decision)
        if decision in (Decision.DENY, Decision.EXPIRE):
            self._reading.refused(waiting.question.call)
        late = decision is Decision.EXPIRE
        why = "it has timed out, and the agent was told no" if late else "it was answered already"
        self._settle(question, answer, why, decision, reason)

    async def assign(self, scope: Scope, budget: Budget) -> bool:
        """See `Agent`. What it asks about is held at once; what the kernel holds is that of its process."""
        before, self._scope = self._scope, scope
        by_kernel = self._brief.held.by is not HeldBy.ADVISORY
        bounds = [(each.write, each.read, each.network, each.hosts) for each in (before, scope)]
        return not by_kernel or bounds[0] == bounds[1]

    async def close(self) -> None:
        """See `Agent`."""
        turn = self._turn
        if turn is not None and not self._over:
            self._interrupted = True
            for name in list(self._waiting):
                self._settle(name, CANCELLED, "the station was stopped")
            await self._link.notify(AGENT_METHODS["session_cancel"], {"sessionId": self.session})
            await asyncio.wait({turn}, timeout=1.0)
        over, self._over = self._over, self._over or "it was stopped"
        if self._later is not None:
            self._later.cancel()
        await self._link.leave(self.session)
        if turn is not None and not turn.done():
            turn.cancel()
            await asyncio.wait({turn})
        if not over:
            self._say([*self._reading.over(self.who()), ev.SessionClosed(**self.who())])
            self._keeping.close()

    # What the agent says.

    def told(self, update: Fields) -> None:
        """See `Listener`."""
        if self.replayed is not None:
            self._replays.set()
            if update.get("sessionUpdate") == "user_message_chunk":
                self.replayed.append(text(fields(update, "content").get("text")))
            elif update.get("sessionUpdate") in ("usage_update", "session_info_update"):
                self._say(self._reading.update(update, self.who()))
            return
        kind = update.get("sessionUpdate")
        if kind in ("agent_message_chunk", "agent_thought_chunk"):
            self._keeping.chunk(update, thinks=kind == "agent_thought_chunk")
        said = self._reading.update(update, self.who())
        self._say([*said, *self._refused(said)])
        if self._reading.holds and self._later is None:
            self._later = asyncio.get_running_loop().call_later(PIECE_S, self._say_rest)
        if self._reading.title and self._reading.title != self._title:
            self._title = self._reading.title
            self._say([self.opened()])

    async def asked(self, params: Fields, child: str) -> Fields:
        """See `Listener`."""
        if self._over or self._interrupted:
            return CANCELLED
        use, told = self._reading.about(fields(params, "toolCall"), self.who())
        if use is None:
            raise RequestError.invalid_params({"details": "the question names no use of a tool"})
        self._say(told)
        asks = question(params, use, self._reading.said)
        if (ruled := self._ruled(asks)) is not None:
            return asks.choose(ruled)
        name = f"{self._brief.station}:{uuid4().hex[:12]}"
        waiting = _Waiting(asks, asyncio.get_running_loop().create_future(), params.get(ASKED))
        self._waiting[name] = waiting
        subagent = self._subagent(use.parent, child)
        self._keeping.note(f"asks for permission: {asks.tool}\n{asks.text}")
        self._tell(
            [
                ev.QuestionAsked(
                    **self.who(),
                    question=name,
                    tool=asks.tool,
                    text=asks.text,
                    said=asks.said,
                    paths=asks.paths,
                    always=asks.always,
                    call=asks.call,
                    subagent=subagent,
                )
            ]
        )
        try:
            return await waiting.answer
        finally:
            self._withdraw(name)

    def withdrawn(self, asked: object) -> None:
        """See `Listener`."""
        for name, waiting in list(self._waiting.items()):
            if waiting.asked == asked and type(waiting.asked) is type(asked):
                self._settle(name, CANCELLED, "the agent took it back")

    def knows_call(self, call: str) -> bool:
        """See `Listener`."""
        return self._reading.knows_call(call)

    def skipped(self, reason: str, detail: str) -> None:
        """See `Listener`."""
        self._say(self._reading.skip(reason, detail, self.who()))

    def lost(self, words: str) -> None:
        """See `Listener`."""
        if self._over:
            return
        self._over = f"{self._preset.title} {words}"
        for name in list(self._waiting):
            self._settle(name, CANCELLED, "the agent ended")
        told = self._reading.over(self.who())
        if self._record is not None:
            told += self._counted(self._record.read() or ())
        self._keep(told)
        self._keeping.note(words, failed=True)
        self._keeping.close()
        self._tell([*told, ev.AgentLost(**self.who(), reason=clean(words, 600))])

    async def room(self) -> None:
        """See `Listener`."""
        tell: object = self._tell
        if isinstance(tell, Bounded):
            await tell.room()

    # What both come to.

    @property
    def process(self) -> int:
        """The number of the agent's process."""
        return self._link.pid

    def who(self) -> Who:
        """What every event of it tells."""
        source = f"acp:{self.session[:8]}"
        return Who(time=time.time(), source=source, station=self._brief.station, session=self.session)

    def opened(self) -> ev.SessionOpened:
        """The conversation is open."""
        version = " ".join(filter(None, (self._preset.name, self._link.version)))
        return ev.SessionOpened(**self.who(), path=self._brief.transcript, title=self._title, version=version)

    def keep_opening(self, model: str) -> None:
        """The transcript says whose it is from here on."""
        line = ft.Session(
            time=time.time(),
            session=self.session,
            kind=self._preset.name,
            version=self._link.version,
            model=model,
            directory=self._brief.directory,
        )
        self._keeping.opened(line)

    def catch_up(self) -> None:
        """Tell what the agent's record has, and was not told when the process before this one ended."""
        if self._record is not None:
            self._say(self._counted(self._record.read() or ()))

    def go_on(self) -> None:
        """Begin what was given to a process before this one and waited there."""
        self._next()

    def _next(self) -> None:
        """Begin a turn, where none runs and something waits."""
        if self._over or self._turn is not None or not self._queue:
            return
        prompt, words = self._queue.popleft()
        self._interrupted, self.replayed = False, None
        self._reading.began()
        self._keeping.begun(prompt)
        self._tell([ev.TurnStarted(**self.who(), text=clean(words))])
        self._turn = asyncio.create_task(self._run(words))

    async def tells(self, last: str, within: float) -> bool:
        """Whether the agent tells again, within so many seconds, what the operator said last; it may fold or cut it."""
        wanted, late = "".join(last.split())[:200], self._preset.quirks.late
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while wanted not in "".join("".join(self.replayed or ()).split()):
                    late = True
                    await self._told_more()
                while late:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(QUIET_S):
                            await self._told_more()
                            continue
                    return True
                return True
        return False

    async def _told_more(self) -> None:
        self._replays.clear()
        await self._replays.wait()

    async def _run(self, words: str) -> None:
        """A turn, to its end."""
        failed = ""
        response: Fields = {}
        try:
            asked = {"sessionId": self.session, "prompt": [{"type": "text", "text": words}]}
            response = await self._link.request(AGENT_METHODS["session_prompt"], asked)
        except RequestError as error:
            said = refused(self._preset, error, "failed")
            failed = str(said)
        except FactoryError as error:
            failed = str(error)
        if self._over:  # the end of the process was told, or is being told
            self._turn = None
            return
        for name in list(self._waiting):
            self._settle(name, CANCELLED, "the agent went on without an answer")
        told = self._reading.over(self.who())
        told += await self._used(response)
        stop = text(response.get("stopReason"))
        failed = failed or _STOPPED.get(stop, "")
        if (self._interrupted or stop == "cancelled") and not (failed and stop):
            told.append(ev.TurnFinished(**self.who(), interrupted=True))
        elif failed:
            told.append(ev.TurnFailed(**self.who(), reason=clean(failed, 600)))
        else:
            told.append(ev.TurnFinished(**self.who()))
        self._keep(told)
        self._keeping.over(isinstance(told[-1], ev.TurnFinished) and told[-1].interrupted, failed)
        self._turn = None
        self._tell(told)
        self._next()

    async def _used(self, response: Fields) -> list[ev.Event]:
        calls = None if self._record is None else await asyncio.to_thread(self._record.read)
        if calls is None:
            return list(self._reading.metering.finished(response, self.who()))
        return list(self._counted(calls))

    def _counted(self, calls: Sequence[Call]) -> list[ev.Event]:
        return list(self._reading.metering.recorded(calls, self.who()))

    def _ruled(self, asks: Question) -> Decision | None:
        """What the scope says already: no to a file that it does not open, yes to a tool that needs no permission."""
        for path in asks.paths:
            inside = self._inside(path)
            if inside and not matches(self._scope.write, inside):
                self._keeping.note(f"its scope does not open {inside}")
                self._reading.refused(asks.call)
                self._tell([ev.ScopeViolated(**self.who(), path=inside, act="write")])
                return Decision.DENY
        return Decision.ALLOW if asks.tool in self._scope.tools and asks.once else None

    def _refused(self, said: Sequence[ev.Event]) -> list[ev.Event]:
        """What the kernel refused its programs to write, by their own words: it tells nobody else. A guess."""
        if self._brief.held.by is HeldBy.ADVISORY:
            return []
        found: list[ev.Event] = []
        for event in said:
            use = self._reading.uses.get(event.call) if isinstance(event, ev.ToolFinished) else None
            for path in violations(use.output) if use is not None else ():
                inside = self._inside(os.path.normpath(PurePath(self._brief.directory, path)))
                if not inside or not matches(self._scope.write, inside):
                    found.append(ev.ScopeViolated(**self.who(), path=inside or path, act="write"))
        return found

    def _inside(self, path: str) -> str:
        """A path as one of its work tree, by whichever name the agent knows that; "" for one elsewhere."""
        for root in (self._brief.directory, os.path.realpath(self._brief.directory)):
            with contextlib.suppress(ValueError):
                return PurePath(path).relative_to(root).as_posix()
        return ""

    def _settle(self, name: str, answer: Fields, why: str, decision: Decision | None = None, reason: str = "") -> None:
        """A question waits no more."""
        waiting = self._waiting.pop(name, None)
        if waiting is None:
            return
        self._settled[name] = why
        while len(self._settled) > SETTLED:
            self._settled.pop(next(iter(self._settled)))
        if not waiting.answer.done():
            waiting.answer.set_result(answer)
        said = "" if decision is None else decision.value
        self._keeping.note(f"answered: {said}" if said else why)
        reason = reason or ("" if decision else why)
        self._tell([ev.QuestionAnswered(**self.who(), question=name, decision=said, reason=clean(reason, 600))])

    def _withdraw(self, name: str) -> None:
        """The link let go of the question without an answer."""
        if name in self._waiting:
            self._settle(name, CANCELLED, "the agent asks no longer")

    def _subagent(self, parent: str, child: str) -> str:
        use = self._reading.uses.get(parent)
        return (use.detail or use.name if use else "") or clean(child, 60)

    def _say_rest(self) -> None:
        self._later = None
        if not self._over:
            self._say(self._reading.rest(self.who()))

    def _say(self, events: Sequence[ev.Event]) -> None:
        if events:
            self._keep(events)
            self._tell(events)

    def _keep(self, events: Sequence[ev.Event]) -> None:
        self._keeping.happened(events, self._reading.uses)

    def _check(self) -> None:
        if self._over:
            raise FactoryError(self._over, "start the station again: the conversation can be gone on with")
