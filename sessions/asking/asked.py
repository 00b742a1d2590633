"""A question under way: who asked waits for the answer or loses interest, who answers hands in parts."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from sessions.errors import FactoryError

A = TypeVar("A")


class GivenUpError(FactoryError):
    """Nobody wants to know any more."""


class UnheardError(FactoryError):
    """Nobody is there to answer, or went before the end: it can be asked again."""


class Halt:
    """Tells work that nobody wants it any more. Any thread may pull it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Callable[[], None]] = []
        self.pulled = False

    def pull(self) -> None:
        """Let the work come to nothing."""
        with self._lock:
            self.pulled = True
            calls, self._calls = self._calls, []
        for call in calls:
            call()

    def then(self, call: Callable[[], None]) -> None:
        """Have `call` made when it is pulled; at once where it has been."""
        with self._lock:
            if not self.pulled:
                self._calls.append(call)
                return
        call()

    def check(self) -> None:
        """Raise `GivenUpError` once it was pulled."""
        if self.pulled:
            raise GivenUpError("nobody looks any more")


class Asked(Generic[A]):
    """The answer to one question as it comes in. Any thread may wait for it, or call it off."""

    def __init__(self, heard: Callable[[A], None] | None = None) -> None:
        """`heard` is called with each part at once, on the thread it comes in on; parts are not kept then."""
        self.halt = Halt()
        self._heard = heard
        self._parts: list[A] = []
        self._over: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._over.set_running_or_notify_cancel()
        self._lock = threading.Lock()

    @property
    def over(self) -> bool:
        """There will be no more parts."""
        return self._over.done()

    @property
    def trouble(self) -> FactoryError | None:
        """Why there is no answer, as far as is known now."""
        error = self._over.exception() if self._over.done() else None
        return error if isinstance(error, FactoryError) else None

    def then(self, call: Callable[[], None]) -> None:
        """Have `call` made when there will be no more parts, on the thread that knows first."""
        self._over.add_done_callback(lambda _: call())

    def all(self) -> list[A]:
        """Wait for every part. Raises `FactoryError` with the reason when there is no answer, or nobody wants it."""
        self._over.result()
        return self._parts

    def one(self) -> A:
        """Wait for an answer of one part."""
        return _only(self.all())

    async def told(self) -> list[A]:
        """As `all`, on a loop; a task that is called off meanwhile calls off the question."""
        try:
            await asyncio.wrap_future(self._over)
        except asyncio.CancelledError:
            self.cancel()
            raise
        return self._parts

    async def told_one(self) -> A:
        """As `one`, on a loop."""
        return _only(await self.told())

    def cancel(self) -> None:
        """Lose interest: whoever waits is told so, and the work is called off."""
        self.end(GivenUpError("nobody looks any more"))
        self.halt.pull()

    # For who answers

    def part(self, part: A) -> None:
        """Hand in a part."""
        if self.over:
            return
        if self._heard is not None:
            self._heard(part)
        else:
            self._parts.append(part)

    def end(self, error: FactoryError | None = None) -> None:
        """That was all; with an error, why there is no answer. Only the first end counts."""
        with self._lock:
            if self._over.done():
                return
            if error is None:
                self._over.set_result(None)
            else:
                self._over.set_exception(error)


def _only(parts: list[A]) -> A:
    if len(parts) != 1:
        raise FactoryError(f"an answer of {len(parts)} parts instead of one")
    return parts[0]
