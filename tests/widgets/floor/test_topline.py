"""The factory in one line: what stays where there is little room, and of which time its figures are."""

from __future__ import annotations

import pytest

from sessions.floor import events as ev
from sessions.floor.commands import PERCENT, Progress
from sessions.floor.state import EMPTY, FloorState
from sessions.floor.tokens import Certainty, Tokens
from sessions.views.floor.book import PaneBook
from sessions.views.floor.totals import Counts, totals
from tests.support.console import NOW, factory_state, state_of
from widgets.draw.cells import fit, plain, width
from widgets.floor.topline import PART_CELLS, figures, progress_line, slow_part, trouble_line

STATE = factory_state()
DAY = 86_400.0


def line(state: FloorState, cells: int, mode: str = "live", now: float = NOW) -> str:
    return plain(figures(totals(state, Counts.of(PaneBook().panes(state, now)), now), now, mode, cells))


def test_a_start_before_the_first_word_does_not_deny_the_repository() -> None:
    """Live there is always one; a recording of transcripts alone may be of none."""
    assert "no repository" not in line(EMPTY, 120)
    assert line(EMPTY, 120).startswith(" factory-tui   0 stations ")
    assert "REPLAY no repository" in line(EMPTY, 120, "replay")


@pytest.mark.parametrize("mode", ["live", "simulated", "replay"])
@pytest.mark.parametrize("cells", [60, 80, 120, 200, 300])
def test_states_cost_and_what_is_not_real_stay_at_every_size(mode: str, cells: int) -> None:
    shown = line(STATE, cells, mode)
    assert "◆1 ✖3" in shown
    assert "≥$29.4" in shown
    assert ("SIMULATED" in shown) == (mode == "simulated")
    assert ("REPLAY" in shown) == (mode == "replay")


def used(when: float, cost: float, certainty: Certainty = Certainty.EXACT) -> ev.TokensUsed:
    return ev.TokensUsed(
        time=when, station="a", call=f"{when}", model="m", tokens=Tokens(1_000_000), cost=cost, certainty=certainty
    )


def test_dollars_are_those_of_today_and_the_whole_is_said_beside_them() -> None:
    state = state_of([used(NOW - 3 * DAY, 40.0, Certainty.ESTIMATED), used(NOW - 60, 2.0)])
    shown = line(state, 200)
    assert "1.00M tokens   $2.00 today" in shown
    assert "in all ~2.00M  ~$42.0" in shown
    assert "$2.00" in line(state, 80)
    assert "in all" not in line(state_of([used(NOW - 60, 2.0)]), 200)


def test_a_day_without_use_costs_nothing() -> None:
    assert "0 tokens   $0 today" in line(state_of([used(NOW - 3 * DAY, 40.0)]), 200)


def test_long_work_says_how_much_of_how_much_where_that_is_known_and_the_key_that_stops_it() -> None:
    def shown(progress: Progress, cancel: str = "x stops") -> str:
        return plain(progress_line(progress, 70, cancel))

    known = shown(Progress("reading transcripts", 120, 312, "files"))
    assert known == fit(" reading transcripts ━━━━━━━━──────────── 120 of 312 files", 62) + "x stops "
    assert shown(Progress("comparing", 7, 0, "pairs")) == fit(" comparing  7 pairs", 62) + "x stops "
    assert shown(Progress("", 0, 0), "") == fit(" working", 70)
    share = shown(Progress("bringing the journal up to date", 40, 100, PERCENT), "")
    assert share == fit(" bringing the journal up to date ━━━━━━━━──────────── 40 %", 70)


def test_what_of_long_work_takes_long_is_named_with_its_time() -> None:
    progress = Progress("conflicts", 274, 275, "pairs", ("api-x", ""), NOW - 41)
    assert plain(progress_line(progress, 90, "", now=NOW)).rstrip().endswith(" 274 of 275 pairs  api-x × the base 40s")
    assert plain(progress_line(progress, 60, "x stops", now=NOW)) == (
        " conflicts  274 of 275 pairs  api-x × the base 40s  x stops "
    ), "without the bar where it would be cut"
    assert slow_part(progress, NOW, {"api-x": "x", "": "main"}) == "x × main 40s"
    hostile = Progress("conflicts", 1, 2, "pairs", ("\x1b[2J" + "n" * 99, "b"), NOW - 9)
    assert slow_part(hostile, NOW).endswith(" × b 9s")
    assert width(slow_part(hostile, NOW)) <= PART_CELLS + 8


def test_trouble_fills_its_line_to_the_margin() -> None:
    told = "the disk is full: make room"
    assert plain(trouble_line(told, 31)) == f" ✖ {told} "
    assert plain(trouble_line(told, 30)) == " ✖ the disk is full: make ro… "


@pytest.mark.parametrize("cells", [60, 80, 200])
def test_what_was_shown_last_bears_its_age_and_its_time_at_every_size(cells: int) -> None:
    shown = totals(STATE, Counts.of(PaneBook().panes(STATE, NOW)), NOW)
    told = plain(figures(shown, NOW, "live", cells, "3h10 ago"))
    assert "LAST SEEN 3h10 ago" in told and "13:00:00" in told and "live" not in told
    assert plain(progress_line(Progress("connecting", 0, 0), cells, "", "3h10 ago")).startswith(
        " as of 3h10 ago · connecting "
    )
    assert plain(trouble_line("no supervisor runs", cells, "3h10 ago")).startswith(" ✖ as of 3h10 ago · no supervisor")


def test_where_there_is_no_room_for_both_the_trouble_is_told() -> None:
    assert plain(trouble_line("the disk is full: make room", 40, "3h10 ago")).startswith(
        " ✖ the disk is full: make room"
    )
