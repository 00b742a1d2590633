"""Signals that mean the same of whatever agent, and asking for a wider scope."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sessions.floor import events as ev
from sessions.floor.ours.lives import Asks
from sessions.floor.patterns import LONGEST, trouble
from sessions.stations.contract import Decision, Signal
from sessions.stations.signals.hook import SCOPE
from sessions.text import clean

SOURCE = "signal"
_TEXT = 1_000
_MOST_GLOBS = 100


class Opens(StrEnum):
    """When what was allowed can be written, as whoever asked is told."""

    NOW = "It holds now."
    AFTER_TURN = "It opens when this turn is over: end it, and you are started again and asked to go on."
    AT_NEXT_START = "What is still read-only opens when you are started again."


def heard(signal: Signal, session: str) -> Sequence[ev.Event]:
    """The facts of a signal that is no agent's own: somebody inside the station said so, or asks for more."""
    said = signal.payload
    if signal.name == SCOPE and signal.waits:
        asked, why = globs(signal), clean(str(said.get("why") or ""), _TEXT)
        if not asked:
            return [ev.SourceSkipped(time=signal.time, source=SOURCE, reason="signal: no pattern that can be meant")]
        return [
            ev.QuestionAsked(
                time=signal.time,
                source=SOURCE,
                station=signal.station,
                session=session,
                question=signal.id,
                tool="scope",
                text="\n".join([*asked, *([f"why: {why}"] if why else [])]),
                paths=asked,
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


def globs(signal: Signal) -> tuple[str, ...]:
    """The patterns that a question asks for; what cannot be meant, or shown as it is, is none."""
    asked = signal.payload.get("globs")
    told = [glob for glob in asked if isinstance(glob, str)] if isinstance(asked, list) else []
    return tuple(
        glob
        for glob in told[:_MOST_GLOBS]
        if clean(glob, LONGEST) == glob and not glob.startswith("!") and not trouble([glob])
    )


def reply(decision: Decision, reason: str, opens: Opens = Opens.NOW) -> bytes:
    """What `factory-tui ask` prints for whoever asked."""
    because = f": {clean(reason, _TEXT)}" if reason else ""
    match decision:
        case Decision.ALLOW | Decision.ALWAYS:
            return f"Allowed{because}. {opens} Your scope is in $FACTORY_TUI_STATION_FILE.".encode()
        case Decision.DENY:
            return f"Denied by the operator{because}. Work inside your scope.".encode()
        case Decision.EXPIRE:
            return b"Timed out: nobody answered in time, so it is not allowed. Work inside your scope."
