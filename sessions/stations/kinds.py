"""The kinds of agents that there are: ours, and those of other packages, by the entry-point group `factory_tui.agents`.

A kind is loaded when somebody asks for it. One of an older contract is served through a layer, and that is said once;
one of a newer contract, or one that does not load, is told with the cure and harms no other.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

import msgspec

from sessions.errors import FactoryError
from sessions.floor.scope import Budget, Scope
from sessions.stations.contract import CONTRACT, Agent, Brief, Conversing, Decision, InTerminal, Kind, Tell, options_of
from sessions.text import clean

log = logging.getLogger(__name__)

GROUP = "factory_tui.agents"
OURS: dict[str, str] = {
    "claude": "sessions.stations.terminal.claude:CLAUDE",
    "codex": "sessions.stations.terminal.codex:CODEX",
    "command": "sessions.stations.terminal.command:COMMAND",
    "claude-agent-acp": "sessions.stations.acp.presets:CLAUDE",
    "codex-acp": "sessions.stations.acp.presets:CODEX",
    "gemini": "sessions.stations.acp.presets:GEMINI",
    "opencode": "sessions.stations.acp.presets:OPENCODE",
    "vibe": "sessions.stations.acp.presets:VIBE",
    "qwen": "sessions.stations.acp.presets:QWEN",
    "openclaw": "sessions.stations.acp.presets:OPENCLAW",
    "acp": "sessions.stations.acp.presets:ANY",
    "builtin": "sessions.stations.builtin.kind:KIND",
}
"""Our own kinds, as pyproject.toml registers them: a checkout that was installed before one came knows it too."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Found(msgspec.Struct, frozen=True):
    """A kind that is registered."""

    name: str
    where: str
    """The module and the object in it."""
    package: str = ""
    """The package that brings it; "" for ours."""


def found() -> dict[str, Found]:
    """All that is registered, by name. Nothing of it is imported. Nobody takes a name of ours."""
    kinds = {}
    for point in entry_points(group=GROUP):
        if NAME.fullmatch(point.name):
            kinds[point.name] = Found(point.name, point.value, point.dist.name if point.dist else "?")
    return kinds | {name: Found(name, where) for name, where in OURS.items()}


def load(name: str) -> Kind:
    """The kind of this name. Raises `FactoryError` with the cure when there is none that can be used."""
    where = OURS.get(name)
    known = Found(name, where) if where else found().get(name)  # a look at all packages takes 2 ms; signals are many
    if known is None:
        raise FactoryError(f"there is no kind of agent {clean(name, 40)!r}", f"there are: {', '.join(sorted(found()))}")
    whose = f" of the package {known.package}" if known.package else ""
    try:
        kind = _object(known)
    except Exception as error:  # it is another package's code: whatever it raises is its own trouble
        reason = f"the kind {name}{whose} does not load ({type(error).__name__}: {clean(str(error))})"
        raise FactoryError(reason, f"bring {known.package or 'factory-tui'} in order, or remove it") from error
    if not isinstance(kind, Conversing | InTerminal):
        raise FactoryError(f"{known.where}{whose} is no kind of agent", "it lacks what the contract asks for")
    if kind.contract > CONTRACT:
        raise FactoryError(f"the kind {name}{whose} is written for a newer factory-tui", "bring factory-tui up to date")
    return adapted(kind)


def conversing(name: str) -> Conversing:
    """The kind of this name, which runs in a host."""
    kind = load(name)
    if not isinstance(kind, Conversing):
        raise FactoryError(f"{name} runs in a terminal", "it is started by the keeper, in no host")
    return kind


def refuse_unknown(kind: Kind, options: Mapping[str, str]) -> None:
    """Raises `FactoryError` for an option that the kind, as it says, does not know."""
    known = options_of(kind)
    unknown = [] if known is None else sorted(options.keys() - known.keys())
    if known is not None and unknown:
        raise FactoryError(
            f"an agent of the kind {kind.name} has no option {clean(unknown[0], 40)!r}",
            f"it knows {', '.join(sorted(known))}" if known else "leave it out",
        )


def _object(known: Found) -> object:
    if known.package:
        return EntryPoint(known.name, known.where, GROUP).load()
    module, _, attribute = known.where.partition(":")
    return getattr(import_module(module), attribute)


def adapted(kind: Kind) -> Kind:
    """The kind as one of the present contract."""
    layer = _LAYERS.get(kind.contract)
    if layer is None:
        return kind
    if kind.name not in _warned:
        _warned.add(kind.name)
        log.warning("the kind %s is written for contract %d of %d: served as it is", kind.name, kind.contract, CONTRACT)
    return layer(kind)


_warned: set[str] = set()


class _Unassigned:
    """An agent of contract 1, whose boundary and budget change from its next start on."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def prompt(self, prompt: str, text: str) -> None:
        await self._agent.prompt(prompt, text)

    async def interrupt(self) -> None:
        await self._agent.interrupt()

    async def answer(self, question: str, decision: Decision, reason: str = "") -> None:
        await self._agent.answer(question, decision, reason)

    async def assign(self, scope: Scope, budget: Budget) -> bool:
        return False

    async def close(self) -> None:
        await self._agent.close()


class _First:
    """A kind of contract 1 that converses. What it was told of itself it goes on telling."""

    def __init__(self, kind: Conversing) -> None:
        self._kind = kind
        self.contract, self.name, self.title, self.abilities = kind.contract, kind.name, kind.title, kind.abilities
        self.usable = kind.usable

    def __getattr__(self, name: str) -> object:
        """What a kind says of itself beside the contract."""
        return getattr(self._kind, name)

    async def start(self, brief: Brief, tell: Tell) -> Agent:
        return _Unassigned(await self._kind.start(brief, tell))


def _first(kind: Kind) -> Kind:
    return _First(kind) if isinstance(kind, Conversing) else kind


_LAYERS: Mapping[int, Callable[[Kind], Kind]] = {1: _first}
"""By the contract that a kind is of."""
