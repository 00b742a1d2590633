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

from sessions.errors import FactoryError
from sessions.floor.commands import AnyCommand, Progress, Reply
from sessions.floor.fold import fold_all
from sessions.floor.state import FloorState
from sessions.supervisor import protocol
from sessions.supervisor.protocol import Answer, Events, Farewell, Refused, ReplyFrame, Snapshot, Welcome, WorkFrame

SILENCE_S = 15.0
"""A supervisor says something every five seconds; after this long it hangs, or the machine sleeps."""
FIRST_RETRY_S, LAST_RETRY_S = 0.1, 5.0


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a client stands with its supervisor."""

    connected: bool = False
    trouble: str = ""
    """Why it is not connected, or what keeps the supervisor from its work; with the cure."""
    heard: float = 0.0
    """Clock time (seconds since 1970) of the supervisor's last word."""
    progress: Progress | None = None
    pid: int = 0
    """Process id of the supervisor it is, or was, connected to."""


class _PartedError(FactoryError):
    """The supervisor said goodbye. `stopped`: the operator ended it."""

    def __init__(self, farewell: Farewell) -> None:
        cure = "open the floor again to start it" if farewell.stopped else ""
        super().__init__(farewell.reason, cure)
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
        program: str = "",
        wishes: Sequence[AnyCommand] = (),
    ) -> None:
        """`revive` starts a supervisor when none answers (it may block, and raise `FactoryError`).

        `changed` is called on the client's thread after each change of `state` or `contact`; it must not block.
        `wishes` are sent to every supervisor that it connects to.
        """
        self.state = state
        self.contact = Contact(progress=Progress("connecting to the supervisor", 0, 0))
        self._path, self._program = socket_path, program
        self._revive, self._changed = revive, changed
        self._wishes = wishes
        self._ids = itertools.count(1)
        self._asked: dict[int, concurrent.futures.Future[Reply]] = {}
        self._sent: set[concurrent.futures.Future[Reply]] = set()
        self._sending = threading.Lock()
        self._work, self._pid = WorkFrame(), 0
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

    def send(self, command: AnyCommand) -> concurrent.futures.Future[Reply]:
        """Send a command; the reply is a refusal when no supervisor takes it."""
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

    def _unheard(self) -> Reply:
        return Reply(False, "no supervisor is connected", self.contact.trouble or "wait for it, or see its log")

    def _ask(self, command: AnyCommand, future: concurrent.futures.Future[Reply]) -> None:
        if self._writer is None:
            future.set_result(self._unheard())
            return
        number = next(self._ids)
        try:
            frame = protocol.encode(protocol.CommandFrame(number, command))
        except UnicodeEncodeError:
            cure = "rename it, or end the supervisor first: without one the command reads it by itself"
            future.set_result(Reply(False, "a name that is not UTF-8 cannot be told to the supervisor", cure))
            return
        self._asked[number] = future
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
        wait, revive, trouble = FIRST_RETRY_S, self._revive, ""
        while True:
            began = time.monotonic()
            try:
                await self._attend(revive)
                trouble = "the supervisor has died"
                revive = self._revive
            except _PartedError as error:
                trouble = str(error)
                revive = None if error.stopped else self._revive
            except FactoryError as error:
                trouble = str(error)
            except OSError as error:
                # Of one that was stopped it is known why nobody answers, and what to do.
                if revive is not None or not trouble:
                    trouble = f"no supervisor can be reached ({error.strerror or error})"
            self._lost(trouble)
            # One that dies again and again at once is not started again and again at once.
            wait = FIRST_RETRY_S if time.monotonic() - began > LAST_RETRY_S else min(wait * 2, LAST_RETRY_S)
            await asyncio.sleep(wait)

    async def _attend(self, revive: Callable[[], None] | None) -> None:
        """One connection, from its beginning to its end."""
        try:
            reader, writer = await asyncio.open_unix_connection(self._path)
        except (FileNotFoundError, ConnectionRefusedError):
            if revive is None:
                raise
            self._show(replace(self.contact, progress=Progress("starting the supervisor", 0, 0)))
            await _on_thread(revive)
            reader, writer = await asyncio.open_unix_connection(self._path)
        try:
            writer.write(protocol.encode(protocol.Hello(protocol.VERSION, self._program, self.state.seq)))
            await writer.drain()
            self._writer = writer
            while (frame := await self._next(reader)) is not None:
                self._take(frame)
        except ConnectionError:
            return
        finally:
            self._writer = None
            writer.close()

    async def _next(self, reader: asyncio.StreamReader) -> Answer | None:
        frame = protocol.read(reader, protocol.ANSWERS, protocol.MAX_ANSWER)
        reading = asyncio.create_task(frame)
        try:
            while not (await asyncio.wait({reading}, timeout=SILENCE_S))[0]:
                self._show(replace(self.contact, trouble=f"silent for over {SILENCE_S:.0f} s: it hangs or is stopped"))
            return await reading
        finally:
            reading.cancel()

    def _take(self, frame: Answer) -> None:
        match frame:
            case Events():
                self.state = self._folded(frame)
            case Snapshot(state):
                self.state = state
            case WorkFrame():
                self._work = frame
            case ReplyFrame(number, reply):
                if (future := self._asked.pop(number, None)) is not None:
                    future.set_result(reply)
            case Welcome():
                self._pid = frame.pid
                for wish in self._wishes:
                    self._ask(wish, concurrent.futures.Future())
            case Refused(reason, cure):
                raise FactoryError(reason, cure)
            case Farewell():
                raise _PartedError(frame)
        self._show(Contact(True, self._work.trouble, time.time(), self._work.progress, self._pid))

    def _folded(self, frame: Events) -> FloorState:
        if frame.first != self.state.seq + 1:
            raise protocol.ProtocolError(f"events from {frame.first} on came after event {self.state.seq}")
        return fold_all(self.state, frame.events)

    def _lost(self, trouble: str) -> None:
        self._work = WorkFrame()
        self._show(replace(self.contact, connected=False, trouble=trouble, progress=None))
        asked, self._asked = self._asked, {}
        for future in asked.values():
            future.set_result(Reply(False, "the supervisor went away before it answered", "ask again"))

    def _show(self, contact: Contact) -> None:
        self.contact = contact
        if self._changed is not None:
            self._changed()


async def _on_thread(blocking: Callable[[], None]) -> None:
    """Run on a thread that neither the loop's end nor the program's waits for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def finish(error: BaseException | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(None)

    def run() -> None:
        error: BaseException | None = None
        try:
            blocking()
        except BaseException as caught:  # it is raised again where it is waited for
            error = caught
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(finish, error)

    threading.Thread(target=run, name="supervisor-start", daemon=True).start()
    await done
