"""One gate for each model of each provider, for all who call it: what one is told to wait, all wait.

After trouble one call goes alone, and the others follow when it went well: a provider that limits is not asked early,
and not by thirty at once. Where the key is refused nobody calls until somebody says that it was mended.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

FIRST_S, LAST_S = 1.0, 300.0
"""Between two attempts where the provider does not say how long: twice as long every time."""

Say = Callable[[str], None]


class Login:
    """Whether a provider takes the key, for all its models."""

    def __init__(self) -> None:
        self.refusal = ""
        """Why it does not; "" where it does."""
        self.news = asyncio.Event()
        """Set, and replaced, when it may do so again."""


class Gate:
    """Of one model at one provider."""

    def __init__(self, name: str, login: Login, now: Callable[[], float] = time.monotonic) -> None:
        self.name, self.login = name, login
        self._now = now
        self._until = 0.0
        self._well, self._probing = True, False
        self._age, self._failures = 0, 0
        self._news = asyncio.Event()
        """Set, and replaced, at every change."""

    async def enter(self, waits: Say, held: Say) -> int:
        """Return when a call may be made, with the age to give back. `waits` and `held` are told why it is not yet."""
        while True:
            if self.login.refusal:
                held(f"login: {self.name} refuses the key ({self.login.refusal})")
                await self.login.news.wait()
            elif self._well:
                return self._age
            elif (rest := self._until - self._now()) > 0:
                waits(f"{self.name} asks to wait {rest:.0f} s")
                await self._for(rest)
            elif self._probing:
                waits(f"one call tries whether {self.name} is back")
                await self._news.wait()
            else:
                self._probing = True
                return self._age

    def went_well(self, age: int) -> None:
        """The call that entered at this age was answered."""
        if age == self._age:
            self._well, self._probing, self._failures = True, False, 0
            self._ring()

    def failed(self, age: int, retry_after: float | None) -> float:
        """It met trouble that passes; returns the seconds that all wait now."""
        now = self._now()
        if age == self._age:
            self._age += 1
            self._failures += 1
            self._well = self._probing = False
            wait = min(LAST_S, FIRST_S * 2 ** min(self._failures - 1, 20))
            self._until = now + (wait if retry_after is None else retry_after)
        elif retry_after is not None:  # it left before the others knew, and was told more than they were
            self._until = max(self._until, now + retry_after)
        self._ring()
        return max(0.0, self._until - now)

    def refused(self, age: int, reason: str) -> None:
        """The key is refused."""
        if age == self._age:
            # Whatever the next call is, it goes alone.
            self._age += 1
            self._well = self._probing = False
            self.login.refusal = reason
            self._ring()

    def left(self, age: int) -> None:
        """The call was given up without an answer."""
        if age == self._age and self._probing:
            self._probing = False
            self._ring()

    def mended(self) -> None:
        """Somebody says that the key may be another one: one call tries it."""
        if self.login.refusal:
            self.login.refusal = ""
            self.login.news.set()
            self.login.news = asyncio.Event()

    async def _for(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            pass

    def _ring(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


_logins: dict[str, Login] = {}
_gates: dict[tuple[str, str], Gate] = {}


def gate_of(provider: str, model: str) -> Gate:
    """The gate of this process for a model at a provider."""
    gate = _gates.get((provider, model))
    if gate is None:
        login = _logins.setdefault(provider, Login())
        gate = _gates[provider, model] = Gate(f"{model} at {provider}", login)
    return gate
