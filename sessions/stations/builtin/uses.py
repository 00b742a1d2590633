"""Uses of tools: asked for where they must be, done inside the boundary, and their results told truthfully."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sessions.floor import events as ev
from sessions.floor.ours.lives import Asks
from sessions.observe.factory import lines as ft
from sessions.observe.tools import arguments_of
from sessions.stations.builtin.hands import Answered, Hands
from sessions.stations.builtin.history import BROKEN, History
from sessions.stations.builtin.mcp import Servers
from sessions.stations.builtin.permits import Answer, Permits, question_text
from sessions.stations.builtin.tools import ASK, NOT_JSON, OURS, detail, written
from sessions.stations.contract import Brief, Decision
from sessions.stations.hosting.voice import Voice
from sessions.text import clean


class Uses:
    """Of one conversation."""

    def __init__(self, brief: Brief, voice: Voice, hands: Hands, servers: Servers, permits: Permits) -> None:
        self._directory = Path(brief.directory)
        self._voice, self._hands, self._servers, self._permits = voice, hands, servers, permits

    async def left(self, history: History) -> None:
        """Uses that the end of a process broke off: the first may have begun, if it did not wait for the operator."""
        first = True
        for call, tool in list(history.open.items()):
            if first and call not in history.asked:
                self._voice.came(call, BROKEN, failed=True)
            else:
                await self.use(tool, "")
            first = False

    async def use(self, tool: ft.Tool, said: str) -> None:
        """Use it; what comes of it is in the transcript and told."""
        arguments = arguments_of(tool.arguments)
        files = written(tool.tool, arguments)
        self._voice.began(tool, detail(tool.tool, arguments), files)
        if NOT_JSON in arguments:
            self._voice.came(tool.call, "[It was not done: the arguments are no JSON object.]", failed=True)
            return
        if tool.tool == ASK:
            answer = await self._ask(tool, arguments, said, Asks.WORDS)
            self._voice.came(tool.call, _words(answer), detail=answer.reason)
            return
        if self._permits.needs(tool.tool, arguments):
            answer = await self._ask(tool, arguments, said, Asks.PERMISSION)
            if not answer.allowed:
                self._voice.came(tool.call, _denial(answer), failed=True)
                return
            if answer.decision is Decision.ALWAYS:
                self._permits.allow(tool.tool, arguments)
        if tool.tool in OURS:
            came = await self._hands.use(tool.tool, arguments)
        else:
            came = await self._servers.use(tool.tool, arguments)
        self._tell(tool.call, came)

    def _tell(self, call: str, came: Answered) -> None:
        voice = self._voice
        if came.violated is not None:
            path, act = came.violated.get("path", ""), came.violated.get("act", "")
            voice.say(ev.ScopeViolated(**voice.who, path=clean(self._relative(path), 1_000), act=clean(act, 40)))
        for path in came.denied:
            voice.say(ev.ScopeViolated(**voice.who, path=clean(self._relative(path), 1_000), act="write"))
        voice.came(call, came.text, failed=not came.ok, diff=came.diff)

    def _relative(self, path: str) -> str:
        """As it is written in scopes, where it lies in the work tree."""
        full = Path(path)
        return str(full.relative_to(self._directory)) if full.is_relative_to(self._directory) else path

    async def _ask(self, tool: ft.Tool, arguments: Mapping[str, Any], said: str, asks: Asks) -> Answer:
        voice = self._voice
        question = f"{voice.session}:{tool.call}"
        text = str(arguments.get("question", "")) if asks is Asks.WORDS else question_text(tool.tool, arguments)
        voice.put(ft.Question(time=voice.who["time"], call=tool.call, question=question))
        voice.asked(
            ev.QuestionAsked(
                **voice.who,
                question=question,
                tool=clean(tool.tool, 80),
                text=text,
                said=said,
                paths=tuple(written(tool.tool, arguments)),
                asks=asks,
                always=asks is Asks.PERMISSION,
                call=tool.call,
            )
        )
        try:
            answer = await self._permits.wait(question)
        except asyncio.CancelledError:
            voice.say(ev.QuestionAnswered(**voice.who, question=question))
            raise
        voice.put(ft.Reply(time=voice.who["time"], call=tool.call, decision=answer.decision, reason=answer.reason))
        voice.say(
            ev.QuestionAnswered(
                **voice.who, question=question, decision=answer.decision, reason=clean(answer.reason, 2_000)
            )
        )
        return answer


def _words(answer: Answer) -> str:
    if answer.decision is Decision.EXPIRE:
        return "[Nobody answered in time. Decide for yourself what is safe, or leave it and say so.]"
    said = answer.reason or ("yes" if answer.allowed else "no")
    return f"The operator says: {said}"


def _denial(answer: Answer) -> str:
    if answer.decision is Decision.EXPIRE:
        return "[It was not done: nobody allowed it in time.]"
    return f"[It was not done: the operator denied it{f': {answer.reason}' if answer.reason else ''}.]"
