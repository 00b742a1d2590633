"""The bounds of the rank, each to the second, on floors that were put together by hand."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor.pace import Pace
from sessions.floor.progress.progress import Progress, Repeated
from sessions.floor.rank.rank import rank
from sessions.floor.rank.ranking import Entry, Excused, Not, Ranking, Reason, Why
from sessions.floor.state import Evidence, FloorState, RunningTool, Station, Status
from sessions.floor.tokens import Meter

NOW = 1_000_000.0
X = Station(
    "x",
    role="test",
    process=7,
    evidence=Evidence(Status.WORKING, since=NOW - 120, seen=NOW - 10),
    meter=Meter(calls=1, cost=6.0),
)
Crew = dict[str, tuple[Station, Progress]]


def at(clock: float, *stamps: float, began: float = 0.0) -> Progress:
    """Changes were settled when its clock said so; it says `clock` now."""
    return Progress(worked=clock, stamps=stamps, settled=len(stamps), began=began)


def crew(*every: float, role: str = "test") -> Crew:
    """Others, each with three changes, after as many seconds each."""
    return {
        f"t{number}": (replace(X, id=f"t{number}", role=role), at(3 * each, each, 2 * each, 3 * each))
        for number, each in enumerate(every)
    }


def ranked(some: Crew) -> Ranking:
    stations = {name: station for name, (station, _) in some.items()}
    return rank(FloorState(stations=stations, progress={name: each for name, (_, each) in some.items()}), NOW)


def entry(progress: Progress, others: Crew | None = None, station: Station = X) -> Entry:
    found = ranked({"x": (station, progress), **(others or {})})
    (one,) = (each for each in (*found.slow, *found.others) if each.station == "x")
    return one


def excused(station: Station, progress: Progress) -> Excused | None:
    return next(iter(ranked({"x": (station, progress)}).unranked), None)


@pytest.mark.parametrize(
    ("progress", "others", "slow"),
    [
        (at(1_200), (200, 200, 200), True),  # ten minutes longer than three times what is usual
        (at(1_199), (200, 200, 200), False),
        (at(1_800, 1, 2), (200, 200, 200), True),
        (at(1_799, 1, 2), (200, 200, 200), False),
        (at(3_200, 2_000, began=2_000), (200, 200, 200), True),
        (at(3_199, 2_000, began=2_000), (200, 200, 200), False),
        (at(1_620), (320, 320, 320), True),  # two and a quarter standard deviations
        (at(1_619), (320, 320, 320), False),
        (at(1_200), (200, 200, 800), True),  # one and a half times as long as the slowest
        (at(1_200), (200, 200, 801), False),
        (at(1_200), (200, 200, 200, 9_999), False),
        (at(1_200), (200, 200, 200, 800, 9_999), True),  # of many the slowest is left out
        (at(1_200), (200, 200, 200, 801, 9_999), False),
    ],
)
def test_how_slow_is_slow(progress: Progress, others: tuple[float, ...], slow: bool) -> None:
    assert entry(progress, crew(*others)).slow is slow


FAILS = Repeated(key=1, what=2, count=4, since=NOW - 150, last=NOW, call="Bash make", error="exit 2")
AGAIN = Repeated(key=2, what=2, count=14, since=NOW - 150, last=NOW, call="Bash make")
ROUNDS = Repeated(key=5, count=5, rounds=6, first=NOW - 900, last=NOW, call="Bash make", error="exit 2")
SILENT = replace(X, evidence=Evidence(Status.WORKING, seen=NOW - 1_000))


@pytest.mark.parametrize(
    ("progress", "station", "reasons"),
    [
        (
            Progress(top=FAILS),
            X,
            [Reason(Why.LOOP, "Bash make fails in the same way, 4 × in 2m", NOW - 150, 150.0)],
        ),
        (Progress(top=AGAIN), X, [Reason(Why.LOOP, "Bash make again, 14 × in 2m", NOW - 150, 150.0)]),
        (
            Progress(edits=24, switches=12, edits_since=NOW - 1_800, edited_at=NOW),
            X,
            [Reason(Why.THRASH, "24 writes to the same files in 30m, nothing settled", NOW - 1_800, 1_800.0)],
        ),
        (
            Progress(edits=7, edited_at=NOW, failing=(ROUNDS,)),
            X,
            [
                Reason(
                    Why.THRASH,
                    "7 writes to the same files in 15m, nothing settled; "
                    "Bash make failed in the same way after 6 of them",
                    NOW - 900,
                    900.0,
                )
            ],
        ),
        (
            Progress(),
            SILENT,
            [Reason(Why.STALL, "silent for 17m, with nothing under way", NOW - 1_000, 1_000.0)],
        ),
        (
            Progress(quiet=240, top=FAILS),
            SILENT,
            [
                Reason(Why.LOOP, "Bash make fails in the same way, 4 × in 2m", NOW - 150, 150.0),
                Reason(
                    Why.STALL,
                    "silent for 17m, with nothing under way; its longest silence is 4m",
                    NOW - 1_000,
                    1_000.0,
                ),
            ],
        ),
    ],
)
def test_what_holds_of_it_alone(progress: Progress, station: Station, reasons: list[Reason]) -> None:
    found = entry(replace(progress, worked=1_200.0), crew(200, 200, 200), station)
    assert [*found.reasons] == reasons, "and not also that it is slow"
    assert found.lost == max(each.lost for each in reasons)


@pytest.mark.parametrize(
    ("progress", "words", "reason"),
    [
        (
            at(1_200),
            "nothing settled in 20m of work: 6.0 × the median of 3 test stations (3m for one), for 10m",
            (NOW - 600, 1_200.0),
        ),
        (
            at(1_600, 9),
            "1 change settled in 27m of work: 8.0 × the median of 3 test stations (3m for one), for 17m",
            (NOW - 1_000, 1_400.0),
        ),
        (
            at(1_800, 9, 99),
            "2 changes settled in 30m of work: 4.5 × the median of 3 test stations (3m for one), for 10m",
            (NOW - 600, 1_400.0),
        ),
        (at(700, 9), "1 settled in 12m of work: 3.5 × the median of 3 test stations (3m for one)", None),
    ],
)
def test_how_its_pace_is_told(progress: Progress, words: str, reason: tuple[float, float] | None) -> None:
    found = entry(progress, crew(200, 200, 200))
    assert found.words == words, "what frees nothing is not told"
    assert [(each.why, each.since, each.lost) for each in found.reasons] == ([(Why.PACE, *reason)] if reason else [])
    assert found.lost == (reason[1] if reason else 0.0)


def test_what_it_would_free_is_told_where_there_is_a_reason() -> None:
    flows = replace(X, pace=Pace(199_999, (1,), (1.0,)))
    assert entry(at(1_200), crew(200, 200, 200), flows).words.endswith(", for 10m; would free $6.00/h")


@pytest.mark.parametrize(("others", "words"), [((), "no other"), ((200,), "1 other"), ((200, 200), "only 2 others")])
def test_whom_it_is_not_compared_with(others: tuple[float, ...], words: str) -> None:
    found = entry(at(700, 9), crew(*others))
    assert found.words == f"1 settled in 12m of work; not compared: {words} of its role with tasks of unknown size"
    assert found.margin is None


@pytest.mark.parametrize(("clock", "early"), [(649.0, True), (650.0, False)])
def test_early_is_ten_minutes_of_its_work(clock: float, early: bool) -> None:
    own = at(clock, began=50)
    found = excused(X, own)
    assert (found is not None and found.why is Not.EARLY) is early
    assert (entry(replace(own, top=FAILS), crew(200, 200, 200)).margin is None) is early


@pytest.mark.parametrize(
    ("station", "progress", "cohort"),
    [
        (X, at(1_000, 100), (3, 500.0, 6.0)),  # what goes on counts
        (X, at(1_000, 900), (3, 900.0, 6.0)),
        (X, at(600, 300, 600), (3, 300.0, 3.0)),
        (X, at(599, 300, 600), (0, None, None)),
        (X, at(600), (0, None, None)),
        (replace(X, meter=Meter()), at(600, 300), (3, 300.0, None)),
        (replace(X, evidence=Evidence(seen=NOW - 86_400)), at(600, 300), (3, 300.0, 6.0)),
        (replace(X, evidence=Evidence(seen=NOW - 86_401)), at(600, 300), (0, None, None)),
    ],
)
def test_who_has_a_pace_for_others(station: Station, progress: Progress, cohort: tuple[float, ...]) -> None:
    others = {name: (replace(station, id=name), progress) for name in ("a", "b", "c")}
    found = entry(at(600, 9), others).cohort
    assert found is not None and (found.n, found.median, found.dollars) == cohort


def working(seen: float, *tools: RunningTool, process: int = 7) -> Station:
    evidence = Evidence(Status.WORKING, since=NOW - 120, seen=NOW - seen)
    return replace(X, process=process, evidence=evidence, running={each.detail: each for each in tools})


TOOL = RunningTool("Bash", "make", NOW - 61)


@pytest.mark.parametrize(
    ("station", "found"),
    [
        (
            replace(X, evidence=Evidence(since=NOW - 9)),
            Excused("x", Not.UNKNOWN, "nothing is known of what it does", NOW - 9),
        ),
        (
            replace(X, evidence=Evidence(Status.IDLE, since=NOW - 120)),
            Excused("x", Not.IDLE, "has nothing to do, for 2m", NOW - 120),
        ),
        (
            working(901, process=0),
            Excused("x", Not.GONE, "was last heard of 15m ago, and no process of it is known", NOW - 120),
        ),
        (working(900, process=0), Excused("x", Not.SILENT, "silent for 15m: its model may think", NOW - 900)),
        (working(301), Excused("x", Not.SILENT, "silent for 5m: its model may think", NOW - 301)),
        (working(300), None),
        (
            working(9_999, replace(TOOL, since=NOW - 70), replace(TOOL, detail="ls"), process=0),
            Excused("x", Not.TOOL, "in a long command, for 1m: Bash make", NOW - 70),
        ),
        (working(9_999, replace(TOOL, since=NOW - 60), process=0), None),
        (replace(X, elsewhere=True), Excused("x", Not.ELSEWHERE, "works outside this repository", 0.0)),
    ],
)
def test_who_is_not_ranked(station: Station, found: Excused | None) -> None:
    assert excused(station, at(700)) == found
    assert found is None or found.why is not Not.ELSEWHERE or found.since == 0.0


def test_of_one_that_did_nothing_yet_all_is_early() -> None:
    ranking = rank(FloorState(stations={"x": X}), NOW)
    assert ranking.unranked == (Excused("x", Not.EARLY, "early in its work: 0s", 0.0),)
    assert ranking.words == "nothing is clearly slow: nobody is at work who could be ranked"


def test_the_order_is_by_what_is_lost_and_by_how_near_it_comes_and_then_by_name() -> None:
    one, other = (replace(X, id=name) for name in "ab")
    for more, place in ((at(700, 9), "others"), (replace(at(700, 9), top=FAILS), "slow")):
        found = getattr(ranked({"b": (other, more), "a": (one, more)}), place)
        assert [each.station for each in found] == ["a", "b"]
    alone = replace(one, role="alone")
    ranking = ranked({"a": (alone, at(700, 9)), "b": (other, at(700, 100, 200, 300)), **crew(700, 700, 700)})
    assert [each.station for each in ranking.others] == ["t0", "t1", "t2", "b", "a"]


@pytest.mark.parametrize(("count", "words"), [(1, "the 1 station that is"), (2, "the 2 stations that are")])
def test_how_many_are_ranked_is_told(count: int, words: str) -> None:
    ranking = ranked(crew(*[300.0] * count))
    assert ranking.words == f"nothing is clearly slow among {words} ranked"


def test_what_is_left_out_of_an_entry_is_nothing() -> None:
    assert ranked({}).slowest is None
    assert (Entry("x", False, "").lost, Entry("x", False, "").hedged, Excused("x", Not.IDLE, "").since) == (0, False, 0)
