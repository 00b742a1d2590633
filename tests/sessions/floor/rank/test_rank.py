"""A pace is compared with others of the role and with tasks of like size, and only what could be hurried is charged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sessions.floor import events as ev
from sessions.floor.ours.lives import Life
from sessions.floor.rank.rank import rank
from sessions.floor.rank.ranking import Entry, Excused, Not, Ranking, Why
from sessions.floor.scope import Budget
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import Check, Learned, TaskSpec
from tests.sessions.floor.working import HOUR, START, Working, floor

MINUTE = 60.0
LASTS = 2 * HOUR


def steady(name: str, every: float, role: str = "test", until: float = START + LASTS, task: str = "") -> Working:
    """A station that settles something after every so many seconds of work."""
    station = Working(name, role)
    if task:
        station.tell(ev.TaskTaken, task=task, lease=1)
    return goes_on(station.ask("begin"), every, until)


def goes_on(station: Working, every: float, until: float = START + LASTS) -> Working:
    changes = 0
    while station.now + every <= until:
        station.think(every / 2).think(every / 2).commit()
        changes += 1
    if until > station.now:
        station.think(until - station.now)
    return station


def crew(*every: float, role: str = "test") -> list[Working]:
    return [steady(f"t{number}", each, role) for number, each in enumerate(every)]


def ranked(*stations: Working, at: float = START + LASTS) -> Ranking:
    return rank(floor(*stations, until=at), at)


def entry(ranking: Ranking, name: str = "x") -> Entry:
    (found,) = (each for each in (*ranking.slow, *ranking.others) if each.station == name)
    return found


def unranked(ranking: Ranking, name: str = "x") -> Excused:
    (found,) = (each for each in ranking.unranked if each.station == name)
    return found


def test_the_slowest_is_named_with_its_margin_and_the_figures_that_it_rests_on() -> None:
    ranking = ranked(steady("x", 3_000), *crew(540, 600, 600, 600, 600, 660, 720))
    slowest = ranking.slowest
    assert slowest is not None and slowest.station == "x" and [r.why for r in slowest.reasons] == [Why.PACE]
    assert slowest.words == (
        "2 changes settled in 2h of work: 6.0 × the median of 7 test stations (10m for one), for 1h; would free $0.12/h"
    )
    figures = {figure.key: figure for figure in slowest.figures}
    pace, cohort = figures["pace_s"], slowest.cohort
    assert cohort is not None and cohort.median is not None
    assert (pace.value, pace.median, cohort.n) == (3_600.0, cohort.median, 7)
    assert (figures["span_s"].value, figures["span_changes"].value, figures["settled"].value) == (7_200.0, 2.0, 2.0)
    assert slowest.margin == pytest.approx(3_600 / cohort.median)
    assert figures["commits"].age == figures["settled"].age == pytest.approx(1_200)
    assert ranking.words == f"x: {slowest.words}"


def test_nothing_is_clearly_slow_within_the_spread() -> None:
    ranking = ranked(*crew(400, 600, 600, 900, 1_300))
    assert (ranking.slow, len(ranking.others)) == ((), 5)
    assert ranking.words == "nothing is clearly slow among the 5 stations that are ranked"
    assert ranking.others[0].station == "t4", "the one that comes nearest first"


@pytest.mark.parametrize(
    ("every", "slow"),
    [
        (2_900.0, True),
        (1_750.0, False),  # less than three times the median
    ],
)
def test_slow_is_three_times_the_median(every: float, slow: bool) -> None:
    assert bool(ranked(steady("x", every), *crew(600, 600, 600, 600)).slow) is slow


@pytest.mark.parametrize(("until", "slow"), [(3_900, False), (4_200, True)])
def test_so_few_changes_must_be_no_chance(until: float, slow: bool) -> None:
    """One where six and a half would be usual may be chance; one where seven would be, is none."""
    station = goes_on(steady("x", 1_500, until=START + 1_500), 1e9, START + until)
    ranking = ranked(station, *(steady(f"t{n}", 600, until=START + until) for n in range(3)), at=START + until)
    assert (entry(ranking).margin or 0) > 6
    assert bool(ranking.slow) is slow


@pytest.mark.parametrize(("until", "slow"), [(5_200, False), (5_400, True)])
def test_it_is_slow_for_ten_minutes_before_it_is_named(until: float, slow: bool) -> None:
    station = goes_on(steady("x", 1_000, until=START + 5_000), 1e9, START + until)
    ranking = ranked(station, *(steady(f"t{n}", 300, until=START + until) for n in range(4)), at=START + until)
    assert (entry(ranking).margin or 0) > 3
    assert bool(ranking.slow) is slow


def test_a_cohort_has_three_others_of_the_role() -> None:
    few = ranked(steady("x", 3_000), *crew(600, 600))
    assert not few.slow and entry(few).margin is None
    assert (
        entry(few).words
        == "2 settled in 2h of work; not compared: only 2 others of its role with tasks of unknown size"
    )
    assert ranked(steady("x", 3_000), *crew(600, 600, 600)).slow
    others = ranked(steady("x", 3_000), *crew(600, 600, 600, role="ship"))
    assert not others.slow and entry(others).cohort is not None


def test_whose_role_is_not_known_is_not_compared() -> None:
    ranking = ranked(steady("x", 3_000, role=""), *crew(600, 600, 600, role=""))
    assert not ranking.slow
    assert entry(ranking).words.endswith("its role is not known: not compared")
    assert "its role" in entry(ranking).unknown


def test_two_who_are_equally_slow_do_not_hide_each_other_among_many() -> None:
    few = ranked(steady("x", 3_000), steady("y", 3_000), *crew(600, 600, 600))
    assert [each.station for each in few.slow] == []
    many = ranked(steady("x", 3_000), steady("y", 3_000), *crew(600, 600, 600, 600))
    assert [each.station for each in many.slow] == ["x", "y"]


def tasks_of(sizes: dict[str, TaskSpec]) -> list[ev.Event]:
    return [ev.TaskAdded(time=START, task=name, spec=spec) for name, spec in sizes.items()]


@pytest.mark.parametrize(
    ("own", "others", "compared"),
    [
        (Check(most_lines=300), Check(most_lines=100), True),
        (Check(most_lines=310), Check(most_lines=100), False),
        (Check(most_files=4), Check(most_lines=100), False),
        (Check(most_files=4), Check(most_files=3, most_lines=100), True),
        (Check(), Check(most_lines=100), False),
        (Check(), Check(), True),
    ],
)
def test_only_tasks_of_like_size_are_compared(own: Check, others: Check, compared: bool) -> None:
    specs = {"mine": TaskSpec("x", check=own)} | {f"k{n}": TaskSpec("t", check=others) for n in range(3)}
    stations = [steady("x", 3_000, task="mine"), *(steady(f"t{n}", 600, task=f"k{n}") for n in range(3))]
    ranking = rank(floor(tasks_of(specs), *stations), START + LASTS)
    assert (entry(ranking).margin is not None) is compared
    assert entry(ranking).task == "mine"


def test_a_budget_says_how_large_a_task_is_where_its_check_does_not() -> None:
    specs = {name: TaskSpec(name, budget=Budget(dollars=dollars)) for name, dollars in (("a", 1.0), ("b", 9.0))}
    ranking = rank(floor(tasks_of(specs), steady("x", 600, task="a"), steady("y", 600, task="b")), START + LASTS)
    cohort = entry(ranking).cohort
    assert cohort is not None and (cohort.size, cohort.n) == ("up to 1 dollars", 0)


def test_a_task_without_a_role_is_compared_with_others_from_the_queue() -> None:
    specs = {f"k{n}": TaskSpec("t") for n in range(4)}
    stations = [steady(f"t{n}", 3_000 if n == 0 else 600, role="", task=f"k{n}") for n in range(4)]
    assert [each.station for each in rank(floor(tasks_of(specs), *stations), START + LASTS).slow] == ["t0"]


def waits(what: str) -> Working:
    """Five changes, and most of two hours waited for something."""
    station = Working("x", "test").ask("begin")
    for _ in range(5):
        station.think(280)
        match what:
            case "person":
                station.wait_for_person(1_000).say("thanks")
            case "provider":
                station.wait_for_provider(1_000).say("there it is")
            case "tool":
                station.run("make all", 1_000)
            case "rest":
                station.life(Life.PAUSED).rest(1_000).life(Life.RUNNING)
            case "child":
                name = f"c{station.now:.0f}"
                child = Working(name, at=station.now, parent="x").ask()
                child.rest(1_000).life(Life.STOPPED)
                station.rest(1_000).tell(ev.ChildEnded, child=name, ok=True)
                station.events = [*station.events, *child.events]
        station.think(40).commit()
    return station


@pytest.mark.parametrize("what", ["person", "provider", "tool", "rest", "child"])
def test_what_is_waited_for_is_not_charged(what: str) -> None:
    station = waits(what)
    ranking = ranked(station, *crew(300, 320, 340), at=station.now)
    assert not ranking.slow
    figures = {figure.key: figure.value for figure in entry(ranking).figures}
    assert figures["pace_s"] == pytest.approx(325, abs=15)
    waited = "in_tools_s" if what == "tool" else "rested_s" if what == "rest" else f"waited_{what}_s"
    keys = "waited_children_s" if what == "child" else waited
    assert figures[keys] == pytest.approx(5_000, abs=50)


def test_without_the_excuse_the_same_would_be_slow() -> None:
    station = Working("x", "test").ask("begin")
    for _ in range(5):
        for _ in range(13):
            station.think(100).use("Read", f"src/{station.now}.py")
        station.think(40).commit()
    assert ranked(station, *crew(300, 320, 340), at=station.now).slow


NOW: dict[Not, Callable[[Working], object]] = {
    Not.PERSON: lambda x: x.tell(ev.QuestionAsked, question="q", tool="Bash", text="rm -rf build"),
    Not.MACHINE: lambda x: x.tell(ev.MachineAwaited, reason="529 overloaded"),
    Not.FAILED: lambda x: x.tell(ev.TurnFailed, reason="API error 400"),
    Not.IDLE: lambda x: x.end(),
    Not.OVER: lambda x: x.life(Life.KILLED),
    Not.TOOL: lambda x: x.call("Bash", "make all"),
}


@pytest.mark.parametrize("why", NOW)
def test_who_cannot_be_hurried_now_is_not_ranked_and_it_is_said_why(why: Not) -> None:
    station = steady("x", 3_000)
    NOW[why](station)
    ranking = ranked(station, *crew(600, 600, 600, 600), at=station.now + 61)
    assert unranked(ranking).why is why
    assert not ranking.slow


def test_a_tool_is_waited_for_when_it_takes_more_than_a_minute() -> None:
    station = steady("x", 3_000)
    station.call("Bash", "make all")
    assert ranked(station, *crew(600, 600, 600), at=station.now + 59).slow
    later = unranked(ranked(station, *crew(600, 600, 600), at=station.now + 720))
    assert later.words == "in a long command, for 12m: Bash make all"


def test_a_long_silence_is_not_charged_neither_while_it_lasts_nor_after_it() -> None:
    station, others = steady("x", 250, until=START + 1_000), crew(250, 250, 250)
    quiet = ranked(station, *others, at=station.now + 301)
    assert (unranked(quiet).why, unranked(quiet).words) == (Not.SILENT, "silent for 5m: its model may think")
    station.rest(5_000).use("Read", "src/a.py").think(240).use("Read", "src/b.py")
    figures = {figure.key: figure.value for figure in entry(ranked(station, *others, at=station.now)).figures}
    assert figures["since_settled_s"] == pytest.approx(245, abs=5)
    assert figures["silent_s"] == pytest.approx(5_000, abs=5)


def test_a_parent_is_not_ranked_while_its_child_works() -> None:
    station = steady("x", 3_000)
    child = Working("child", at=station.now, parent="x").ask()
    assert unranked(ranked(station, child, *crew(600, 600, 600), at=station.now + 30)).why is Not.CHILD


def test_who_has_just_begun_is_not_ranked_but_for_a_loop() -> None:
    station = Working("x", "test", at=START + LASTS - 590).ask().think(590)
    early = unranked(ranked(station, *crew(600, 600, 600)))
    assert (early.why, early.words) == (Not.EARLY, "early in its work: 10m")
    assert entry(ranked(station.think(11), *crew(600, 600, 600), at=station.now)).margin is not None
    loops = Working("x", "test").ask()
    for _ in range(8):
        loops.run("make check", 5.0, "exit code 2").rest(30)
    assert [reason.why for reason in entry(ranked(loops, at=loops.now)).reasons] == [Why.LOOP]


def test_a_new_task_and_a_new_request_are_begun_anew() -> None:
    station = steady("x", 3_000).end().ask("something else").think(60)
    assert unranked(ranked(station, *crew(600, 600, 600), at=station.now)).why is Not.EARLY
    taken = steady("x", 3_000, task="k").tell(ev.TaskFinished, task="k", lease=1).tell(ev.TaskTaken, task="l", lease=1)
    assert unranked(ranked(taken.think(60), at=taken.now)).words == "early in its task: 1m"
    told = steady("x", 3_000, task="k").end().ask("the check failed: mend it").think(60)
    assert entry(ranked(told, at=told.now)).task == "k", "more is said of the same task"


def test_a_task_is_hedged_once_only() -> None:
    def state(hedged: bool) -> FloorState:
        first = [
            ev.TaskAdded(time=START, task="k", spec=TaskSpec("t")),
            ev.TaskTaken(time=START, station="old", task="k", lease=1),
            ev.TaskReturned(time=START, station="old", task="k", lease=1, learned=Learned(), hedged=hedged),
        ]
        station = Working("x", "test").tell(ev.TaskTaken, task="k", lease=2).ask()
        others = [steady(f"t{n}", 600, task=f"o{n}") for n in range(3)]
        return floor(first, goes_on(station, 3_000), *others)

    assert rank(state(False), START + LASTS).slowest is not None
    ranking = rank(state(True), START + LASTS)
    assert ranking.slowest is None
    found = entry(ranking)
    assert found.hedged and found.reasons and "done once only" in found.words


def test_what_is_lost_says_who_comes_first() -> None:
    loops, longer = Working("a", "test", at=START + 5_000).ask(), Working("b", "test", at=START + 4_000).ask()
    for station in (loops, longer):
        while station.now < START + LASTS:
            station.run("make check", 5.0, "exit code 2").rest(30)
    ranking = ranked(loops, longer, at=loops.now)
    assert [each.station for each in ranking.slow] == ["b", "a"]
    assert ranking.slow[0].lost > ranking.slow[1].lost > 2_000
    assert ranking.words.endswith(", and 1 more")


def test_what_it_would_free_is_not_known_without_a_price() -> None:
    station = Working("x", "test").ask()
    for _ in range(8):
        station.think(5, dollars=None).run("make check", 5.0, "exit code 2").rest(30)
    found = entry(ranked(station, at=station.now))
    assert found.frees is None and "what it would free is not known" in found.words
    assert "what it costs" in found.unknown
    assert {figure.value for figure in found.figures if figure.unit == "$"} == {None}


def test_checks_count_as_what_is_settled_and_of_an_older_taking_nothing_does() -> None:
    station = Working("x", "test").tell(ev.TaskTaken, task="k", lease=2).ask().think(700)
    station.tell(ev.CheckFinished, task="k", lease=1, passed=True).think(400)
    station.tell(ev.CheckFinished, task="k", lease=2, passed=False).think(400)
    station.tell(ev.CheckFinished, task="k", lease=2, passed=True).think(100)
    figures = {figure.key: figure.value for figure in entry(ranked(station, at=station.now)).figures}
    assert (figures["checks_passed"], figures["checks_failed"], figures["settled"]) == (1, 1, 1)
    assert figures["since_settled_s"] == 100


def test_who_was_last_heard_of_a_day_ago_is_not_compared_with() -> None:
    others = [each.end() for each in crew(600, 600, 600)]
    for hours, compared in ((23, 3), (25, 0)):
        late = Working("x", "test", at=START + LASTS + hours * HOUR).ask().think(700)
        cohort = entry(rank(floor(late, *others), late.now)).cohort
        assert cohort is not None and cohort.n == compared


def test_stations_outside_the_repository_are_not_ranked_and_not_compared_with() -> None:
    away = steady("x", 3_000)
    opened = away.events[0]
    assert isinstance(opened, ev.StationOpened)
    away.events[0] = ev.StationOpened(time=opened.time, station="x", kind="claude", role="test", elsewhere=True)
    assert unranked(ranked(away, *crew(600, 600, 600))).why is Not.ELSEWHERE
    cohort = entry(ranked(away, *crew(600, 600, 600)), "t0").cohort
    assert cohort is not None and cohort.n == 2
