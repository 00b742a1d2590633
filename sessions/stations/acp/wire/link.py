"""One agent process and the protocol spoken with it: it is greeted, its conversations are told apart, it is ended.

The SDK keeps requests and answers together. What it carries is read here as it comes, and not through the SDK's
models: those refuse whole messages for a field that a newer agent adds.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import msgspec
from acp.connection import Connection
from acp.exceptions import RequestError
from acp.meta import AGENT_METHODS, CLIENT_METHODS, PROTOCOL_VERSION

from sessions.errors import FactoryError
from sessions.stations.acp.fields import Fields, fields, text
from sessions.stations.acp.preset import Preset
from sessions.stations.acp.wire.lines import Lines
from sessions.stations.acp.wire.process import Process
from sessions.text import clean

CLIENT = {"name": "factory-tui", "title": "factory-tui", "version": "0.1.0"}
CANCELLED = "$/cancel_request"
_SAYS_NOTHING = frozenset({"_auth/status_update", "auth/status_update"})
"""Notifications of agents that are understood, and are no fact of the station."""
EARLY = 10_000
"""Messages kept that come before it is known whose they are."""
AUTH_REQUIRED = -32000

Answer = dict[str, object]


class Patience(msgspec.Struct, frozen=True):
    """How long is waited for an agent, in seconds."""

    greeting: float = 60.0
    opening: float = 120.0
    """For a conversation to be opened, or to be told again."""
    replaying: float = 5.0
    """For the agent to tell again what was said last, after it said that the conversation is open."""
    stopping: float = 10.0
    """For a turn to end that was interrupted."""


class Listener(Protocol):
    """Whose a conversation is."""

    def told(self, update: Fields) -> None:
        """An update of the conversation."""
        ...

    async def asked(self, params: Fields, child: str) -> Fields:
        """A question for permission; `child` is the conversation of a sub-agent that it comes from."""
        ...

    def withdrawn(self, asked: object) -> None:
        """The agent takes its question back that came as this request."""
        ...

    def knows_call(self, call: str) -> bool:
        """Whether this use of a tool belongs to it."""
        ...

    def skipped(self, reason: str, detail: str) -> None:
        """Something was passed over."""
        ...

    def lost(self, words: str) -> None:
        """The process ended by itself; its last words."""
        ...

    async def room(self) -> None:
        """Return when more may be told."""
        ...


class Link:
    """Made by `open_link`."""

    def __init__(self, process: Process, preset: Preset) -> None:
        self._process, self._preset = process, preset
        self.greeting: Fields = {}
        self._listeners: dict[str, Listener] = {}
        self._early: dict[str, list[Fields]] = {}
        self._opening = 0
        """Conversations that are being opened."""
        self._skipped: list[tuple[str, str]] = []
        """Passed over before there was anybody to tell."""
        self._closing = False
        self.over: asyncio.Task[None] | None = None
        """Runs when the agent has said its last."""
        self._connection = Connection(
            self._heard, Lines(process.output, process.input, self._skip, self._room, self._ended)
        )

    @property
    def idle(self) -> bool:
        """It has no conversation, and none is being opened."""
        return not self._listeners and not self._opening

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return not self._closing and self.over is None and self._process.running

    def offers(self, *path: str) -> bool:
        """Whether the agent said in its greeting that it can do this."""
        above = fields(self.greeting, "agentCapabilities", *path[:-1])
        return above.get(path[-1]) not in (None, False)

    @property
    def version(self) -> str:
        return clean(text(fields(self.greeting, "agentInfo").get("version")), 60)

    @property
    def name(self) -> str:
        """What the agent is called; one that is started by its command alone says so itself."""
        about = fields(self.greeting, "agentInfo")
        says = clean(text(about.get("title")) or text(about.get("name")), 60)
        return self._preset.title if self._preset.program or not says else says

    async def greet(self, within: float) -> None:
        """Agree on the protocol. Raises `FactoryError` when it answers late, or speaks another version."""
        said = await self.request(
            AGENT_METHODS["initialize"],
            {
                "protocolVersion": PROTOCOL_VERSION,
                "clientCapabilities": {"fs": {"readTextFile": False, "writeTextFile": False}, "terminal": False},
                "clientInfo": CLIENT,
            },
            within,
        )
        self.greeting = said
        speaks = said.get("protocolVersion")
        if speaks != PROTOCOL_VERSION or isinstance(speaks, bool):
            raise FactoryError(
                f"{self.name} {self.version} speaks version {clean(str(speaks), 40)} of the Agent Client "
                f"Protocol, and this program version {PROTOCOL_VERSION}",
                f"install the one that is known to work: {self._preset.install}"
                if self._preset.package
                else "bring factory-tui up to date, or start the agent in a version that speaks it",
            )

    async def request(self, method: str, params: Mapping[str, object], within: float | None = None) -> Answer:
        """Ask the agent. Raises `FactoryError` when it answers late or ends, `RequestError` when it refuses."""
        try:
            async with asyncio.timeout(within):
                said = await self._connection.send_request(method, dict(params))
        except TimeoutError as error:
            words = await self._process.last_words()
            raise FactoryError(
                f"{self._preset.title} did not answer {method} within {within:g} s" + (f" ({words})" if words else ""),
                "see what it wrote beside its transcript; a slow machine may need it started again",
            ) from error
        except ConnectionError as error:
            if self.over is not None:
                await asyncio.shield(self.over)
            words = await self._process.last_words()
            raise FactoryError(
                f"{self._preset.title} {words or 'ended'}", "see what it wrote, and start it again"
            ) from error
        return fields(said)

    async def notify(self, method: str, params: Mapping[str, object]) -> None:
        """Tell the agent something. That it is gone is found out otherwise."""
        with contextlib.suppress(ConnectionError):
            await self._connection.send_notification(method, dict(params))

    @contextlib.contextmanager
    def opening(self) -> Iterator[None]:
        """Meanwhile messages of conversations that nobody knows yet are kept for them."""
        self._opening += 1
        try:
            yield
        finally:
            self._opening -= 1
            if not self._opening:
                self._early.clear()

    def seat(self, session: str, listener: Listener) -> None:
        """A conversation is this one's; it is told what came of it already."""
        self._listeners[session] = listener
        for update in self._early.pop(session, []):
            listener.told(update)
        for reason, detail in self._skipped:
            listener.skipped(reason, detail)
        self._skipped.clear()

    async def leave(self, session: str) -> bool:
        """The conversation is over. Whether the process was ended, because there is no other."""
        self._listeners.pop(session, None)
        if not self.idle:
            if self.offers("sessionCapabilities", "close"):
                with contextlib.suppress(FactoryError, RequestError):
                    await self.request(AGENT_METHODS["session_close"], {"sessionId": session}, 5.0)
            return False
        await self.close()
        return True

    async def close(self) -> None:
        """End the process."""
        self._closing = True
        try:
            await self._process.end()
        finally:
            with contextlib.suppress(ConnectionError):
                await self._connection.close()

    async def _heard(self, method: str, params: object, notification: bool) -> Fields | None:
        """What the agent tells and asks. Whatever is not answered here does not exist for it."""
        said = fields(params)
        session = text(said.get("sessionId"))
        if method == CLIENT_METHODS["session_update"]:
            self._updated(session, fields(said, "update"))
        elif method == CLIENT_METHODS["session_request_permission"] and not notification:
            return await self._permission(session, said)
        elif method == CANCELLED:
            for listener in list(self._listeners.values()):
                listener.withdrawn(said.get("requestId"))
        elif notification and method in _SAYS_NOTHING:
            pass
        elif notification:
            self._skip("unknown notification", method, session)
        else:
            self._skip("unknown request", method, session)
            raise RequestError.method_not_found(method)
        return None

    def _updated(self, session: str, update: Fields) -> None:
        listener = self._listeners.get(session) or self._parent(update)
        if listener is not None:
            listener.told(update)
        elif self._opening and sum(map(len, self._early.values())) < EARLY:
            self._early.setdefault(session, []).append(update)
        else:
            self._skip("unknown session", text(update.get("sessionUpdate")))

    async def _permission(self, session: str, params: Fields) -> Fields:
        call = fields(params, "toolCall")
        listener = self._listeners.get(session)
        child = ""
        if listener is None:
            child, listener = session, self._parent(call) or self._only()
        if listener is None:
            self._skip("question of an unknown session", text(call.get("title")))
            raise RequestError.invalid_params({"sessionId": session})
        return await listener.asked(params, child)

    def _parent(self, call: Fields) -> Listener | None:
        """Whose sub-agent this use of a tool is of: it is known, or the call that started the sub-agent is."""
        meta = fields(call, "_meta")
        named = (
            text(call.get("toolCallId")),
            text(fields(meta, "claudeCode").get("parentToolUseId")),
            text(meta.get("parentToolCallId")),
        )
        for listener in self._listeners.values():
            if any(listener.knows_call(name) for name in named if name):
                return listener
        parent = text(meta.get("parentSessionId"))
        return self._listeners.get(parent)

    def _only(self) -> Listener | None:
        return next(iter(self._listeners.values())) if len(self._listeners) == 1 else None

    def _skip(self, reason: str, detail: str, session: str = "") -> None:
        listener = self._listeners.get(session) or next(iter(self._listeners.values()), None)
        if listener is not None:
            listener.skipped(reason, detail)
        elif len(self._skipped) < EARLY:
            self._skipped.append((reason, detail))

    async def _room(self) -> None:
        for listener in list(self._listeners.values()):
            await listener.room()

    def _ended(self) -> None:
        self.over = asyncio.create_task(self._lose())

    async def _lose(self) -> None:
        """It says no more: it has ended, or it is ended, since nobody can speak with it."""
        if self._closing:
            return
        await self._process.ended(within=1.0)
        words = await self._process.last_words()
        await self._process.end()
        for listener in list(self._listeners.values()):
            listener.lost(words or "it closed its output")
        self._listeners.clear()


async def open_link(
    preset: Preset, argv: tuple[str, ...], environment: Mapping[str, str], directory: str, log: Path, patience: Patience
) -> Link:
    """Start an agent and greet it. Raises `FactoryError`; then nothing of it is left."""
    link = Link(await Process.begin(argv, environment, directory, log), preset)
    try:
        await link.greet(patience.greeting)
    except RequestError as error:
        await link.close()
        raise refused(preset, error, "does not begin") from error
    except BaseException:
        await link.close()
        raise
    return link


def refused(preset: Preset, error: RequestError, what: str) -> FactoryError:
    """What an agent refused, in words."""
    data = fields(error.data)
    said = text(data.get("details")) or text(data.get("message")) or text(error.data)
    reason = clean(": ".join(dict.fromkeys(filter(None, (str(error), said)))), 600)
    if error.code == AUTH_REQUIRED:
        return FactoryError(f"{preset.title} is not logged in: {reason}", preset.login or "log it in")
    return FactoryError(f"{preset.title} {what}: {reason}", "see what it wrote beside its transcript")
