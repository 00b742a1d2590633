"""What transcripts on disk say now, without a journal: nothing is written, and everything is at home."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from sessions import clock, settings
from sessions.errors import FactoryError
from sessions.floor.commands import Progress
from sessions.floor.events import Event, FactoryOpened
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.models.prices import Prices
from sessions.observe import feeds
from sessions.observe.files import discover
from sessions.observe.observer import Batch, Observer, Reading
from sessions.observe.seats import HomeRepository, Seats
from sessions.observe.sums import SumReader
from sessions.text import clean

Told = Callable[[Progress | None], None]
_once = partial(feeds.read, marked=False)


def floor_at(places: Sequence[Path], progress: Told | None = None) -> FloorState:
    """The floor of everything that the transcripts at `places` tell."""
    return fold_all(fold_all(EMPTY, [opened(0.0)]), observed(places, progress))


def meters_at(places: Sequence[Path], by_station: bool, progress: Told | None = None) -> FloorState:
    """A floor whose meters are those of `floor_at`, read in a quarter of the time; of the rest it says little.

    Only where it is asked `by_station`, and sessions came to one by what others did, must all be read.
    """
    seats, events = _seats(), list[Event]()
    for batch in _batches(_named(places), seats, progress, SumReader().read):
        if by_station and seats.unforeseen:
            return floor_at(places, progress)
        events.extend(batch.events)
    return fold_all(fold_all(EMPTY, [opened(0.0)]), events)


def observed(places: Sequence[Path], progress: Told | None = None) -> list[Event]:
    """Every event of the transcripts at `places`, wherever they worked. Raises `FactoryError` where one is absent."""
    return events_in(_named(places), _seats(), progress)


def events_in(places: Sequence[discover.SearchRoot], seats: Seats, progress: Told | None = None) -> list[Event]:
    """Every event of the transcripts in `places`, whose sessions are seated by `seats`."""
    return [event for batch in _batches(places, seats, progress, _once) for event in batch.events]


def _batches(
    places: Sequence[discover.SearchRoot], seats: Seats, progress: Told | None, read: Reading
) -> Iterator[Batch]:
    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress(Progress("reading transcripts", done, total, "bytes"))

    prices = Prices.load(settings.load().prices_path)
    return Observer(places, seats, prices, progress=tell, read=read).scan()


def _named(places: Sequence[Path]) -> list[discover.SearchRoot]:
    for place in places:
        if not place.exists():
            raise FactoryError(f"there is no {clean(str(place))}", "name a directory or a transcript")
    return discover.places(places, only=True)


def _seats() -> Seats:
    """Seats for sessions that are all at home."""
    return Seats(EMPTY, HomeRepository(), only=True)


def opened(moment: float) -> FactoryOpened:
    """The beginning of a floor without a repository: it only knows the operator's clock."""
    now = time.time()
    return FactoryOpened(
        time=moment, source="import", repo="", name="", utc_offset=clock.utc_offset(now), utc_offsets=clock.offsets(now)
    )
