"""The ranking in lines: a figure stands beside the median of those like it, and no text breaks a column."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sessions.floor.rank.ranking import Cohort, Excused, Figure, Not, Ranking, Reason, Why
from sessions.floor.state import FloorState
from sessions.views.slowest.kept import in_short, kept, untakeable
from sessions.views.slowest.rows import Place, counted, rows
from tests.support.console import HOSTILE, NOW, factory_state, state_of
from tests.support.picture import text_of
from tests.support.stations.still import our_events
from tests.support.tasks.ranked import SLOW, ranked_state
from widgets.draw.cells import line_width, plain
from widgets.slowest.lines import figure_lines, row_line, told_lines

ENTRY = replace(SLOW, station="proxy-00")
RANKING = Ranking(NOW, "proxy-00 is slow", (ENTRY,), (), (Excused("docs-01", Not.EARLY, "early in its task: 3m"),))
STATE = factory_state(3, 3)


def test_a_figure_stands_beside_the_median_of_those_like_it_with_its_age() -> None:
    assert text_of(figure_lines(ENTRY, 70)) == [
        " figures ────────────────────────────────────── beside 7 of role ship",
        "                                            its own   median    age",
        "  work for one settled change                   13m       4m     2m",
        "  changes settled in it                           3              2m",
        "  tokens since the last settled change        1.23M              4s",
        "  unknown   whether its work passes a check",
    ]


def test_columns_are_named_where_there_is_no_median_too() -> None:
    few = replace(ENTRY, cohort=Cohort("ship", "", 1))
    head, figure = text_of(figure_lines(few, 70))[1:3]
    assert head.split() == ["its", "own", "age"] and head.index("age") + 3 == len(figure)


def test_a_row_says_who_by_how_much_and_why() -> None:
    slow, early = rows(STATE, RANKING)
    assert (slow.place, early.place) == (Place.SLOW, Place.UNRANKED)
    assert counted([slow, early]) == {Place.SLOW: 1, Place.RANKED: 0, Place.UNRANKED: 1}
    assert plain(row_line(STATE, slow, NOW, 80, "", False)).rstrip() == (
        " ◆ proxy-00             3.1×  3 settled in 40 m of work: 3.1 × the median of 7…"
    )
    assert plain(row_line(STATE, early, NOW, 80, "", True)).rstrip() == (
        "▶✖ docs-01                    early in its task: 3m"
    )


def test_who_works_elsewhere_is_left_out() -> None:
    stations = {**STATE.stations, "docs-01": replace(STATE.stations["docs-01"], elsewhere=True)}
    assert [row.station for row in rows(replace(STATE, stations=stations), RANKING)] == ["proxy-00"]


def test_what_is_kept_is_told_before_anything_is_done() -> None:
    state = state_of(our_events())
    assert untakeable(state, "worker") == "it has no task: X kills it"
    assert kept(state, "worker", NOW) == []
    state = ranked_state()
    told = dict(kept(state, "worker", NOW))
    assert told["task"].startswith("what it was started with becomes a task")
    assert told["branch"].startswith("station/worker stays")
    assert told["budget"].endswith("comes back")
    assert "session" in told
    assert in_short(state, "worker") == "branch, conversation"
    assert untakeable(state, "worker") == ""
    assert "only observed" in untakeable(STATE, "proxy-00")
    assert kept(STATE, "proxy-00", NOW) == []


@pytest.mark.parametrize("cells", [24, 80, 110])
def test_no_hostile_text_reaches_the_screen(cells: int) -> None:
    reasons = (Reason(Why.LOOP, HOSTILE, NOW - 60, 60.0),)
    figures = (Figure(HOSTILE, HOSTILE, 1.0, "s", 1.0, 2.0),)
    entry = replace(ENTRY, words=HOSTILE, reasons=reasons, figures=figures, unknown=(HOSTILE,),
                    cohort=Cohort(HOSTILE, HOSTILE, 3, 1.0))  # fmt: skip
    state = FloorState(stations={"proxy-00": replace(STATE.stations["proxy-00"], called=HOSTILE, role=HOSTILE)})
    (row,) = rows(state, Ranking(NOW, "", (entry,)))
    for line in (row_line(state, row, NOW, cells, " on cursor", True), *told_lines(state, row, NOW, cells)):
        assert plain(line).isprintable()
        assert line_width(line) <= cells
