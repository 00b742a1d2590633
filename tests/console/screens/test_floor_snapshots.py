"""Pictures of the floor and the help, one for each kind of terminal; everything finer is in the line goldens."""

from __future__ import annotations

import pytest

from console.app import FactoryApp
from console.links.link import LinkHealth
from console.options import Options
from sessions.floor.commands import Progress
from sessions.floor.state import EMPTY
from tests.support.console import StillLink, factory_state
from tests.support.picture import SMALL, WIDE, Compare, pressing


def _options(**wishes: object) -> Options:
    return Options(**{"theme": "dark", "ascii_only": False, "no_colour": False, **wishes})  # type: ignore[arg-type]


SCANNING = LinkHealth(progress=Progress("reading transcripts", 120, 312, "files"))
FACTORY = StillLink(factory_state())
PICTURES: dict[str, tuple[StillLink, Options, list[str], tuple[int, int]]] = {
    "cards-200x60-dark": (FACTORY, _options(), [], WIDE),
    "groups-200x60-light": (FACTORY, _options(theme="light"), ["g", "r"], WIDE),
    "lines-80x24-dark": (FACTORY, _options(), ["down", "space"], SMALL),
    "filter-80x24-colour-blind": (FACTORY, _options(theme="colour-blind"), ["f", "x", "n"], SMALL),
    "large-100x30-ascii": (FACTORY, _options(ascii_only=True), ["z"], (100, 30)),
    "lines-80x24-no-colour": (FACTORY, _options(no_colour=True), [], SMALL),
    "empty-80x24-scanning": (StillLink(EMPTY, health=SCANNING), _options(), [], SMALL),
    "help-80x24": (StillLink(factory_state(3, 3)), _options(), ["question_mark"], SMALL),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(snap_compare: Compare, name: str) -> None:
    link, options, press, size = PICTURES[name]
    assert snap_compare(FactoryApp(link, options), terminal_size=size, run_before=pressing(*press))
