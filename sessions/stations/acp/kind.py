"""Kinds of agents that speak the Agent Client Protocol. Looking at one imports nothing heavy; starting one does."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sessions.errors import FactoryError
from sessions.stations.acp import program
from sessions.stations.acp.preset import Preset
from sessions.stations.contract import CONTRACT, Agent, Brief, Tell, Usable

if TYPE_CHECKING:
    from sessions.stations.acp.starting import Starting

PACKAGE = "acp"
EXTRA = "install factory-tui with its extra `agents`: pipx install --force '.[models,agents]' in its checkout"


class AcpKind:
    """A `Conversing` kind."""

    contract = CONTRACT
    options: Mapping[str, str] = {
        "command": "its command line",
        "mode": "one of its own modes",
        "share": "no: a process of its own",
    }

    def __init__(self, preset: Preset) -> None:
        self.preset = preset
        self.name, self.title, self.abilities = preset.name, preset.title, preset.abilities
        self.tried = preset.tried
        self.tried_with = preset.tested if preset.ran else ""
        self._starting: Starting | None = None

    def usable(self, environment: Mapping[str, str]) -> Usable:
        """See `Kind`."""
        preset = self.preset
        try:
            self.needs()
        except FactoryError as error:
            return Usable(False, reason=error.message, cure=error.cure)
        if not preset.program:
            return Usable(True)
        path = environment.get("PATH", "")
        where = program.find(preset.program, path)
        if not where:
            return Usable(False, reason=f"there is no program {preset.program} on PATH", cure=preset.install)
        version = program.version(where, preset.package)
        if preset.node:
            node = program.node_version(path)
            if node[:1] < (preset.node,):
                has = ".".join(map(str, node)) or "none"
                reason = f"it needs Node {preset.node} or later, and PATH has {has}"
                return Usable(False, version, reason, f"install Node {preset.node}, or put a later one first on PATH")
        return Usable(True, version)

    def needs(self) -> None:
        """Raises `FactoryError` where the protocol itself is not installed."""
        if find_spec(PACKAGE) is None:
            raise FactoryError("the package agent-client-protocol is not installed", EXTRA)

    def argv(self, brief: Brief) -> tuple[str, ...]:
        """What is started for a brief, without its boundary. Raises `FactoryError` with the cure."""
        preset = self.preset
        if said := brief.options.get("command", ""):
            try:
                words = tuple(shlex.split(said))
            except ValueError as error:
                raise FactoryError(f"the command of {preset.title} is torn: {error}", "close its quotes") from error
        elif preset.program:
            words = (preset.program, *preset.words)
        else:
            words = ()
        if not words:
            raise FactoryError("no command is given for an agent of the kind acp", "give it with the option `command`")
        if preset.quirks.model_flag and brief.model:
            words = (*words, preset.quirks.model_flag, brief.model)
        # One with a `/` is meant from the work tree, in which it is started.
        named = str(Path(brief.directory) / words[0]) if "/" in words[0] else words[0]
        where = program.find(named, brief.environment.get("PATH", ""))
        if not where:
            cure = preset.install if words[0] == preset.program else "look at its command and at PATH"
            raise FactoryError(f"there is no program {words[0]} on the station's PATH", cure)
        return (where, *words[1:])

    async def start(self, brief: Brief, tell: Tell) -> Agent:
        """See `Conversing`."""
        if self._starting is None:
            self.needs()
            from sessions.stations.acp.starting import Starting

            self._starting = Starting(self.preset)
        return await self._starting.start(brief, self.argv(brief), tell)
