"""What `kept --json` prints: the work of stations that is kept under refs."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sessions.stations.places.keeping import Kept

VERSION = 1


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What one ref keeps. Times are in seconds since 1970."""

    ref: str
    station: str
    head: str
    since: float
    until: float
    reason: str
    subject: str


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, the newest first."""

    version: int = VERSION
    kept: tuple[Item, ...]


def shape_of(found: Iterable[Kept]) -> Shape:
    """These as they are printed."""
    return Shape(
        kept=tuple(
            Item(
                ref=item.ref,
                station=item.station,
                head=item.head,
                since=item.when,
                until=item.until,
                reason=item.reason,
                subject=item.subject,
            )
            for item in found
        )
    )
