"""Where a command's floor comes from: the journal caught up with the disk, or a past that was named."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from console.cli.call import Call
from console.cli.output import progress
from sessions.errors import FactoryError, UsageError
from sessions.floor.state import FloorState
from sessions.journal import places
from sessions.journal.past import Past
from sessions.text import clean

EPOCH_FROM = 1e8
"""A bare number from here on is seconds since 1970."""


def floor_of_call(call: Call) -> FloorState:
    """The floor as it is on disk now."""
    from sessions.catchup import floor_of

    if call.only and not call.sessions:
        raise UsageError("--only needs places to look", "name one with --sessions DIR")
    with progress() as tell:
        return floor_of(call.repo, base=call.base, sessions=call.sessions, only=call.only, progress=tell)


def caught_up(call: Call) -> Path:
    """The journal of the call's repository, after everything on disk has been read into it."""
    from sessions.supervisor.place import place_of

    place = place_of(call.repo)
    floor_of_call(call)
    return place.journal


def past_of(call: Call) -> Past:
    """The past that `replay FILE|RUN` names. A file of that name wins over a run."""
    from sessions.supervisor.place import place_of

    path = Path(call.what)
    if path.exists():
        return _past_at(path, call)
    if call.what not in ("last", "journal") and not call.what.isdecimal():
        raise FactoryError(f"there is no {clean(call.what)!r}", "name a file, a directory, last, journal, or a number")
    from sessions.journal.chronicle import chronicle
    from sessions.journal.part import run
    from sessions.journal.reader import JournalReader

    reader = JournalReader(place_of(call.repo).journal)
    try:
        past = reader if call.what == "journal" else run(reader, None if call.what == "last" else int(call.what))
        # A sequence number is the journal's own, so it is counted in the journal's own order.
        return past if call.seq is not None or "seq" in call.at else chronicle(past)
    except BaseException:
        reader.close()
        raise


def _past_at(path: Path, call: Call) -> Past:
    from sessions.catchup import past_of as past_at

    with progress() as tell:
        return past_at(path, progress=tell)


def place_in(past: Past, call: Call) -> tuple[int, float] | None:
    """The event and the moment that `--seq` or `--at` names; None without them."""
    place = places.Place(seq=call.seq)
    if call.seq is None:
        if not call.at:
            return None
        place = named(call.at, past, past.span.first_time)
    if place.moment is not None:
        return past.seq_at(place.moment), place.moment
    seq = max(0, min(places.seq_of(past, place), past.span.last_seq))
    return seq, past.state_at(seq).time


def named(text: str, past: Past, near: float) -> places.Place:
    """The event or moment that an operator means by `text`, seen from the time `near`."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if EPOCH_FROM <= number < 1e11:
        return places.Place(moment=number)
    try:
        stamp = datetime.fromisoformat(text.strip())
        if stamp.tzinfo is not None:
            return places.Place(moment=stamp.timestamp())
    except (ValueError, OverflowError):
        pass  # not a time with a zone; an operator's way of writing it follows
    return places.parse(text, past.span, near, past.state_at(past.span.last_seq).utc_offset)
