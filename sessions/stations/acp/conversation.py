"""One conversation with an agent: its turns, and everything that is told of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from uuid import uuid4

from acp.exceptions import RequestError
from acp.meta import AGENT_METHODS

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.scope import Budget, Scope
from sessions.stations.acp.asking import Asking
from sessions.stations.acp.fields import Fields, text
from sessions.stations.acp.preset import Preset
from sessions.stations.acp.questions import CANCELLED
from sessions.stations.acp.reading import PIECE_S, Reading
from sessions.stations.acp.replay import Replay
from sessions.stations.acp.telling import Telling
from sessions.stations.acp.transcript import Keeping, Past
from sessions.stations.acp.usage.metering import Call
from sessions.stations.acp.usage.records import Record
from sessions.stations.acp.wire.link import Link, Patience, refused
from sessions.stations.contract import Brief, Decision, Tell
from sessions.text import clean

_STOPPED = {
    "max_tokens": "it came to the model's limit of tokens",
    "max_turn_requests": "it came to its limit of requests in a turn",
    "refusal": "the model refused",
}


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
        self._record, self._keeping, self._patience = record, keeping, patience
        self.telling = Telling(brief.station, tell, reading, keeping)
        self._asking = Asking(brief, self.telling, reading, keeping)
        self.replay: Replay | None = None
        """What comes until the next prompt is of the past, where there is one: some agents go on telling of it when
        they have said that the conversation is open."""
        self._prompts, self._queue = past.prompts, deque(past.waiting)
        self._turn: asyncio.Task[None] | None = None
        self._interrupted = False
        self._over = ""
        """Why it takes nothing more."""
        self._title = ""
        self._looking: asyncio.Task[None] | None = None
        self._later: asyncio.TimerHandle | None = None
        """Tells words that are held back, when nothing else does before."""

    @property
    def session(self) -> str:
        """The agent's id of the conversation."""
        return self.telling.session

    @property
    def process(self) -> int:
        """The number of the agent's process."""
        return self._link.pid

    # What the operator wants of it.

    async def prompt(self, prompt: str, text: str) -> None:
        """See `Agent`. It waits for the turn under way; the transcript has it from now on."""
        if self._over:
            raise FactoryError(self._over, "start the station again: the conversation can be gone on with")
        if prompt in self._prompts:
            return
        self._prompts.add(prompt)
        self._keeping.taken(prompt, text)
        self._queue.append((prompt, text))
        self.go_on()
        await asyncio.sleep(0)  # it is written with the first step of its task

    async def interrupt(self) -> None:
        """See `Agent`."""
        turn = self._turn
        if turn is None:
            return
        await self._stop("the turn was interrupted")
        done, _ = await asyncio.wait({turn}, timeout=self._patience.stopping)
        if not done:
            raise FactoryError(
                f"{self._preset.title} goes on {self._patience.stopping:g} s after it was interrupted",
                "stop the station, or kill it: the conversation can be gone on with",
            )

    async def answer(self, question: str, decision: Decision, reason: str = "") -> None:
        """See `Agent`. The protocol has no word for a reason: the agent is told it when its turn is over."""
        self._asking.answer(question, decision, reason)

    async def assign(self, scope: Scope, budget: Budget) -> bool:
        """See `Agent`. What it asks about is held at once; its budget is the supervisor's to hold."""
        return self._asking.assign(scope)

    async def close(self) -> None:
        """See `Agent`."""
        turn = self._turn
        if turn is not None and not self._over:
            await self._stop("the station was stopped")
            await asyncio.wait({turn}, timeout=1.0)
        over, self._over = self._over, self._over or "it was stopped"
        if self._later is not None:
            self._later.cancel()
        await self._link.leave(self.session)
        if turn is not None and not turn.done():
            turn.cancel()
            await asyncio.wait({turn})
        if not over:
            who = self.telling.who()
            self.telling.say(*self._reading.over(who, broken=turn is not None), ev.SessionClosed(**who))
            self._keeping.close()

    # What the agent says.

    def told(self, update: Fields) -> None:
        """See `Listener`."""
        kind = update.get("sessionUpdate")
        if self.replay is not None:
            self.replay.heard(update)
            if kind not in ("usage_update", "session_info_update"):
                return
        elif kind in ("agent_message_chunk", "agent_thought_chunk"):
            self._keeping.chunk(update, thinks=kind == "agent_thought_chunk")
        said = self._reading.update(update, self.telling.who())
        self.telling.say(*said, *self._asking.violations(said))
        if self._reading.holds and self._later is None:
            self._later = asyncio.get_running_loop().call_later(PIECE_S, self._say_rest)
        if any(isinstance(event, ev.ToolFinished) for event in said):
            self._look()
        if self._reading.title and self._reading.title != self._title:
            self._title = self._reading.title
            self.telling.say(self.opened())

    async def asked(self, params: Fields, child: str) -> Fields:
        """See `Listener`."""
        return CANCELLED if self._over or self._interrupted else await self._asking.ask(params, child)

    def withdrawn(self, asked: object) -> None:
        """See `Listener`."""
        self._asking.withdrawn(asked)

    def knows_call(self, call: str) -> bool:
        """See `Listener`."""
        return call in self._reading.uses

    def skipped(self, reason: str, detail: str) -> None:
        """See `Listener`."""
        self.telling.say(*self._reading.skip(reason, detail, self.telling.who()))

    def lost(self, words: str) -> None:
        """See `Listener`."""
        if self._over:
            return
        self._over = f"{self._preset.title} {words}"
        self._asking.drop("the agent ended")
        self.telling.say(*self._reading.over(self.telling.who(), broken=True))
        self.catch_up()
        self._keeping.note(words, failed=True)
        self.telling.say(ev.AgentLost(**self.telling.who(), reason=clean(words, 600)))
        self._keeping.close()

    async def room(self) -> None:
        """See `Listener`."""
        await self.telling.room()

    # What both come to.

    def opened(self) -> ev.SessionOpened:
        """The conversation is open."""
        version = " ".join(filter(None, (self._preset.name, self._link.version)))
        return ev.SessionOpened(**self.telling.who(), path=self._brief.transcript, title=self._title, version=version)

    def catch_up(self) -> None:
        """Tell what the agent's record has and was not told, by this process or by the one before it."""
        if self._record is not None:
            self.telling.say_all(self._counted(self._record.read() or ()))

    def go_on(self) -> None:
        """Begin a turn, where none runs and a request waits; why it was denied something is one, or goes ahead of it.

        Not after an interruption: whoever ended its turn wants none begun by itself.
        """
        if self._over or self._turn is not None:
            return
        if not self._queue and not self._interrupted and (why := self._asking.reasons()):
            self._queue.append((f"denied:{uuid4().hex}", why))
            self._keeping.taken(*self._queue[0])
        if not self._queue:
            return
        prompt, words = self._queue.popleft()
        words = "\n\n".join(filter(None, (self._asking.reasons(), words)))
        self._interrupted, self.replay = False, None
        self._reading.began()
        self._keeping.begun(prompt)
        self.telling.say(ev.TurnStarted(**self.telling.who(), text=clean(words), prompt=prompt))
        self._turn = asyncio.create_task(self._run(words))

    async def _run(self, words: str) -> None:
        """A turn, to its end."""
        failed = ""
        response: Fields = {}
        try:
            asked = {"sessionId": self.session, "prompt": [{"type": "text", "text": words}]}
            response = await self._link.request(AGENT_METHODS["session_prompt"], asked)
        except RequestError as error:
            failed = str(refused(self._preset, error, "failed"))
        except FactoryError as error:
            failed = str(error)
        if self._over:  # the end of the process was told, or is being told
            self._turn = None
            return
        self._asking.drop("the agent went on without an answer")
        stop = text(response.get("stopReason"))
        failed = failed or _STOPPED.get(stop, "")
        interrupted = (self._interrupted or stop == "cancelled") and not (failed and stop)
        told = self._reading.over(self.telling.who(), broken=interrupted or bool(failed))
        self.telling.say(*told, *await self._used(response))
        self._keeping.over(interrupted, "" if interrupted else failed)
        self._turn = None
        who = self.telling.who()
        if failed and not interrupted:
            self.telling.say(ev.TurnFailed(**who, reason=clean(failed, 600)))
        else:
            self.telling.say(ev.TurnFinished(**who, interrupted=interrupted))
        self.go_on()

    async def _stop(self, why: str) -> None:
        """Have the turn end."""
        self._interrupted = True
        self._asking.drop(why)
        await self._link.notify(AGENT_METHODS["session_cancel"], {"sessionId": self.session})

    def _look(self) -> None:
        """A tool came back: the call that wanted it is in the agent's record, where it keeps one."""
        if self._record is not None and self._looking is None:
            self._looking = asyncio.create_task(self._looked(self._record))

    async def _looked(self, record: Record) -> None:
        calls = await asyncio.to_thread(record.read)
        self._looking = None
        if calls and not self._over:
            self.telling.say_all(self._counted(calls))

    async def _used(self, response: Fields) -> Sequence[ev.Event]:
        """What the turn used, as its end says, or the agent's record."""
        calls = None if self._record is None else await asyncio.to_thread(self._record.read)
        if calls is None:
            return self._reading.metering.finished(response, self.telling.who())
        return self._counted(calls)

    def _counted(self, calls: Sequence[Call]) -> Sequence[ev.Event]:
        return self._reading.metering.recorded(calls, self.telling.who())

    def _say_rest(self) -> None:
        self._later = None
        if not self._over:
            self.telling.say(*self._reading.rest(self.telling.who()))
