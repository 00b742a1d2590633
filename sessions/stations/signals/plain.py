"""Signals that mean the same of whatever agent, and asking for a wider scope."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor import events as ev
from sessions.floor.ours.lives import Asks
from sessions.stations.contract import Decision, Signal
from sessions.stations.signals.hook import SCOPE
from sessions.text import clean

SOURCE = "signal"
_TEXT = 1_000
_MOST_GLOBS = 100


def heard(signal: Signal, session: str) -> Sequence[ev.Event]:
    """The facts of a signal that is no agent's own: somebody inside the station said so, or asks for more."""
    said = signal.payload
    if signal.name == SCOPE:
        globs = said.get("globs")
        asked = [clean(glob, _TEXT) for glob in globs if isinstance(glob, str)] if isinstance(globs, list) else []
        why = clean(str(said.get("why") or ""), _TEXT)
        return [
            ev.QuestionAsked(
                time=signal.time,
                source=SOURCE,
                station=signal.station,
                session=session,
                question=signal.id,
                tool="scope",
                text="\n".join([*asked[:_MOST_GLOBS], *([f"why: {why}"] if why else [])]),
                paths=tuple(asked[:_MOST_GLOBS]),
                asks=Asks.SCOPE,
            )
        ]
    text = next((value for key in ("text", "message", "reason") if isinstance(value := said.get(key), str)), "")
    return [
        ev.SignalRaised(
            time=signal.time,
            source=SOURCE,
            station=signal.station,
            session=session,
            signal=signal.id,
            name=clean(signal.name, 64),
            text=clean(text, _TEXT),
        )
    ]


def reply(decision: Decision, reason: str) -> bytes:
    """What `factory-tui ask` prints for whoever asked."""
    because = f": {clean(reason, _TEXT)}" if reason else ""
    match decision:
        case Decision.ALLOW | Decision.ALWAYS:
            return f"Allowed{because}. Your scope is in $FACTORY_TUI_STATION_FILE.".encode()
        case Decision.DENY:
            return f"Denied by the operator{because}. Work inside your scope.".encode()
        case Decision.EXPIRE:
            return b"Timed out: nobody answered in time, so it is not allowed. Work inside your scope."
