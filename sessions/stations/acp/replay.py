"""What an agent tells of the past when it goes on with a conversation, by which it is known to be the right one."""

from __future__ import annotations

import asyncio
import contextlib

from sessions.stations.acp.fields import Fields, fields, text

QUIET_S = 0.2
"""An agent that tells of the past after it said that the conversation is open has told all when it is quiet so long."""


class Replay:
    """What came before the next prompt."""

    def __init__(self) -> None:
        self.words: list[str] = []
        """What the operator had said."""
        self._more = asyncio.Event()

    def heard(self, update: Fields) -> None:
        """An update of the past."""
        self._more.set()
        if update.get("sessionUpdate") == "user_message_chunk":
            self.words.append(text(fields(update, "content").get("text")))

    async def tells(self, last: str, within: float, late: bool) -> bool:
        """Whether this is in it, within so many seconds; the agent may fold or cut it. `late` if it tells on then."""
        wanted, seen = "".join(last.split())[:200], -1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not (len(self.words) > seen and wanted in "".join("".join(self.words).split())):
                    late, seen = True, len(self.words)
                    await self._told_more()
                while late and await self._tells_on():
                    pass
                return True
        return False

    async def _tells_on(self) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(QUIET_S):
                await self._told_more()
                return True
        return False

    async def _told_more(self) -> None:
        self._more.clear()
        await self._more.wait()
