"""A supervisor's end of the line to a host: asks, and hears what its agents tell. It loads no agent and no model."""

from __future__ import annotations

import asyncio
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from sessions.errors import FactoryError
from sessions.floor.scope import Budget, Scope
from sessions.journal import codec
from sessions.sockets.framing import ProtocolError
from sessions.sockets.reading import read
from sessions.stations.contract import CONTRACT, Brief, Decision, LostSessionError
from sessions.stations.hosting import line
from sessions.stations.hosting.line import MAX_FRAME, UP, VERSION, Done, Ready, Running, Seated, Told, Up

log = logging.getLogger(__name__)

GREETING_S = 10.0
ANSWER_S = 20.0
"""After so long without an answer a host is asked whether it hears at all; so long again, and it is held to hang."""

A = TypeVar("A", Done, Running)


class HostGoneError(FactoryError):
    """The host ended, or the line to it did. What was asked may be done or not: ask again with the same id."""


class HostSilentError(FactoryError):
    """The host lives and does not even say what runs in it: it hangs, or somebody halted it."""


class Batch(msgspec.Struct, frozen=True):
    """What agents told, in order."""

    seq: int
    events: codec.Encoded
    """Ready for the recorder: without secrets, with their bodies."""
    mark: bytes
    """To be committed with the events; see `Host.connect`."""


def argv(kinds: Sequence[str], socket: Path, log: Path, patience: float | None = None) -> tuple[str, ...]:
    """The words that start a host."""
    words = (sys.executable, "-m", "sessions.stations.hosting", "--kind", *kinds, f"--socket={socket}", f"--log={log}")
    return words if patience is None else (*words, f"--patience={patience}")


class Host:
    """One connection. Every request may be repeated with the same `id`, on this line or the next: it is done once.

    Each returns the number up to which the facts that came of it are told: once that batch is committed, all of them
    are. They raise `FactoryError`, with the agent's own reason and the cure, and `HostGoneError` where the line broke.
    """

    def __init__(self, ready: Ready, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.ready = ready
        self._reader, self._writer = reader, writer
        self._waiting: dict[str, asyncio.Future[Up]] = {}
        self._told: asyncio.Queue[Batch | None] = asyncio.Queue()
        """No longer than what the host keeps: it tells no more than that before it is acknowledged."""
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def connect(cls, socket: Path, mark: bytes = b"") -> Host:
        """Connect; `mark` is that of the last committed batch of this socket's hosts, and what came after is told.

        OSError where nobody is there; `FactoryError` where another program's host is, which must be ended.
        """
        reader, writer = await asyncio.open_unix_connection(socket)
        try:
            async with asyncio.timeout(GREETING_S):
                ready = await read(reader, UP, MAX_FRAME)
            if not isinstance(ready, Ready):
                raise ProtocolError("it does not speak as a host does")
            if (ready.version, ready.contract) != (VERSION, CONTRACT):
                raise FactoryError(f"the host (process {ready.pid}) is of another factory-tui", "end it")
            host, _, seq = mark.decode("ascii", "replace").partition(" ")
            committed = int(seq) if host == ready.host and seq.isdecimal() else 0
            writer.write(line.encode(line.Ack(committed)))
        except TimeoutError as error:
            writer.close()
            raise FactoryError(f"the host at {socket} says nothing", "it hangs: end it") from error
        except BaseException:
            writer.close()
            raise
        return cls(ready, reader, writer)

    async def begin(self, kind: str, brief: Brief, id: str = "") -> int:
        """Start an agent, or find it running. Raises `LostSessionError` when `brief.session` cannot be gone on with."""
        return (await self._done(line.Begin(id or _chance(), kind, brief))).seq

    async def prompt(self, station: str, prompt: str, text: str) -> int:
        """Give it the request with the id `prompt`; returns when the agent has it, not when the turn is over."""
        return (await self._done(line.Prompt(prompt, station, text))).seq

    async def interrupt(self, station: str, id: str = "") -> int:
        """End the turn under way, if any."""
        return (await self._done(line.Interrupt(id or _chance(), station))).seq

    async def answer(self, station: str, question: str, decision: Decision, reason: str = "", id: str = "") -> int:
        """Answer a question of its."""
        return (await self._done(line.Answer(id or _chance(), station, question, decision, reason))).seq

    async def assign(
        self, station: str, scope: Scope, budget: Budget, id: str = "", brief: Brief | None = None
    ) -> bool:
        """Its scope, budget and boundary are these; False when that holds from its next start on."""
        return (await self._done(line.Assign(id or _chance(), station, scope, budget, brief))).now

    async def close_station(self, station: str, id: str = "") -> int:
        """End its agent, if any, and all processes of it."""
        return (await self._done(line.Close(id or _chance(), station))).seq

    async def running(self) -> tuple[Seated, ...]:
        """What runs there."""
        return (await self._ask(line.List(_chance()), Running)).stations

    async def end(self) -> None:
        """End all its agents and itself; returns when the line has ended."""
        self._say(line.End(_chance()))
        await asyncio.wait({self._listening})
        await self.close()

    async def told(self) -> AsyncIterator[Batch]:
        """What is told, batch by batch, until the line ends. Commit each with its mark, then `ack` it."""
        while (batch := await self._told.get()) is not None:
            yield batch

    def ack(self, seq: int) -> None:
        """All up to this number is committed: the host need not keep it."""
        self._say(line.Ack(seq))

    async def close(self) -> None:
        """Leave. The host and its agents go on."""
        self._writer.close()
        self._listening.cancel()
        await asyncio.wait({self._listening})
        self._told.put_nowait(None)  # it may have been cancelled before it began
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _done(self, asked: line.Asked) -> Done:
        done = await self._ask(asked, Done)
        if not done.ok:
            raise (LostSessionError if done.lost else FactoryError)(done.reason, done.cure)
        return done

    async def _ask(self, asked: line.Request, answer: type[A]) -> A:
        if self._listening.done():
            raise _gone()
        waiting = self._waiting[asked.id] = asyncio.get_running_loop().create_future()
        try:
            self._say(asked)
            while not (await asyncio.wait({waiting}, timeout=ANSWER_S))[0]:
                await self._hears()
            said = waiting.result()
        finally:
            self._waiting.pop(asked.id, None)
        if not isinstance(said, answer):
            raise ProtocolError("the host answered something else than it was asked")
        return said

    async def _hears(self) -> None:
        """Raises `HostSilentError` unless it answers what any host answers at once."""
        asked = line.List(_chance())
        waiting = self._waiting[asked.id] = asyncio.get_running_loop().create_future()
        try:
            self._say(asked)
            if not (await asyncio.wait({waiting}, timeout=ANSWER_S))[0]:
                what = f"the host (process {self.ready.pid}) does not answer: it hangs, or somebody halted it"
                raise HostSilentError(
                    what, "kill the station: its host ends with it, and what else is in it comes back"
                )
            waiting.result()
        finally:
            self._waiting.pop(asked.id, None)

    def _say(self, frame: line.Frame) -> None:
        if not self._writer.is_closing():
            self._writer.write(line.encode(frame))

    async def _listen(self) -> None:
        try:
            with suppress(ConnectionError):
                while (frame := await read(self._reader, UP, MAX_FRAME)) is not None:
                    self._heard(frame)
        except FactoryError as error:
            log.error("the line to the host of process %d breaks: %s", self.ready.pid, error)
        finally:
            self._writer.close()
            self._told.put_nowait(None)
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(_gone())

    def _heard(self, frame: Up) -> None:
        match frame:
            case Told(seq, bodies):
                lines = [bytes(body) for body in bodies]
                events = codec.Encoded.of(codec.decode_all(lines), lines)
                self._told.put_nowait(Batch(seq, events, f"{self.ready.host} {seq}".encode()))
            case Done(id) | Running(id):
                waiting = self._waiting.get(id)
                if waiting is not None and not waiting.done():
                    waiting.set_result(frame)
            case Ready():
                raise ProtocolError("the host greeted twice")


def _gone() -> HostGoneError:
    return HostGoneError("the host has gone", "it is started again")


def _chance() -> str:
    return secrets.token_hex(8)
