"""The model's answers: asked for when its provider may be asked, streamed, counted, tried again where that helps."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.scope import Scope
from sessions.floor.tokens import Certainty, Tokens
from sessions.models.calling import CallError, CallPiece, Target, Trouble, call
from sessions.models.gate import gate_of
from sessions.observe.factory import lines as ft
from sessions.stations.builtin import prompt
from sessions.stations.builtin.fitting import fitting
from sessions.stations.builtin.history import History
from sessions.stations.builtin.meter import CHARACTERS, Meter, about
from sessions.stations.builtin.tools import NOT_JSON, arguments_of
from sessions.stations.contract import Brief
from sessions.stations.hosting.tasks import OWNER
from sessions.stations.hosting.voice import Voice

MOST_CALLS = 64
"""Tools that one answer may ask for; what goes beyond is a model that has lost its way."""
SMALL = 4_096
"""Tokens of an answer that every model can give."""
MOST_TEXT = 16_000_000
"""Characters of one answer, likewise."""


class Answer(msgspec.Struct, frozen=True):
    """What came."""

    text: str = ""
    calls: tuple[ft.Tool, ...] = ()
    stopped: bool = False
    """The budget was used up within it, or it was broken off; it is asked for again when there is more."""
    failure: str = ""
    """Why there is none, and will be none."""


class Answers:
    """Of one conversation."""

    def __init__(
        self, brief: Brief, voice: Voice, history: History, target: Callable[[], Target], meter: Meter
    ) -> None:
        self._brief, self._voice, self._history = brief, voice, history
        self._target, self._meter = target, meter
        self._room = 0
        """Tokens that a request may have, where the provider once refused more."""
        self._waited = ""
        """What was last told of a wait."""
        self.tools: list[dict[str, Any]] = []
        """What the model is offered."""

    def assign(self, scope: Scope) -> None:
        """The model is told of another scope from the next answer on."""
        self._brief = replace(self._brief, scope=scope)

    async def next(self, affordable: Callable[[], Awaitable[None]]) -> Answer:
        """The next answer; `affordable` returns when there is something left to spend."""
        while True:
            await affordable()
            await self._voice.room()
            try:
                target = self._target()
            except FactoryError as error:  # its key is gone, say
                return Answer(failure=str(error))
            gate = gate_of(target.provider, target.model)
            age = await gate.enter(self._waits, self._held)
            try:
                return await self._one(target, lambda: gate.went_well(age))  # noqa: B023 - it is called within
            except CallError as error:
                match error.trouble:
                    case Trouble.PASSING:
                        wait = gate.failed(age, error.retry_after)
                        self._voice.waits(f"{error.reason} (tried again in {wait:.0f} s)")
                        self._waited = gate.name
                    case Trouble.LOGIN:
                        gate.refused(age, error.reason)
                    case Trouble.CONTEXT if not self._room:
                        self._room = int(about(self._history.messages) * 0.6)
                    case _:
                        return Answer(failure=error.reason)
            finally:
                gate.left(age)

    async def _one(self, target: Target, began: Callable[[], None]) -> Answer:
        messages = self._messages(target)
        request = about(messages)
        most = self._meter.most(request)
        if most < 0:
            self._meter.spent()
            return Answer(stopped=True)
        number = f"{self._voice.session[:8]}-{secrets.token_hex(5)}"
        stream = _Stream(self._voice, self._meter, request)
        self._voice.put(ft.Calling(time=self._voice.who["time"], call=number, model=target.model, about=request))
        # More than that may be more than the model can say at once, which providers refuse: then the stream is watched.
        pieces = call(target, messages, self.tools, most if most < SMALL else 0)
        # What litellm leaves running is nobody's: were it to fail, no station would be to blame.
        owner = OWNER.set("")
        try:
            async for piece in pieces:
                began()
                if not stream.take(piece.text, piece.thinking, piece.calls, piece.usage):
                    break
                await self._voice.room()
        except CallError as error:
            self._used(number, target, stream, refused=not stream.began)
            if stream.began:
                self._voice.text_dropped(error.reason)
            raise
        except BaseException:
            self._used(number, target, stream)
            raise
        finally:
            await pieces.aclose()
            OWNER.reset(owner)
        self._waited = ""
        self._used(number, target, stream)
        self._voice.thought("".join(stream.thinking), number)
        text = self._voice.text_over(number)
        if stream.length > MOST_TEXT:
            return Answer(failure=f"the model's answer has more than {MOST_TEXT:,} characters")
        if stream.stopped:
            return Answer(text, stopped=True)
        if not text.strip() and not stream.calls and self._history.messages[-1]["role"] != "tool":
            return Answer(failure="the model gave an empty answer")
        return Answer(text, self._calls(stream.calls, number))

    def _messages(self, target: Target) -> list[dict[str, Any]]:
        window = self._room or int(self._meter.window() * 0.75)
        system = prompt.system(self._brief, self._meter.nearly)
        messages = [{"role": "system", "content": system}, *fitting(self._history.messages, window)]
        if "claude" in target.model or target.model.startswith("anthropic/"):
            for at in {0, len(messages) - 1}:
                messages[at] = _cached(messages[at])
        return messages

    def _calls(self, pieces: dict[int, list[str]], message: str) -> tuple[ft.Tool, ...]:
        """The tools that are asked for, each with an id of its own."""
        found: list[ft.Tool] = []
        for place, (id, name, text) in enumerate(list(pieces.values())[:MOST_CALLS]):
            arguments = arguments_of(text)
            known = arguments if arguments is not None else {NOT_JSON: text[:2_000]}
            taken = {tool.call for tool in found} | set(self._history.open)
            own = id if id and len(id) <= 64 and id not in taken else f"call_{message[-10:]}_{place}"
            raw = msgspec.Raw(msgspec.json.encode(known))
            tool = ft.Tool(
                time=self._voice.who["time"], call=own, tool=name[:80] or "none", arguments=raw, message=message
            )
            found.append(tool)
        for tool in found:
            self._voice.put(tool)
        return tuple(found)

    def _used(self, number: str, target: Target, stream: _Stream, refused: bool = False) -> None:
        """Tell what a call used; one that was refused before anything came used nothing."""
        if refused:
            self._voice.put(ft.Usage(time=self._voice.who["time"], call=number, model=target.model))
            return
        tokens, certainty = stream.usage, Certainty.EXACT
        if tokens is None:
            tokens, certainty = stream.pending, Certainty.ESTIMATED
        # An estimate knows less of the context than what the provider said of the calls before.
        exact = (line.certainty is Certainty.EXACT and line.tokens.total for line in self._history.usage)
        whole = certainty is Certainty.EXACT or not any(exact)
        cost, window = self._meter.cost(tokens), self._meter.window()
        self._voice.used(number, target.model, tokens, cost=cost, certainty=certainty, window=window, whole=whole)
        self._meter.add(tokens, cost)

    def _waits(self, reason: str) -> None:
        kind = reason.rstrip("0123456789 s")
        if not self._waited:
            self._waited = kind
            self._voice.waits(reason)

    def _held(self, reason: str) -> None:
        if self._waited != reason:
            self._waited = reason
            self._voice.note(reason, failed=True)
            self._voice.say(ev.PersonNeeded(**self._voice.who, reason=reason))


class _Stream:
    """An answer as it comes."""

    def __init__(self, voice: Voice, meter: Meter, request: int) -> None:
        self._voice, self._meter, self._request = voice, meter, request
        self.thinking: list[str] = []
        self.calls: dict[int, list[str]] = {}
        """Id, name and arguments, by place."""
        self.usage: Tokens | None = None
        self.length = 0
        """Characters so far."""
        self.began = self.stopped = False

    @property
    def pending(self) -> Tokens:
        """What it has used so far, by estimation."""
        return Tokens(input=self._request, output=self.length // CHARACTERS)

    def take(self, text: str, thinking: str, calls: tuple[CallPiece, ...], usage: Tokens | None) -> bool:
        """A piece came; False when no more may come."""
        self.began = True
        if text:
            self._voice.text(text)
        if thinking:
            self.thinking.append(thinking)
            self._voice.alive()
        for piece in calls:
            known = self.calls.setdefault(piece.index, ["", "", ""])
            known[0] = known[0] or piece.id
            known[1] = known[1] or piece.name
            known[2] += piece.arguments
        self.length += len(text) + len(thinking) + sum(len(piece.arguments) for piece in calls)
        if usage is not None:
            self.usage = usage
            return True
        self.stopped = not self._meter.look(self.pending) or self.length > MOST_TEXT
        return not self.stopped


def _cached(message: dict[str, Any]) -> dict[str, Any]:
    """The message with a mark up to which the provider may keep what was said."""
    if not isinstance(text := message.get("content"), str) or not text:
        return message
    return {**message, "content": [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]}
