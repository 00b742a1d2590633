"""Where a command's floor comes from: the journal caught up with the disk, or a past that was named."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.command import OfFloor, OfFloorOrPlaces
from console.cli.imports import importing
from console.cli.output import progress, warn
from sessions.errors import UsageError
from sessions.floor.tokens import By, Used
from sessions.text import clean

if TYPE_CHECKING:
    from sessions.floor.state import FloorState
    from sessions.floor.zone import Zone
    from sessions.headless.journal_past import JournalPast
    from sessions.headless.supervised import Supervised
    from sessions.journal.past import places
    from sessions.journal.past.past import Past

CHUNK = 5_000
"""Events that are read at once."""


def floor_asked(asked: OfFloor) -> FloorState:
    """The floor as it is on disk now."""
    with importing():
        from sessions.headless.floor import floor_of

    only = _alone(asked)
    with progress() as tell:
        return floor_of(asked.repo, base=asked.base, sessions=asked.sessions, only=only, progress=tell, warn=warn)


def used_by(asked: OfFloorOrPlaces, by: By) -> Used:
    """What was used up to now; where nothing is kept, nothing but that is read."""
    if _alone(asked):
        with importing():
            from sessions.asking.figures import used_of
            from sessions.disk import meters_at

        with progress() as tell:
            return used_of(meters_at(asked.sessions, by is By.STATION, tell), by)
    with importing():
        from sessions.headless.floor import used

    with progress() as tell:
        return used(asked.repo, by, sessions=asked.sessions, progress=tell, warn=warn)


@contextmanager
def supervised_for(asked: OfFloor, as_it_is: bool = False) -> Iterator[Supervised]:
    """The supervisor of the call's repository, `as_it_is` or once it has read everything on disk into its journal."""
    with importing():
        from sessions.headless.floor import catch_up
        from sessions.headless.supervised import Supervised

    check_places(asked.sessions)
    with Supervised(asked.repo) as supervised:
        if not as_it_is:
            with progress() as supervised.progress:
                catch_up(supervised, asked.sessions, warn)
            supervised.progress = None
        yield supervised


@contextmanager
def journal_of(asked: OfFloor, as_it_is: bool = False) -> Iterator[JournalPast]:
    """Its journal."""
    with importing():
        from sessions.headless.journal_past import JournalPast

    with supervised_for(asked, as_it_is) as supervised:
        yield JournalPast(supervised)


@contextmanager
def _past_of_floor(asked: OfFloorOrPlaces) -> Iterator[Past]:
    """Everything that the floor of a call is made of."""
    if not _alone(asked):
        with journal_of(asked) as past:
            yield past
        return
    with importing():
        from sessions.headless.pasts import past_of_places

    with progress() as tell:
        events = past_of_places(asked.sessions, progress=tell)
    yield events


def used_between(asked: OfFloorOrPlaces, by: By, start: str, until: str) -> tuple[Used, float, float | None]:
    """What was used from `start` on and before `until`, by the calls made then, and these two times.

    Without `start` it begins with the first call, and without `until` (None) it goes to the last.
    """
    import time

    from sessions.asking.figures import used_of
    from sessions.asking.past_questions import UsedBetween
    from sessions.headless.journal_past import JournalPast
    from sessions.journal.past.spent import spent

    with _past_of_floor(asked) as past:
        now = time.time()
        begin = moment_of(named(start, past, now), past) if start else 0.0
        end = moment_of(named(until, past, now), past) if until.strip().lower() not in ("", "now", "end") else None
        if end is not None and begin > end:
            raise UsageError("that time ends before it begins", "--since comes before --until")
        if not isinstance(past, JournalPast):
            return used_of(spent(past, begin, math.inf if end is None else end), by, spent=True), begin, end
        found = past.one(UsedBetween(by, begin, end))
        if found.pruned:
            zone = past.state_at(past.span.last_seq).zone
            warn(f"what was used before {_told_time(zone, found.pruned)} is only known in all: its events were pruned")
        return found.used, begin, end


def _told_time(zone: Zone, time: float) -> str:
    local = zone.local(time)
    return local.strftime("%Y-%m-%d %H:%M") if local else "then"


def moment_of(place: places.SeekTarget, past: Past) -> float:
    """The time of a place in a past."""
    from sessions.journal.past import places

    if place.moment is not None:
        return place.moment
    return past.state_at(max(0, min(places.seq_of(past, place), past.span.last_seq))).time


def _alone(asked: OfFloor) -> bool:
    """Whether nothing but the places counts. Raises UsageError where there are none, or one is not there."""
    only = isinstance(asked, OfFloorOrPlaces) and asked.only
    if only and not asked.sessions:
        raise UsageError("--only needs places to look", "name one with --sessions DIR")
    check_places(asked.sessions)
    return only


def ids_of(state: FloorState, names: Iterable[str]) -> tuple[str, ...]:
    """The ids of the stations with these names or ids. Raises UsageError for one that there is not."""
    ids = {station.name: id for id, station in state.stations.items()} | {id: id for id in state.stations}
    if unknown := {*names} - ids.keys():
        raise UsageError(f"there is no station {clean(min(unknown))!r}", "see `factory-tui status`")
    return tuple(ids[name] for name in names)


def check_places(places: Iterable[Path]) -> None:
    """Raises UsageError for a place with transcripts that is not there: its name has a typing error."""
    for place in places:
        if not place.exists():
            raise UsageError(f"there is no {clean(str(place))}", "name a transcript, or a directory of them")


def past_of(repo: Path, what: str, at: str, seq: int | None) -> Past:
    """The past that `replay FILE|RUN` names. A file of that name wins over a run."""
    from sessions.journal.past.places import is_seq

    path, as_heard = Path(what), seq is not None or is_seq(at)
    if not path.exists():
        return _in_order(_run_of(repo, what), as_heard)
    with importing():
        from sessions.headless.pasts import past_at
    with progress() as tell:
        return _in_order(past_at(path, progress=tell), as_heard)


def _run_of(repo: Path, what: str) -> Past:
    """The journal of the repository, or the run of it that is named."""
    from sessions.headless.journal_past import JournalPast
    from sessions.headless.supervised import Supervised
    from sessions.journal.past.part import as_of_now, run

    if what not in ("last", "journal") and not what.isdecimal():
        raise UsageError(f"there is no {clean(what)!r}", "name a file, a directory, last, journal, or a number")
    supervised = Supervised(repo)
    journal = JournalPast(supervised, supervised.close)
    try:
        return as_of_now(journal) if what == "journal" else run(journal, None if what == "last" else int(what))
    except BaseException:
        journal.close()
        raise


def _in_order(past: Past, as_heard: bool) -> Past:
    """A journal, or a run of it, as it happened; `as_heard` where a sequence number is asked for, which counts that."""
    from sessions.journal.recording.recording import Recording

    if isinstance(past, Recording) or as_heard:
        return past
    from sessions.journal.past.chronicle import chronicle

    try:
        return chronicle(past)
    except BaseException:
        past.close()
        raise


def place_in(past: Past, at: str, seq: int | None) -> tuple[int, float] | None:
    """The event and the moment that `--seq` or `--at` names; None without them."""
    from sessions.journal.past import places

    place = places.SeekTarget(seq=seq)
    if seq is None:
        if not at:
            return None
        place = named(at, past)
    if place.moment is not None:
        return past.seq_at(place.moment), place.moment
    found = max(0, min(places.seq_of(past, place), past.span.last_seq))
    return found, past.state_at(found).time


def named(text: str, past: Past, now: float | None = None) -> places.SeekTarget:
    """The event or moment that an operator means by `text`.

    `+5m` counts from the beginning, and `-5m`, `5m` and `today` back from `now`, or from the end of what is over. A
    time without a date is that of today, or of the day on which the past began.
    """
    from sessions.journal.past import places

    span = past.span
    first, last = (span.first_time, span.last_time) if now is None or text.lstrip()[:1] == "+" else (now, now)
    return places.parse(text, span, last if places.from_now(text) else first, past.state_at(span.last_seq).zone)
