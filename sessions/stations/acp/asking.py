"""What an agent asks, from the question to its answer, and what its scope answers by itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from pathlib import PurePath
from uuid import uuid4

import msgspec
from acp.exceptions import RequestError

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.patterns import matches
from sessions.floor.scope import HeldBy, Scope
from sessions.stations.acp.fields import Fields, fields
from sessions.stations.acp.questions import CANCELLED, Question, question
from sessions.stations.acp.reading import Reading
from sessions.stations.acp.telling import Telling
from sessions.stations.acp.transcript import Keeping
from sessions.stations.acp.wire.lines import ASKED
from sessions.stations.boundary.violations import violations
from sessions.stations.contract import Brief, Decision
from sessions.stations.signals.rules import refusal
from sessions.text import clean

OPEN = 64
"""Questions that wait at once; an agent that asks more is told no."""
SETTLED = 200
"""Questions remembered that wait no more, to say why."""
EXPLAINED = 10
"""Paths outside of its scope that an agent is told about, each once: what it is told begins a turn, in which it may try
the next one."""


class _Waiting(msgspec.Struct):
    """A question that waits."""

    question: Question
    answer: asyncio.Future[Fields]
    asked: object
    """The agent's number of the request."""


class Asking:
    """The questions of one conversation."""

    def __init__(self, brief: Brief, telling: Telling, reading: Reading, keeping: Keeping) -> None:
        self._brief, self._telling, self._reading, self._keeping = brief, telling, reading, keeping
        self._scope, self._pinned = brief.scope, brief.pinned
        self._waiting: dict[str, _Waiting] = {}
        self._settled: dict[str, str] = {}
        self._reasons: list[str] = []
        self._explained: set[str] = set()
        """Paths that its scope does not open, and of which it was told why and how to ask for them."""

    async def ask(self, params: Fields, child: str) -> Fields:
        """A request for permission, to its answer; `child` is the conversation of a sub-agent that it comes from."""
        use, told = self._reading.about(fields(params, "toolCall"), self._telling.who())
        if use is None:
            raise RequestError.invalid_params({"details": "the question names no use of a tool"})
        self._telling.say_all(told)
        asks = question(params, use, self._reading.said)
        if (ruled := self._ruled(asks)) is not None:
            return asks.choose(ruled)
        if len(self._waiting) >= OPEN:
            self._keeping.note(f"asks while {OPEN} questions of it wait, and is told no: {asks.tool}", failed=True)
            return asks.choose(Decision.DENY)
        name = f"{self._brief.station}:{uuid4().hex[:12]}"
        waiting = _Waiting(asks, asyncio.get_running_loop().create_future(), params.get(ASKED))
        self._waiting[name] = waiting
        self._keeping.note(f"asks for permission: {asks.tool}\n{asks.text}")
        self._telling.say(
            ev.QuestionAsked(
                **self._telling.who(),
                question=name,
                tool=asks.tool,
                text=asks.text,
                said=asks.said,
                paths=asks.paths,
                always=asks.always,
                call=asks.call,
                subagent=self._subagent(use.parent, child),
            )
        )
        try:
            return await waiting.answer
        finally:
            self._settle(name, CANCELLED, "the agent asks no longer")

    def answer(self, name: str, decision: Decision, reason: str) -> None:
        """The operator has decided. Raises `FactoryError` when it waits for that no longer."""
        waiting = self._waiting.get(name)
        if waiting is None:
            raise FactoryError(self._settled.get(name, "this question is not known"), "it waits for no answer")
        answer = waiting.question.choose(decision)
        if decision in (Decision.DENY, Decision.EXPIRE):
            self._reading.refused(waiting.question.call)
        if decision is Decision.DENY and reason.strip():
            self._reasons.append(f"The operator denied your use of {waiting.question.tool}: {reason.strip()}")
        late = decision is Decision.EXPIRE
        why = "it has timed out, and the agent was told no" if late else "it was answered already"
        self._settle(name, answer, why, decision, reason)

    def reasons(self) -> str:
        """Why it was denied what it asked for, since this was asked last: the protocol's answer has no word for it."""
        reasons, self._reasons = self._reasons, []
        return "\n".join(reasons)

    def drop(self, why: str) -> None:
        """Nothing waits any more."""
        for name in list(self._waiting):
            self._settle(name, CANCELLED, why)

    def withdrawn(self, asked: object) -> None:
        """The agent takes back what it asked with this request."""
        for name, waiting in list(self._waiting.items()):
            if waiting.asked == asked and type(waiting.asked) is type(asked):
                self._settle(name, CANCELLED, "the agent took it back")

    def assign(self, scope: Scope) -> bool:
        """Its scope is this now. False where the kernel holds another one until the next start."""
        before, self._scope = self._scope, scope
        named = {text.partition("/")[0] for text in scope.write}
        self._pinned = tuple(name for name in self._pinned if name.partition("/")[0] not in named)
        by_kernel = self._brief.held.by is not HeldBy.ADVISORY
        bounds = [(each.write, each.read, each.network, each.hosts) for each in (before, scope)]
        return not by_kernel or bounds[0] == bounds[1]

    def violations(self, told: Sequence[ev.Event]) -> list[ev.Event]:
        """What the kernel refused its programs to write, by their own words: it tells nobody else. A guess."""
        if self._brief.held.by is HeldBy.ADVISORY:
            return []
        found: list[ev.Event] = []
        for event in told:
            use = self._reading.uses.get(event.call) if isinstance(event, ev.ToolFinished) else None
            for path in violations(use.output) if use is not None else ():
                inside = self._inside(os.path.normpath(PurePath(self._brief.directory, path)))
                if not inside or not self._opens(inside):
                    found.append(ev.ScopeViolated(**self._telling.who(), path=inside or path, act="write"))
        return found

    def _ruled(self, asks: Question) -> Decision | None:
        """What the scope says already: no to a file that it does not open, yes to a tool that needs no permission."""
        for path in asks.paths:
            inside = self._inside(path)
            if inside and not self._opens(inside):
                self._keeping.note(f"its scope does not open {inside}")
                self._reading.refused(asks.call)
                self._telling.say(ev.ScopeViolated(**self._telling.who(), path=inside, act="write"))
                if inside not in self._explained and len(self._explained) < EXPLAINED:
                    self._explained.add(inside)
                    self._reasons.append(refusal([inside], list(self._scope.write), self._is_pinned(inside)))
                return Decision.DENY
        return Decision.ALLOW if asks.tool in self._scope.tools and asks.once else None

    def _opens(self, inside: str) -> bool:
        """Whether its scope opens a path of its work tree."""
        return matches(self._scope.write, inside) and not self._is_pinned(inside)

    def _is_pinned(self, inside: str) -> bool:
        return any(PurePath(inside).is_relative_to(name) for name in self._pinned)

    def _inside(self, path: str) -> str:
        """A path as one of its work tree, by whichever name the agent knows that; "" for one elsewhere."""
        for root in (self._brief.directory, os.path.realpath(self._brief.directory)):
            with contextlib.suppress(ValueError):
                return PurePath(path).relative_to(root).as_posix()
        return ""

    def _subagent(self, parent: str, child: str) -> str:
        use = self._reading.uses.get(parent)
        return (use.detail or use.name if use else "") or clean(child, 60)

    def _settle(self, name: str, answer: Fields, why: str, decision: Decision | None = None, reason: str = "") -> None:
        """A question waits no more; of one that is settled nothing is told again."""
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
        self._telling.say(
            ev.QuestionAnswered(**self._telling.who(), question=name, decision=said, reason=clean(reason, 600))
        )
