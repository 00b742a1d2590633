"""The figures of a ranked station, each with its age, and what is not known."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor.pace import Pace
from sessions.floor.progress.progress import Progress, Repeated
from sessions.floor.rank.figures import figures, frees, unknown
from sessions.floor.rank.ranking import Cohort
from sessions.floor.state import Station
from sessions.floor.tokens import Meter, Tokens

NOW = 1_000_000.0
COHORT = Cohort("test", "up to 9 lines", 3, 30.0, 0.5)
USED = Meter(Tokens(input=1_000), calls=4, cost=8.0)
STATION = Station("x", meter=USED, pace=Pace(199_999, (1,), (0.123,)))
PROGRESS = Progress(
    settled=4,
    settled_at=NOW - 10,
    settled_clock=100.0,
    commits=2,
    committed_at=NOW - 20,
    files=3,
    written_at=NOW - 30,
    passed=1,
    failed=2,
    checked_at=NOW - 40,
    idle_turns=5,
    turned_at=NOW - 50,
    top=Repeated(count=2, last=NOW - 60),
    failing=(Repeated(count=7, last=NOW - 70),),
    errors=(Repeated(count=6, last=NOW - 75),),
    retries=8,
    retried_at=NOW - 80,
    waited_person=11.0,
    silent=12.0,
    waited_at=NOW - 90,
    tokens=400,
    dollars=3.0,
)
Told = dict[str, tuple[float | None, float | None]]


def told(station: Station, progress: Progress, clock: float = 150.0, changes: int = 2) -> Told:
    """By key its value and its age."""
    found = figures(station, progress, clock, 60.0, changes, COHORT, NOW)
    return {each.key: (each.value, each.age) for each in found}


def test_each_figure_has_its_value_and_the_age_of_what_it_rests_on() -> None:
    assert told(STATION, PROGRESS) == {
        "pace_s": (30.0, 10.0),
        "span_s": (60.0, 0.0),
        "span_changes": (2.0, 10.0),
        "since_settled_s": (50.0, 0.0),
        "settled": (4.0, 10.0),
        "commits": (2.0, 20.0),
        "files": (3.0, 30.0),
        "checks_passed": (1.0, 40.0),
        "checks_failed": (2.0, 40.0),
        "idle_turns": (5.0, 50.0),
        "repeated": (7.0, 70.0),
        "retries": (8.0, 80.0),
        "waited_person_s": (11.0, 90.0),
        "waited_provider_s": (0.0, None),
        "rested_s": (0.0, None),
        "in_tools_s": (0.0, None),
        "silent_s": (12.0, 90.0),
        "waited_children_s": (0.0, None),
        "tokens_since": (600.0, 5.0),
        "dollars_since": (5.0, 5.0),
        "tokens_each": (250.0, 5.0),
        "dollars_each": (2.0, 5.0),
    }
    assert figures(STATION, PROGRESS, 150.0, 60.0, 2, COHORT, NOW)[0].median == 30.0
    assert told(STATION, replace(PROGRESS, settled=1))["dollars_each"][0] == 8.0


def test_what_never_was_has_no_age_and_what_is_unknown_no_value() -> None:
    found = told(Station("x", kind="claude"), Progress(turned_at=NOW + 5), clock=-1.0, changes=0)
    assert {key for key, (_, age) in found.items() if age is not None} == {"span_s", "since_settled_s", "idle_turns"}
    assert found["idle_turns"] == (0.0, 0.0), "a clock that went back makes nothing older than now"
    assert (found["pace_s"][0], found["since_settled_s"][0], found["repeated"][0]) == (60.0, 0.0, 0.0)
    assert {key for key, (value, _) in found.items() if value is None} == {
        "dollars_since",
        "tokens_each",
        "dollars_each",
    }
    fresh = told(STATION, Progress(tokens=2_000, dollars=9.0))
    assert (fresh["tokens_since"][0], fresh["dollars_since"][0]) == (0.0, 0.0)
    assert (fresh["tokens_each"][0], fresh["dollars_each"][0]) == (None, None)
    unpriced = told(replace(STATION, meter=replace(USED, unpriced=4)), PROGRESS)
    assert (unpriced["dollars_since"][0], unpriced["dollars_each"][0], unpriced["tokens_each"][0]) == (
        None,
        None,
        250.0,
    )


@pytest.mark.parametrize(("count", "value"), [(0, 0.0), (1, 0.0), (2, 2.0)])
def test_what_came_once_is_no_repetition(count: int, value: float) -> None:
    for field, given in (
        ("top", Repeated(count=count)),
        ("failing", (Repeated(count=count),)),
        ("errors", (Repeated(count=count),)),
    ):
        assert told(STATION, replace(Progress(), **{field: given}))["repeated"][0] == value


@pytest.mark.parametrize(
    ("station", "progress", "cohort", "words"),
    [
        (STATION, PROGRESS, COHORT, ()),
        (STATION, Progress(passed=1), COHORT, ()),
        (STATION, Progress(failed=1), COHORT, ()),
        (STATION, Progress(), COHORT, ("whether its work passes a check",)),
        (Station("x"), PROGRESS, COHORT, ("what it costs",)),
        (replace(STATION, meter=replace(USED, unpriced=4)), PROGRESS, COHORT, ("what it costs",)),
        (STATION, PROGRESS, replace(COHORT, role=""), ("its role",)),
        (STATION, PROGRESS, replace(COHORT, size="of unknown size"), ("the size of its task",)),
    ],
)
def test_what_is_not_known_is_said(
    station: Station, progress: Progress, cohort: Cohort, words: tuple[str, ...]
) -> None:
    assert unknown(station, progress, cohort) == words


def test_what_it_uses_in_an_hour() -> None:
    assert frees(replace(STATION, pace=Pace(199_999, (1,), (0.12345,))), NOW) == pytest.approx(0.74)
    assert frees(Station("x"), NOW) is None
    assert frees(replace(STATION, meter=replace(USED, unpriced=4)), NOW) is None
