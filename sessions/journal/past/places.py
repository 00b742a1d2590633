"""Places in a past, as an operator writes them: `12:04`, `+5m`, `seq 1200`, `50%`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from sessions.errors import UsageError
from sessions.floor.zone import Zone
from sessions.journal.past.past import Past, Span

HELP = "12:04, 12:04:31, 2026-11-21 12:04, today, +5m, -1h30m or 1h30m, seq 1200, 50%, start, end"

_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_SHIFT = re.compile(
    r"([+-]?)\s*((?:\d{1,9}(?:\.\d{1,9})?\s*[smhd]\s*){1,4}|(?<=[+\-\s])\d{1,9}(?:\.\d{1,9})?)",
    re.ASCII | re.IGNORECASE,
)
_DAYS = {"today": 0, "yesterday": 1}
_AMOUNT = re.compile(r"([\d.]+)\s*([a-z]?)")
_EPOCH = re.compile(r"@?(\d{9,11}|\d{12,14})(\.\d{1,9})?", re.ASCII)
_SEQ = re.compile(r"(?:seq\s*|#\s*)(\d{1,15})", re.ASCII | re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)\s*%", re.ASCII)
_CLOCK = re.compile(
    r"(?:(\d{4})-(\d{2})-(\d{2})(?:[T ]+|$))?(?:(\d{1,2}):(\d{2})(?::(\d{2})([.,]\d{1,9})?)?)?(\s*(?:Z|UTC))?",
    re.ASCII | re.IGNORECASE,
)


class SeekTarget(msgspec.Struct, frozen=True):
    """An event, or a moment between events; exactly one of the two is set."""

    seq: int | None = None
    moment: float | None = None


def parse(text: str, span: Span, moment: float, zone: Zone) -> SeekTarget:
    """The place that `text` names, seen from `moment`.

    A distance without a sign goes back. Times without a date are those of the day of `moment`, or of the following day
    when the span begins after them; they are on the operator's clock, `zone`, unless they name a zone of their own.
    Long numbers are seconds or milliseconds since 1970. Raises `UsageError` for anything else.
    """
    text = text.strip()
    names = {"start": span.first_seq, "end": span.last_seq, "now": span.last_seq}
    if text.lower() in names:
        return SeekTarget(seq=names[text.lower()])
    if match := _SEQ.fullmatch(text):
        return SeekTarget(seq=int(match[1]))
    if (days := _DAYS.get(text.lower())) is not None:
        return SeekTarget(moment=_midnight(moment, zone, days))
    named = _moment(text, span, moment, zone)
    if named is None:
        raise UsageError(f"«{text[:40]}» names no place in the past", "write one like " + HELP)
    return SeekTarget(moment=named)


def from_now(text: str) -> bool:
    """Whether `text` counts from the present, or the end of what is over, and not from where something began."""
    text = text.strip().lower()
    match = _SHIFT.fullmatch(text)
    return text in _DAYS or (match is not None and match[1] != "+")


def is_seq(text: str) -> bool:
    """Whether `text` names an event by its number, and not by its time."""
    return _SEQ.fullmatch(text.strip()) is not None


def seq_of(past: Past, place: SeekTarget) -> int:
    """The last event that has happened at `place`."""
    if place.seq is not None:
        return place.seq
    assert place.moment is not None
    return past.seq_at(place.moment)


def _moment(text: str, span: Span, moment: float, zone: Zone) -> float | None:
    """The moment that `text` names, if it does."""
    if match := _PERCENT.fullmatch(text):
        return span.first_time + min(1.0, float(match[1]) / 100) * (span.last_time - span.first_time)
    if match := _SHIFT.fullmatch(text):
        seconds = sum(float(number) * _SECONDS[unit or "s"] for number, unit in _AMOUNT.findall(match[2].lower()))
        return moment + (seconds if match[1] == "+" else -seconds)
    if match := _EPOCH.fullmatch(text):
        return float(match[1] + (match[2] or "")) / (1.0 if len(match[1]) < 12 else 1_000.0)
    if text and (match := _CLOCK.fullmatch(text)):
        return _clock_time(match, span, moment, Zone() if match[8] else zone)
    try:
        stamp = datetime.fromisoformat(text)
        return stamp.timestamp() if stamp.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _midnight(moment: float, zone: Zone, days: int) -> float:
    """When the day of `moment` began, or one so many days before."""
    shown = (moment + zone.offset(moment)) // _SECONDS["d"] - days
    return zone.time_of(shown * _SECONDS["d"])


def _clock_time(match: re.Match[str], span: Span, moment: float, zone: Zone) -> float:
    try:
        today = zone.local(moment) or datetime(1970, 1, 1, tzinfo=UTC)
        day = datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC) if match[1] else today
        shown = day.replace(
            hour=int(match[4] or 0),
            minute=int(match[5] or 0),
            second=int(match[6] or 0),
            microsecond=int(float((match[7] or "0").replace(",", ".")) * 1e6),
        ).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"«{match[0][:40]}» is no time of the clock", "write one like 12:04:31") from error
    time, following = zone.time_of(shown), zone.time_of(shown + _SECONDS["d"])
    return following if not match[1] and time < span.first_time and following <= span.last_time else time
