"""Floors with stations of ours and what each may write, for tests of scopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from sessions.floor.conflicts import Verdict
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.floor.scope import Scope
from sessions.floor.state import EMPTY, FloorState, Station

REPO = "/srv/api"


def bounded(
    writes: Mapping[str, Sequence[str]],
    *,
    parents: Mapping[str, str] | None = None,
    wrote: Mapping[str, Mapping[str, int]] | None = None,
    lives: Mapping[str, Life] | None = None,
    verdicts: Mapping[str, Verdict] | None = None,
) -> FloorState:
    """By station what it may write; whom it works for, what it wrote (by path) and its life, where these are told."""
    return replace(
        EMPTY,
        repo=REPO,
        base="main",
        base_head="4f2c91e0",
        verdicts=verdicts or {},
        owned={
            name: Owned(
                life=(lives or {}).get(name, Life.RUNNING),
                scope=Scope(tuple(patterns)),
                directory=f"/places/{name}/work",
                branch=f"station/{name}",
            )
            for name, patterns in writes.items()
        },
        stations={
            name: Station(
                name,
                owner=Owner.OURS,
                parent=(parents or {}).get(name, ""),
                branch=f"station/{name}",
                directory=f"/places/{name}/work",
                files={f"/places/{name}/work/{path}": times for path, times in (wrote or {}).get(name, {}).items()},
            )
            for name in writes
        },
    )
