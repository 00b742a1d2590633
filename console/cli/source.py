"""Where a command's floor comes from: the journal caught up with the disk, or a past that was named."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from console.cli import importing
from console.cli.call import Call
from console.cli.output import progress, warn
from sessions.errors import UsageError
from sessions.floor.state import FloorState
from sessions.journal.past import places
from sessions.journal.past.past import Past
from sessions.text import clean

CHUNK = 5_000
"""Events that are read at once."""


def floor_of_call(call: Call) -> FloorState:
    """The floor as it is on disk now."""
    with importing():
        from sessions.catchup import floor_of

    _check_sessions(call)
    with progress() as tell:
        return floor_of(call.repo, base=call.base, sessions=call.sessions, only=call.only, progress=tell, warn=warn)


def meters_of_call(call: Call) -> FloorState:
    """A floor that holds what was used up to now; where nothing is kept, nothing but that is read."""
    if not (call.only and call.sessions):
        return floor_of_call(call)
    with importing():
        from sessions.disk import meters_at

    check_places(call.sessions)
    with progress() as tell:
        return meters_at(call.sessions, call.by == "station", tell)


def floor_between(call: Call) -> FloorState:
    """What was used in the time that `--since` and `--until` name: the floor of the calls made then."""
    import time

    from sessions.floor import events as ev
    from sessions.floor.fold.fold import fold_all
    from sessions.floor.state import EMPTY, without_usage

    past = _past_of_floor(call)
    try:
        now, span = time.time(), past.span
        begin = moment_of(named(call.start, past, now), past) if call.start else 0.0
        end = moment_of(named(call.until, past, now), past) if call.until else now
        if begin > end:
            raise UsageError("that time ends before it begins", "--since comes before --until")
        kinds = (ev.FactoryOpened, ev.StationOpened, ev.SessionOpened)
        state, seq = EMPTY, span.first_seq - 1
        if seq:
            state = without_usage(past.state_at(seq))
            if begin < state.time:
                warn(f"what was used before {_told_time(state)} is only known in all: its events were pruned")
        while chunk := past.events(seq, CHUNK):
            seq += len(chunk)
            used = [e for e in chunk if not isinstance(e, ev.TokensUsed) or begin <= e.time <= end]
            state = fold_all(state, [e for e in used if isinstance(e, (*kinds, ev.TokensUsed))])
        return state
    finally:
        past.close()


def _told_time(state: FloorState) -> str:
    local = state.zone.local(state.time)
    return local.strftime("%Y-%m-%d %H:%M") if local else "then"


def _past_of_floor(call: Call) -> Past:
    """Everything that the floor of a call is made of."""
    if not call.only:
        from sessions.journal.reader import JournalReader

        return JournalReader(caught_up(call))
    with importing():
        from sessions.catchup import past_of_places
    _check_sessions(call)
    with progress() as tell:
        return past_of_places(call.sessions, progress=tell)


def moment_of(place: places.Place, past: Past) -> float:
    """The time of a place in a past."""
    if place.moment is not None:
        return place.moment
    return past.state_at(max(0, min(places.seq_of(past, place), past.span.last_seq))).time


def _check_sessions(call: Call) -> None:
    """Raises UsageError where `--only` has no places, or a place is not there."""
    if call.only and not call.sessions:
        raise UsageError("--only needs places to look", "name one with --sessions DIR")
    check_places(call.sessions)


def check_places(places: Iterable[Path]) -> None:
    """Raises UsageError for a place with transcripts that is not there: its name has a typing error."""
    for place in places:
        if not place.exists():
            raise UsageError(f"there is no {clean(str(place))}", "name a transcript, or a directory of them")


def caught_up(call: Call) -> Path:
    """The journal of the call's repository, after everything on disk has been read into it."""
    from sessions.place import place_of

    place = place_of(call.repo)
    floor_of_call(call)
    return place.journal


def past_of(call: Call) -> Past:
    """The past that `replay FILE|RUN` names. A file of that name wins over a run."""
    path = Path(call.what)
    if not path.exists():
        return _in_order(_run_of(call), call)
    with importing():
        from sessions.catchup import past_of as past_at
    with progress() as tell:
        return _in_order(past_at(path, progress=tell), call)


def _run_of(call: Call) -> Past:
    """The journal of the repository, or the run of it that is named."""
    from sessions.journal.past.part import as_of_now, run
    from sessions.journal.reader import JournalReader
    from sessions.place import place_of

    if call.what not in ("last", "journal") and not call.what.isdecimal():
        raise UsageError(f"there is no {clean(call.what)!r}", "name a file, a directory, last, journal, or a number")
    reader = JournalReader(place_of(call.repo).journal)
    try:
        return (
            as_of_now(reader)
            if call.what == "journal"
            else run(reader, None if call.what == "last" else int(call.what))
        )
    except BaseException:
        reader.close()
        raise


def _in_order(past: Past, call: Call) -> Past:
    """A journal, or a run of it, as it happened; by sequence number as it was heard, since the number counts that."""
    from sessions.journal.recording.recording import Recording

    if isinstance(past, Recording) or call.seq is not None or places.is_seq(call.at):
        return past
    from sessions.journal.past.chronicle import chronicle

    try:
        return chronicle(past)
    except BaseException:
        past.close()
        raise


def place_in(past: Past, call: Call) -> tuple[int, float] | None:
    """The event and the moment that `--seq` or `--at` names; None without them."""
    place = places.Place(seq=call.seq)
    if call.seq is None:
        if not call.at:
            return None
        place = named(call.at, past)
    if place.moment is not None:
        return past.seq_at(place.moment), place.moment
    seq = max(0, min(places.seq_of(past, place), past.span.last_seq))
    return seq, past.state_at(seq).time


def named(text: str, past: Past, now: float | None = None) -> places.Place:
    """The event or moment that an operator means by `text`.

    `+5m` counts from the beginning and `-5m` back from `now`, or from the end of what is over. A time without a date is
    that of today, or of the day on which the past began.
    """
    span, sign = past.span, text.lstrip()[:1]
    first, last = (span.first_time, span.last_time) if now is None or sign == "+" else (now, now)
    return places.parse(text, span, last if sign == "-" else first, past.state_at(span.last_seq).zone)
