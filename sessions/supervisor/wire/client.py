"""A console's side of the socket: it follows a supervisor on a thread of its own and keeps a floor up to date."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from sessions import operator
from sessions.asking.asked import Asked, UnheardError
from sessions.asking.question import A, Question
from sessions.backoff import Backoff
from sessions.errors import FactoryError
from sessions.floor.commands import AnyWish, Command, Progress, Reply
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import FloorState
from sessions.sockets.framing import ProtocolError, TornError
from sessions.sockets.reading import read
from sessions.supervisor.wire import frames, protocol
from sessions.supervisor.wire.asking import Questions, Write
from sessions.supervisor.wire.capabilities import age_of, lacking, missed
from sessions.supervisor.wire.frames import (
    EndFrame,
    Farewell,
    OutputFrame,
    PartFrame,
    Refused,
    ReplyFrame,
    Welcome,
    WorkFrame,
)
from sessions.supervisor.wire.protocol import Answer, Events, Snapshot
from sessions.supervisor.wire.starts import STARTING, Starts, on_thread

SILENCE_S = 15.0
"""A supervisor says something every five seconds; after this long it hangs, or the machine sleeps."""
ANSWER_S = 20.0
"""How long a command waits for another supervisor, when the one that it was given to has died."""
FIRST_RETRY_S, LAST_RETRY_S = 0.1, 5.0
"""Between two attempts to connect, which cost nothing."""


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a client stands with its supervisor."""

    connected: bool = False
    trouble: str = ""
    """Why it is not connected, or what keeps the supervisor from its work; with the cure."""
    progress: Progress | None = None
    pid: int = 0
    """Process id of the supervisor it is, or was, connected to."""
    halted: bool = False
    """Its journal takes nothing at present: commands that write wait."""
    behind: bool = False
    """What happened while nobody looked is still coming in."""


class _PartedError(FactoryError):
    """The supervisor said goodbye. `stopped`: the operator ended it."""

    def __init__(self, farewell: Farewell) -> None:
        super().__init__(farewell.reason)
        self.stopped = farewell.stopped


class Client:
    """Follows the supervisor at a socket from `state` on, through its deaths and restarts.

    `state` and `contact` are swapped whole, so any thread may read them at any time.
    """

    def __init__(
        self,
        socket_path: Path,
        state: FloorState,
        revive: Callable[[], None] | None = None,
        changed: Callable[[], None] | None = None,
        wishes: Sequence[AnyWish] = (),
        clear: Callable[[], None] | None = None,
        fingerprint: str = "",
    ) -> None:
        """`revive` starts a supervisor when none answers, `clear` ends one that is there and does not serve.

        Both may block, and raise `FactoryError`; without `revive` somebody else starts it.

        `changed` is called on the client's thread when `state` or `contact` has become another; it must not block.
        `wishes` are sent to every supervisor that it connects to. `fingerprint` is that of the settings of
        its own: one that was started for commands with others makes room for it.
        """
        self._fingerprint = fingerprint
        self.state = state
        self.contact = Contact(progress=Progress("connecting to the supervisor", 0, 0))
        self._path = socket_path
        self._revive, self._clear, self._changed = revive, clear, changed
        self._starts = Starts()
        self._asked_again = asyncio.Event()
        self._useless = False
        """The supervisor that is there hangs, or is too old."""
        self._wishes = wishes
        self._asked: dict[str, tuple[Command, concurrent.futures.Future[Reply]]] = {}
        """Commands without an answer, by id."""
        self._sent: set[concurrent.futures.Future[Reply]] = set()
        self._questions = Questions(itertools.count(1), self._post, self._line, self._unanswered)
        self._sending = threading.Lock()
        self._work, self._pid, self._missed = WorkFrame(), 0, ""
        self._deaf = False
        """The supervisor answers no questions."""
        self._shown: tuple[FloorState, Contact] = (self.state, self.contact)
        self._writer: asyncio.StreamWriter | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor-client", daemon=True)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Let go of the supervisor and end the thread."""
        if not self._thread.is_alive():
            return
        self._ready.wait()
        with self._sending:
            if self._loop is not None and self._main is not None:
                self._loop.call_soon_threadsafe(self._main.cancel)
        self._thread.join()

    def again(self) -> None:
        """Try now: start a supervisor although it was stopped, and end one first that is there and does not serve."""
        self._post(self._take_up)

    def send(self, command: Command) -> concurrent.futures.Future[Reply]:
        """Send a command; the reply is a refusal when no supervisor takes it.

        One whose answer was lost with its supervisor is sent again to the next, which knows what it came to.
        """
        future: concurrent.futures.Future[Reply] = concurrent.futures.Future()
        future.set_running_or_notify_cancel()  # from here on it can only be answered
        with self._sending:
            if self._loop is None:
                future.set_result(self._unheard())
            else:
                self._sent.add(future)
                future.add_done_callback(self._sent.discard)
                self._loop.call_soon_threadsafe(self._ask, command, future)
        return future

    def ask(self, question: Question[A], heard: Callable[[A], None] | None = None) -> Asked[A]:
        """Ask the supervisor; `heard` is called on the client's thread with every part, and must not block."""
        return self._questions.ask(question, heard)

    def _post(self, call: Callable[[], None]) -> bool:
        """Have it called on the client's thread; False when that is over, or has not begun."""
        with self._sending:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(call)
            return self._loop is not None

    def _line(self) -> Write | None:
        """Where questions are written to."""
        return None if self._writer is None or self._useless or self._deaf else self._writer.write

    def _unanswered(self) -> UnheardError:
        why = self._unheard()
        return UnheardError(why.reason, "" if self.contact.trouble else why.cure)

    def _unheard(self) -> Reply:
        cure = "end it with factory-tui stop" if self._useless else "wait for it, or see its log"
        return Reply(False, self.contact.trouble or "no supervisor is connected", cure)

    def _ask(self, command: Command, future: concurrent.futures.Future[Reply]) -> None:
        if self._writer is None or self._useless:
            future.set_result(self._unheard())
            return
        try:
            frame = frames.encode(frames.command_frame(command))
        except UnicodeEncodeError:
            cure = "rename it, or end the supervisor first: without one the command reads it by itself"
            future.set_result(Reply(False, "words that are not UTF-8 cannot be told to the supervisor", cure))
            return
        self._asked[command.id] = (command, future)
        self._writer.write(frame)

    def _run(self) -> None:
        try:
            with contextlib.suppress(asyncio.CancelledError):
                asyncio.run(self._live())
        finally:
            self._ready.set()
            self._lost("this console has let go of it")
            for future in tuple(self._sent):  # what came too late for the loop
                future.set_result(self._unheard())
            self._questions.close()

    async def _live(self) -> None:
        self._loop, self._main = asyncio.get_running_loop(), asyncio.current_task()
        self._ready.set()
        try:
            await self._keep()
        finally:
            with self._sending:
                self._loop = None

    async def _keep(self) -> None:
        """Be connected for ever."""
        backoff, trouble = Backoff(FIRST_RETRY_S, LAST_RETRY_S), ""
        while True:
            began = time.monotonic()
            try:
                await self._attend()
                trouble = "the supervisor has died" + (" again and again: see its log" if self._starts.many else "")
            except _PartedError as error:
                trouble, self._starts.stopped = str(error), error.stopped
            except (FileNotFoundError, ConnectionRefusedError):
                trouble = trouble or "no supervisor runs"  # what ended it is known better than that nobody answers
            except FactoryError as error:
                trouble = str(error)
            except OSError as error:
                trouble = f"no supervisor can be reached ({error.strerror or error})"
            self._lost(trouble, waits=self._revive is not None and not self._starts.stopped)
            lasted = time.monotonic() - began
            self._starts.ended(lasted)
            backoff.lasted(lasted)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(backoff.next()):
                    await self._asked_again.wait()

    def _take_up(self) -> None:
        if self.contact.connected:
            return
        self._asked_again.set()
        if self._useless and self._writer is not None:
            self._writer.transport.abort()

    async def _attend(self) -> None:
        """One connection, from its beginning to its end."""
        if self._asked_again.is_set():
            self._asked_again.clear()
            self._starts = Starts()
            self._show(replace(self.contact, trouble="", progress=STARTING))
            if self._useless and self._clear is not None:
                await on_thread(self._clear)
                self._useless = False
        reader, writer = await self._connected()
        self._pid = 0
        try:
            writer.write(frames.encode(frames.hello(self.state.seq or frames.NOTHING, fingerprint=self._fingerprint)))
            await writer.drain()
            self._writer = writer
            while (frame := await self._next(reader)) is not None:
                self._take(frame)
        except (ConnectionError, TornError):
            return
        finally:
            self._writer = None
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The line to a supervisor, which is started when there is none and it is due."""
        try:
            return await asyncio.open_unix_connection(self._path)
        except (FileNotFoundError, ConnectionRefusedError):
            if self._revive is None or not self._starts.due():
                raise
        self._starts.count()
        self._show(replace(self.contact, progress=STARTING))
        await on_thread(self._revive)
        return await asyncio.open_unix_connection(self._path)

    async def _next(self, reader: asyncio.StreamReader) -> Answer | None:
        frame = read(reader, protocol.ANSWERS, frames.MAX_ANSWER)
        reading = asyncio.create_task(frame)
        try:
            while not (await asyncio.wait({reading}, timeout=SILENCE_S))[0]:
                self._useless = True
                who = f"the supervisor (process {self._pid})" if self._pid else "the supervisor"
                self._lost(f"{who} has been silent for over {SILENCE_S:.0f} s: it hangs, or somebody halted it")
            return await reading
        finally:
            reading.cancel()

    def _take(self, frame: Answer) -> None:
        self._useless = False
        match frame:
            case Events():
                self.state = self._folded(frame)
            case Snapshot(state):
                self.state = state
            case WorkFrame():
                self._work = frame
            case ReplyFrame(command, reply):
                if command in self._asked:
                    self._asked.pop(command)[1].set_result(reply)
            case PartFrame() | EndFrame():
                self._questions.take(frame)
                return
            case OutputFrame():
                return  # who is attached has a line of his own
            case Welcome():
                self._pid, self._starts.stopped = frame.pid, False
                self._missed, self._deaf = missed(frame.speaks), bool(lacking(frame.speaks, ["questions"]))
                self._asked_again.clear()
                for unanswered in [*self._asked.values()]:
                    self._ask(*unanswered)
                for wish in self._wishes:
                    self._ask(operator.command(wish), concurrent.futures.Future())
            case Refused(reason, cure, version, speaks):
                age = age_of(version, speaks) if version else 0
                self._useless = age < 0
                self._starts.stopped |= age > 0  # an older one would only be in the way
                raise FactoryError(reason, cure)
            case Farewell():
                raise _PartedError(frame)
        trouble = "; ".join(filter(None, (self._work.trouble, self._missed)))
        behind = self.state.seq < self._work.past
        self._show(Contact(True, trouble, self._work.progress, self._pid, self._work.halted, behind))

    def _folded(self, frame: Events) -> FloorState:
        if frame.first != self.state.seq + 1:
            raise ProtocolError(f"events from {frame.first} on came after event {self.state.seq}")
        return fold_all(self.state, frame.read())

    def _lost(self, trouble: str, waits: bool = False) -> None:
        """Nobody answers: show why, and refuse what was asked; or when somebody will soon, wait for that a while."""
        self._work = WorkFrame()
        self._show(replace(self.contact, connected=False, trouble=trouble, progress=None, halted=False, behind=False))
        self._questions.lost("the supervisor gave no answer", trouble)
        for command in [*self._asked]:
            if waits:
                asyncio.get_running_loop().call_later(ANSWER_S, self._give_up, command)
            else:
                self._refuse(command)

    def _give_up(self, command: str) -> None:
        if not self.contact.connected:
            self._refuse(command)

    def _refuse(self, command: str) -> None:
        if command in self._asked:
            _, future = self._asked.pop(command)
            future.set_result(Reply(False, "the supervisor gave no answer", self.contact.trouble))

    def _show(self, contact: Contact) -> None:
        self.contact = contact
        state, before = self._shown
        if self._changed is not None and (state is not self.state or before != contact):
            self._shown = (self.state, contact)
            self._changed()
