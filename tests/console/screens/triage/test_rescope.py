"""Several cases of one scope: what is opened for one is opened for all of its station."""

from __future__ import annotations

from msgspec.structs import replace

from console.screens.forms.rescope import opened_together
from sessions.floor.state import EMPTY
from sessions.floor.triage.case import Act, Case, Kind

OPEN, SEEN = Act.RESCOPE, Act.SEEN


def tried(station: str, about: str) -> Case:
    return Case(f"{station}:{about}", Kind.SCOPE, station, about=about)


A, B, OTHER = tried("s", "write a.py"), tried("s", "commit b.py"), tried("t", "write c.py")
NET, WEB = tried("s", "connect pypi.org:443"), tried("s", "connect example.com:443")


def test_each_case_of_a_station_opens_the_paths_of_all() -> None:
    found = [(A, OPEN), (B, OPEN), (OTHER, OPEN)]
    assert opened_together(EMPTY, found) == (found, {"s": ("a.py", "b.py"), "t": ("c.py",)})


def test_what_is_reached_over_the_network_is_opened_one_at_a_time() -> None:
    assert opened_together(EMPTY, [(NET, OPEN), (WEB, OPEN)]) == ([(NET, OPEN)], {"s": ()})
    assert opened_together(EMPTY, [(NET, OPEN), (A, OPEN)]) == ([(NET, OPEN)], {"s": ()})
    assert opened_together(EMPTY, [(A, OPEN), (NET, OPEN)]) == ([(A, OPEN)], {"s": ("a.py",)})


def test_other_acts_are_left_as_they_are() -> None:
    found = [(A, SEEN), (replace(NET, kind=Kind.FAILED), SEEN)]
    assert opened_together(EMPTY, found) == (found, {})
