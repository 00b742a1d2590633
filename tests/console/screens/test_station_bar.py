"""The bar above a station: what it says of the link, and what stays where there is little room."""

from __future__ import annotations

import pytest

from console.links.link import LinkHealth, LinkMode
from console.screens.station.bar import link_spans
from sessions.watching.blind import not_watched
from tests.support.console import NOW, StillLink
from widgets.draw.cells import plain

GONE = LinkHealth(trouble="the supervisor is gone\x1b[31m")


@pytest.mark.parametrize(
    ("mode", "health", "cells", "shown"),
    [
        (LinkMode.LIVE, LinkHealth(), 80, ""),
        (LinkMode.LIVE, GONE, 80, "✖ the supervisor is gone"),
        (LinkMode.LIVE, GONE, 10, "✖ the sup…"),
        (LinkMode.SIMULATED, GONE, 80, "✖ the supervisor is gone  SIMULATED"),
        (LinkMode.SIMULATED, GONE, 34, "✖ the supervisor is gone"),
        (LinkMode.SIMULATED, LinkHealth(), 9, "SIMULATED"),
        (LinkMode.REPLAY, LinkHealth(), 80, "REPLAY 13:00:00"),
    ],
)
def test_what_is_most_important_stays(mode: LinkMode, health: LinkHealth, cells: int, shown: str) -> None:
    assert plain(link_spans(StillLink(mode=mode, health=health), NOW, cells)) == shown


def test_a_long_trouble_keeps_its_cure() -> None:
    """At 120 columns, of which the station's bar gives it five eighths."""
    health = LinkHealth(trouble=not_watched("83 folders", 28, 10.0))
    shown = plain(link_spans(StillLink(health=health), NOW, 120 * 5 // 8))
    assert shown.startswith("✖ 83 folders not watched: sudo sysctl fs.inotify.max_user_watches=1048576")
