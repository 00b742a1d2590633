"""What programs in terminals say that was refused to them, as violations of their station's scope.

The kernel tells nobody but the program that asked, and these have no hooks: their own words are all there is. So it is
a guess, as with what other agents' commands print (see `sessions.stations.boundary.violations`).
"""

from __future__ import annotations

import asyncio
import json
import time

from sessions.floor import events as ev
from sessions.stations.running.fitting import standing_dir
from sessions.stations.signals import rules, standing
from sessions.supervisor.services.stations.crew import Crew, now
from sessions.text import clean, clean_lines

AGAIN_S = 60.0
"""The same path is told again after so many seconds."""
_MOST = 200
"""Paths of one station that are told in that time."""


class Refusals:
    """Takes lines in which a program says that something was refused to it."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._told: dict[str, dict[str, float]] = {}

    def hear(self, station: str, said: bytes) -> None:
        """Returns at once; what comes of it is recorded soon."""
        if station in self._crew.state.owned:
            self._crew.go(self._record(station, said))

    async def _record(self, station: str, said: bytes) -> None:
        paths = await asyncio.to_thread(self._paths, station, said)
        told, at = self._told.setdefault(station, {}), time.monotonic()
        for path in [path for path, when in told.items() if at - when > AGAIN_S]:
            del told[path]
        fresh = [path for path in paths if path not in told][: _MOST - len(told)]
        told |= dict.fromkeys(fresh, at)
        if fresh:
            await self._crew.record(*(ev.ScopeViolated(path=path, act="write", **now(station)) for path in fresh))

    def _paths(self, station: str, said: bytes) -> list[str]:
        """Those that lie outside its scope."""
        try:
            file = standing_dir(self._crew.factory, station) / standing.FILE
            stands = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        text = "\n".join(clean_lines(said.decode("utf-8", "replace")))
        found = rules.refused({"tool_response": text, "cwd": stands.get("root")}, stands)
        return list(dict.fromkeys(clean(path, 1_000) for path in found))
