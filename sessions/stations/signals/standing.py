"""What a station sees of its own boundary: a file that is always as of now, and words. Pure but for `write`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from sessions.floor.scope import Budget, Held, HeldBy, Mode, Network, Scope
from sessions.paths import private_dir
from sessions.text import clean

FILE, WORDS = "station.json", "STATION.md"
"""In the station's directory of its own standing, which is bound into it read-only: the files in it are replaced."""
ASK = "factory-tui ask scope GLOB... --why TEXT"
"""How a station asks for more."""
_MEASURES = (
    ("tokens", "{:,} tokens"),
    ("dollars", "${:,.2f}"),
    ("seconds", "{:,.0f} s of turns"),
    ("turns", "{:,} turns"),
)
_HOLDS = {
    HeldBy.BUBBLEWRAP: "The kernel refuses everything else.",
    HeldBy.LANDLOCK: "The kernel refuses to write anything else.",
    HeldBy.ADVISORY: "Nothing but you holds that, and work that leaves it is kept back: keep to it.",
}


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a station stands."""

    station: str
    directory: str
    """Its work tree."""
    own: tuple[str, ...] = ()
    """Further directories that are its own: its home, its `/tmp`."""
    scope: Scope = Scope()
    mode: Mode = Mode.SAFE
    held: Held = Held()
    pinned: tuple[str, ...] = ()
    """Settings of agents in its work tree that stay as they are, as its scope does not name them."""
    budget: Budget = Budget()
    left: Budget = Budget()
    """Of each bound of the budget."""
    edits: bool = False
    """To write inside the scope needs no permission."""
    ask: tuple[str, ...] = ()
    """Tools that the operator is asked about each time, by the agent's names."""


def files(standing: Standing) -> Mapping[str, str]:
    """The files of its standing, by name."""
    scope, said = standing.scope, words(standing)
    told = {
        "version": 1,
        "station": standing.station,
        "mode": standing.mode.value,
        "root": standing.directory,
        "own": [*standing.own],
        "write": [*scope.write],
        "read": [*scope.read],
        "tools": [*scope.tools],
        "network": scope.network.value,
        "hosts": [*scope.hosts],
        "pinned": [*standing.pinned],
        "held_by": standing.held.by.value,
        "edits": standing.edits,
        "ask": [*standing.ask],
        "budget": _bounds(standing.budget, standing.budget),
        "left": _left(standing),
        "ask_for_more": ASK,
        "words": said,
    }
    return {FILE: json.dumps(told, indent=1, ensure_ascii=False) + "\n", WORDS: said + "\n"}


def write(directory: Path, standing: Standing) -> Path:
    """Put the files into a directory of ours, over those of before; returns the one for programs.

    Each is renamed into its place: whoever reads it meanwhile reads the one or the other.
    """
    private_dir(directory)
    for name, text in files(standing).items():
        hidden = directory / f".{name}"
        hidden.unlink(missing_ok=True)
        handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        hidden.replace(directory / name)
    return directory / FILE


def environment(standing: Standing) -> Mapping[str, str]:
    """The same as variables, as of the start: what changes later stands in the file."""
    return {
        "FACTORY_TUI_MODE": standing.mode.value,
        "FACTORY_TUI_SCOPE": " ".join(standing.scope.write),
        "FACTORY_TUI_NETWORK": standing.scope.network.value,
        "FACTORY_TUI_BUDGET_LEFT": " ".join(f"{name}={round(bound, 4)}" for name, bound in _left(standing).items()),
        "FACTORY_TUI_ASK": ASK,
    }


def words(standing: Standing) -> str:
    """What an agent is told of its boundary when it begins, and whoever asks."""
    scope = standing.scope
    loose = standing.mode is Mode.FULL or standing.held.by is HeldBy.ADVISORY
    lines = [f"You work as the station {clean(standing.station)}, whose boundary the operator has set."]
    if standing.mode is Mode.SAFE:
        lines.append(f"You may write: {_globs(scope.write)} (below the root of your work tree).")
        if scope.read != ("**",):
            lines.append(f"You may read: {_globs(scope.read)}.")
        if standing.pinned:
            lines.append(f"Settings of agents stay as they are: {_globs(standing.pinned)}.")
        lines.append(_HOLDS[standing.held.by])
    else:
        lines.append(f"Your work may touch: {_globs(scope.write)}. What goes beyond that is kept back when it leaves.")
    match scope.network:
        case Network.OFF:
            lines.append("Use no network but your model's." if loose else "There is no network but to your model.")
        case Network.LISTED:
            reached = clean(" ".join(scope.hosts), 500) or "nothing"
            lines.append(f"Of the network {'use no more than' if loose else 'you reach'}: {reached}.")
        case Network.OPEN:
            lines.append("The network is open.")
    if left := _budget(standing):
        lines.append(f"Left of your budget: {left}.")
    lines += [
        "Commit your work: the operator's repository gets it by itself, and nothing is to be pushed.",
        "For more room run: factory-tui ask scope 'GLOB' --why 'the reason'",
        "When your task is done run: factory-tui hook TASK_COMPLETE --text 'what came of it'",
        "When you need a person run: factory-tui hook REQUIRES_INTERVENTION --text 'for what'",
    ]
    return "\n".join(lines)


def _globs(globs: tuple[str, ...]) -> str:
    return clean(" ".join(globs), 2_000) or "nothing"


def _budget(standing: Standing) -> str:
    parts = [
        f"{form.format(getattr(standing.left, name))} of {form.format(bound)}"
        for name, form in _MEASURES
        if (bound := getattr(standing.budget, name))
    ]
    return ", ".join(parts)


def _left(standing: Standing) -> dict[str, float]:
    return _bounds(standing.budget, standing.left)


def _bounds(budget: Budget, of: Budget) -> dict[str, float]:
    """The measures that are bounded."""
    return {name: getattr(of, name) for name, _ in _MEASURES if getattr(budget, name)}
