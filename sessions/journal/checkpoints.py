"""Stored floors: by slices, so that one of another version can be made anew without the others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from sessions.errors import FactoryError
from sessions.floor.fold.slices import BY_NAME, SLICES, VERSIONS, joined, part_of
from sessions.floor.state import EMPTY, FloorState
from sessions.journal import codec

Query: TypeAlias = Callable[..., "list[tuple[Any, ...]]"]
Stored: TypeAlias = "tuple[int, str, int, bytes]"
"""A slice as a row: seq, name, version, body."""

INSERT = "INSERT OR REPLACE INTO slices (seq, name, version, body) VALUES (?, ?, ?, ?)"
_FOREVER = 1 << 62
_WHOLE = f"""
    SELECT seq FROM slices WHERE seq <= ? AND ({" OR ".join("(name = ? AND version = ?)" for _ in SLICES)})
    GROUP BY seq HAVING count(*) = {len(SLICES)} ORDER BY seq DESC LIMIT 1
"""


def packed(state: FloorState) -> list[Stored]:
    """The slices of a floor, as rows."""
    return [(state.seq, each.name, each.version, codec.encode_state(part_of(state, each))) for each in SLICES]


def size(stored: list[Stored]) -> int:
    """Bytes that they take."""
    return sum(len(body) for *_, body in stored)


def newest(query: Query, seq: int) -> FloorState:
    """The newest floor up to event `seq` that is stored whole and up to date; the empty one when there is none.

    One that is damaged costs a longer fold, and not the journal.
    """
    if not _has_slices(query):
        return EMPTY
    wanted = [value for each in SLICES for value in (each.name, each.version)]
    while rows := query(_WHOLE, min(seq, _FOREVER), *wanted):
        at = rows[0][0]
        parts = {name: part for name, (version, part) in parts_at(query, at).items() if VERSIONS.get(name) == version}
        if len(parts) == len(SLICES):
            return joined(parts)
        seq = at - 1
    return EMPTY


def parts_at(query: Query, seq: int, names: Collection[str] = BY_NAME) -> Mapping[str, tuple[int, FloorState]]:
    """The slices of these `names` that are stored at event `seq` and can be read, with their versions."""
    found: dict[str, tuple[int, FloorState]] = {}
    for name, version, body in query("SELECT name, version, body FROM slices WHERE seq = ?", seq):
        if name not in names:
            continue
        with suppress(FactoryError):
            part = codec.decode_state(codec.stored(body))
            if part.seq == seq:
                found[name] = version, part
    return found


def readable(query: Query, seq: int = _FOREVER) -> FloorState:
    """The newest floor up to event `seq` that can be read at all, whatever version it is of."""
    if _has_slices(query):
        for (at,) in query("SELECT DISTINCT seq FROM slices WHERE seq <= ? ORDER BY seq DESC LIMIT 3", seq):
            if parts := parts_at(query, at):
                return joined({name: part for name, (_, part) in parts.items()})
    for at, body in query("SELECT seq, state FROM checkpoints WHERE seq <= ? ORDER BY seq DESC LIMIT 3", seq):
        with suppress(FactoryError):
            state = codec.decode_state(codec.stored(body))
            if state.seq == at:
                return state
    return EMPTY


def _has_slices(query: Query) -> bool:
    return bool(query("SELECT 1 FROM sqlite_master WHERE name = 'slices'"))
