"""Sessions that are over: the floor forgets them, a table of the journal keeps them, and the events say both.

So the floor is as large as what is alive, whatever the journal's age. The fold stays pure: before the first event of a
session that the floor has forgotten, the journal's writer puts a `SessionReturned` with all that it knew of it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

import msgspec

from sessions.floor.events import Event, SessionReturned, SessionsOver, StationEvent
from sessions.floor.identity import UsageSource
from sessions.floor.state import FloorState, Session
from sessions.journal import codec

Query: TypeAlias = "Callable[..., list[tuple[Any, ...]]]"

MOST, LEAST = 192, 128
"""Sessions on the floor in which no station is: when there are more than the first, the newest of the second stay."""
TOLD = 500
"""Sessions in one event, or in one question to the table."""
SOURCE = "journal"

_USUAL = (
    b'"usage":"owner""parent":"/home/.openclaw/agents/.codex/sessions/rollout-.claude/projects/-home-'
    b'{"station":"","path":"/.jsonl","title":"","version":"2.1.","opened":17,"closed":true,"counted":{"stations":[""],'
    b'"models":["gpt-5-codex","claude-haiku-4-5-","claude-sonnet-4-","claude-opus-4-"],"branch_meters":["main"],'
    b'"days":["2026-"],"elsewhere_days":["2026-'
)
"""What is in most rows need not be in each, nor the session's name again: they take a third. It is never to change."""
_RAW = -15
"""Without what zlib writes around a stream."""
_MOST_BYTES = 1 << 24
_SESSIONS = msgspec.json.Decoder(Session)

INSERT = "INSERT OR REPLACE INTO past_sessions (session, owned, body) VALUES (?, ?, ?)"
OWNED = "SELECT 1 FROM past_sessions WHERE owned = 1 LIMIT 1"
ALL = "SELECT session, body FROM past_sessions"
ANY = "SELECT 1 FROM past_sessions LIMIT 1"


def row(name: str, session: Session) -> tuple[object, ...]:
    """A session as it stands in the table."""
    packer = zlib.compressobj(wbits=_RAW, zdict=_USUAL + name.encode())
    body = packer.compress(msgspec.json.encode(session)) + packer.flush()
    return name, int(session.usage is UsageSource.OWNER), body


def select(names: Sequence[str]) -> str:
    """The statement that finds so many sessions."""
    return f"{ALL} WHERE session IN ({', '.join('?' * len(names))})"


def read(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, Session]]:
    """The sessions in rows of the table; what is damaged is as good as never seen."""
    for name, body in rows:
        with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError, zlib.error):
            unpacker = zlib.decompressobj(_RAW, _USUAL + str(name).encode())
            yield str(name), _SESSIONS.decode(unpacker.decompress(codec.stored(body), _MOST_BYTES))


def strangers(state: FloorState, events: Sequence[Event]) -> list[str]:
    """The sessions of events that the floor does not know: they are new, or were over."""
    names = dict.fromkeys(event.session for event in events if isinstance(event, StationEvent))
    return [codec.storable_text(name) for name in names if name and name not in state.sessions]


def with_returns(events: codec.Encoded, known: dict[str, Session]) -> codec.Encoded:
    """The events, with what is `known` of a session before the first that tells of it, which is taken out of there."""
    if not known:
        return events
    whole, bodies = list[Event](), list[bytes]()
    for event, body in zip(events, events.bodies, strict=True):
        if isinstance(event, StationEvent) and event.session in known:
            returned = codec.encoded([_returned(event, known.pop(event.session))])
            whole += returned
            bodies += returned.bodies
        whole.append(event)
        bodies.append(body)
    return codec.Encoded.of(whole, bodies)


def are_many(state: FloorState) -> bool:
    """Whether it takes long to forget them, as once when an older version has forgotten none."""
    return len(state.sessions) > len(state.stations) + 5 * MOST


def forgotten(state: FloorState) -> list[SessionsOver]:
    """The events by which the floor forgets what it need not know; none while that is little."""
    if len(state.sessions) <= len(state.stations) + MOST:
        return []
    seated = {station.session for station in state.stations.values()}
    spare = tuple(name for name in state.sessions if name not in seated)
    over = spare[: max(0, len(spare) - LEAST)]
    parts = (over[at : at + TOLD] for at in range(0, len(over), TOLD))
    return [SessionsOver(time=state.time, source=SOURCE, sessions=part) for part in parts]


def _returned(event: StationEvent, session: Session) -> SessionReturned:
    """What was known of the session of an event, as a fact that comes just before it."""
    known = {name: getattr(session, name) for name in session.__struct_fields__}
    return SessionReturned(time=event.time, source=event.source, session=event.session, **known)
