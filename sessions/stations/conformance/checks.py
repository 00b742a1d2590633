"""What was tried, and whether it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum

import msgspec

from sessions.errors import FactoryError

PATIENCE_S = 60.0
"""For each thing that is tried; some agents take a while to start."""


class Verdict(StrEnum):
    HOLDS = "holds"
    FAILS = "fails"
    SKIPPED = "skipped"
    """It does not say that it can."""


class Checked(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was tried."""

    name: str
    verdict: Verdict
    detail: str = ""


Tell = Callable[[Checked], None]


class Checks:
    """Keeps count of what holds."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.well = True

    async def look(self, name: str, trying: Awaitable[str]) -> bool:
        """One thing: it returns what there is to say, and raises where it does not hold."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                detail = await trying
        except TimeoutError:
            return self.fails(name, f"nothing came for {PATIENCE_S:.0f} s")
        except FactoryError as error:
            return self.fails(name, str(error))
        except AssertionError as error:
            return self.fails(name, str(error) or "it does not")
        self._tell(Checked(name, Verdict.HOLDS, detail))
        return True

    def fails(self, name: str, why: str) -> bool:
        self.well = False
        self._tell(Checked(name, Verdict.FAILS, why))
        return False

    def skip(self, name: str, why: str) -> None:
        self._tell(Checked(name, Verdict.SKIPPED, why))
