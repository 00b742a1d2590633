"""What the agent may do without asking, and the questions that wait for their answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

from sessions.errors import FactoryError
from sessions.floor.scope import HeldBy, Scope
from sessions.observe.tools import tool_text
from sessions.stations.builtin.tools import OURS, READING
from sessions.stations.contract import Brief, Decision


class Answer(NamedTuple):
    """What the operator said."""

    decision: Decision
    reason: str = ""

    @property
    def allowed(self) -> bool:
        return self.decision in (Decision.ALLOW, Decision.ALWAYS)


class Permits:
    """Of one conversation. A tool asks when the scope names others only, when the options say so (`ask`, names with
    commas between), when it is no tool of ours, and a command also where no kernel holds the boundary."""

    def __init__(self, brief: Brief) -> None:
        self.scope = brief.scope
        self._held = brief.held.by is not HeldBy.ADVISORY
        self._ask = {name.strip() for name in brief.options.get("ask", "").split(",") if name.strip()}
        self._always: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Answer]] = {}

    def needs(self, tool: str, arguments: Mapping[str, Any]) -> bool:
        """Whether the operator is to be asked before this is done."""
        if _like(tool, arguments) in self._always:
            return False
        if tool in self._ask:
            return True
        if tool in self.scope.tools:
            return False
        if self.scope.tools and tool not in READING:
            return True
        return tool not in OURS or (tool == "run" and not self._held)

    async def wait(self, question: str) -> Answer:
        """The answer to a question that was asked."""
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[question] = waiting
        try:
            return await waiting
        finally:
            del self._waiting[question]

    def answer(self, question: str, answer: Answer) -> None:
        """It is answered. Raises `FactoryError` when nobody waits for that."""
        waiting = self._waiting.get(question)
        if waiting is None or waiting.done():
            raise FactoryError("it waits for that answer no longer", "see what it does now")
        waiting.set_result(answer)

    def allow(self, tool: str, arguments: Mapping[str, Any]) -> None:
        """This and its like need no asking any more: the same command, or the tool where it is no command."""
        self._always.add(_like(tool, arguments))

    def assign(self, scope: Scope) -> None:
        self.scope = scope


def _like(tool: str, arguments: Mapping[str, Any]) -> str:
    return f"run\0{arguments.get('command')}" if tool == "run" else tool


def question_text(tool: str, arguments: Mapping[str, Any]) -> str:
    """The whole of what would be done: the command, or the difference."""
    return tool_text(arguments)
