"""Panes as pictures: what a card, a line and a large card look like, to the cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.floor.pace import Pace
from sessions.floor.state import Status
from sessions.floor.tokens import Certainty, Tokens
from sessions.views.floor.book import PaneBook
from sessions.views.floor.panes import Pane, Tool
from tests.support.console import NOW, factory_state
from widgets.draw.cells import fit, line_width, plain, width
from widgets.floor.card import HEIGHTS, card, clock_of
from widgets.floor.pane_text import place_text
from widgets.floor.rows import heading, widths_of


def paced(*shares: int) -> Pace:
    """Tokens in these shares over as many quarters of a minute, up to the present one, and dollars once."""
    pace = Pace().add(NOW - 300, 0, 2.5 / 6)
    for back, share in reversed([*enumerate(reversed(shares))]):
        pace = pace.add(NOW - 15 * back, 912 * share, 0.0)
    return pace


PROXY = Pane(
    key="station:proxy-07", station="proxy-07", name="proxy-07", kind="claude", role="ship", status=Status.NEEDS_ME,
    since=NOW - 125, seen=NOW - 120, reason="allow: git push --force ?", source="claude:4d5611e5",
    branch="station/proxy-07", ahead=7, behind=2, author="Ada Byron", subject="Keep retries apart",
    committed=NOW - 7_260, model="opus-4.6", pace=paced(1, 2, 3, 4, 0, 6, 7, 8),
    tokens=Tokens(1_000, 0, 0, 3_400_000, 9_000),
    cost=4.123, calls=31, context=166_000, window=200_000, directory="../wt/p07", activity="Bash git push",
    turns=3, tool_calls=40, errors=1, files=("src/pool.py", "src/hosts.py"), file_count=2,
)  # fmt: skip
TOPIC = Pane(
    key="branch:topic", name="topic", branch="topic", ahead=4, dirty=1, author="Ada Byron", subject="Try another pool",
    since=NOW - 7_200, committed=NOW - 7_200,
)  # fmt: skip


def picture(pane: Pane, cells: int, zoom: int, cursor: bool = False) -> list[str]:
    return [plain(line) for line in card(pane, cells, zoom, NOW, cursor)]


def table(panes: list[Pane], cells: int) -> list[str]:
    """These panes as lines below their heading."""
    widths = widths_of(panes)
    lines = [card(pane, cells, 0, NOW, widths=widths)[0] for pane in panes]
    return [plain(heading(cells, widths)), *map(plain, lines)]


def test_a_card() -> None:
    assert picture(PROXY, 40, 1) == [
        " ◆ proxy-07              needs me   2m  ",
        "   station/proxy-07              ↑7 ↓2  ",
        "   opus-4.6  …/p07      912/s ▁▂▃▄ ▆▇▇  ",
        "   3.41M  $4.12      ━━━━━━━━━━──  83%  ",
        "   allow: git push --force ?            ",
    ]


def test_a_card_says_elsewhere_and_a_line_where_there_is_room() -> None:
    there = replace(PROXY, elsewhere=True, directory="/home/ada/somewhere/shop")
    assert picture(there, 40, 1)[1:3] == [
        "   station/proxy-07          elsewhere  ",
        "   opus-4.6  …/shop     912/s ▁▂▃▄ ▆▇▇  ",
    ]
    assert [place_text(there, cells) for cells in (8, 9, 16, 40)] == [
        "", "elsewhere", "elsewhere …/shop", "elsewhere /home/ada/somewhere/shop",
    ]  # fmt: skip


def test_a_card_under_the_cursor() -> None:
    drawn = picture(PROXY, 40, 1, cursor=True)
    assert [line[0] for line in drawn] == ["▌"] * 5
    for cursor in (True, False):
        (line,) = card(PROXY, 120, 0, NOW, cursor)
        assert {style.endswith(" on cursor") for _, style in line[1:]} == {cursor}


def test_a_branch_without_a_station() -> None:
    assert picture(TOPIC, 40, 1) == [
        " ┄ topic               no station 2h00  ",
        "   Ada Byron                     ↑4 ±1  ",
        "   Try another pool                     ",
        "                                        ",
        "                                        ",
    ]
    long = replace(TOPIC, author="Augusta Ada King-Noel of Lovelace")
    assert picture(long, 40, 1)[1] == "   Augusta Ada King-Noel of Lo…  ↑4 ±1  "


def test_a_large_card() -> None:
    assert picture(PROXY, 90, 2) == [
        " ◆ proxy-07                                                                needs me   2m  ",
        "   station/proxy-07                                                                ↑7 ↓2  ",
        "   Keep retries apart  · Ada Byron, 2h01 ago                                              ",
        "   opus-4.6  ../wt/p07                                       912/s              ▁▂▃▄ ▆▇▇  ",
        "   3.41M  $4.12   $2.50/h                                     ━━━━━━━━━━━━━━━━━────  83%  ",
        "   in 1.00k  out 9.00k  cache read 3.40M  write 5m 0  1h 0     1 min 380/s   10 min 47/s  ",
        "   3 turns, 40 tool calls, 1 error                                               2 files  ",
        "   pool.py  hosts.py                                                                      ",
        "   needs me for 2m  · claude:4d5611e5, heard 2m ago                                       ",
        "   allow: git push --force ?                                                              ",
    ]


def test_lines_of_a_small_terminal() -> None:
    topic = replace(TOPIC, activity="Try another pool")
    assert table([PROXY, topic], 80) == [
        "   station  state             tok/s tokens    cost last                         ",
        " ◆ proxy-07 needs me     2m   912/s  3.41M   $4.12 allow: git push --force ?    ",
        " ┄ topic    no station 2h00                        Try another pool             ",
    ]


def test_lines_of_a_wide_terminal() -> None:
    assert [line.rstrip() for line in table([PROXY], 200)] == [
        "   station   state            branch            ↑↓±           model       tok/s             tokens     cost"
        "   ctx  directory  last",
        " ◆ proxy-07  needs me     2m  station/proxy-07  ↑7 ↓2         opus-4.6    912/s   ▁▂▃▄ ▆▇▇   3.41M    $4.12"
        "   83%  ../wt/p07  allow: git push --force ?",
    ]
    assert picture(TOPIC, 200, 0)[0].count("topic") == 1


def test_names_too_long_for_their_place_keep_their_ends() -> None:
    long = replace(PROXY, name="feature/retries-for-the-pool-17", branch="station/retries-for-the-pool-17", ahead=120)
    assert picture(long, 40, 1)[:2] == [
        " ◆ feature/ret…e-pool-17 needs me   2m  ",
        "   station/retri…-the-pool-17  ↑120 ↓2  ",
    ]
    assert picture(long, 80, 0)[0].startswith(" ◆ feature/ret…he-pool-17 needs me")
    assert picture(long, 200, 0)[0].count("retries-for-the-pool-17") == 2


@pytest.mark.parametrize("cells", [80, 120, 160, 200])
def test_columns_are_as_wide_as_all_their_content_needs(cells: int) -> None:
    """Nothing is cut where there is room, and no cell is given to what is not there."""
    odd = replace(PROXY, name="feature/login-3", branch="station/login-for-them", model="gpt-5.1-codex-mini")
    deep = replace(PROXY, directory="../api-trees/login-for-all-of-them")
    lines = table([PROXY, odd, deep, TOPIC], cells)
    assert {len(line) for line in lines} == {cells}
    assert "feature/login-3" in lines[2]
    assert lines[0].index("state") == 3 + len("feature/login-3") + (2 if cells > 93 else 1)
    assert (odd.branch in lines[2]) == (cells >= 160)
    assert (odd.model in lines[2]) == (cells == 200)
    assert (deep.directory in lines[3]) == (cells == 200)
    bare = replace(PROXY, ahead=0, behind=0, model="", directory="")
    assert "  ↑↓±  model  " in table([bare], 200)[0]


def test_widths_only_grow_from_what_is_known() -> None:
    known = widths_of([replace(PROXY, name="a-long-name-of-a-station")])
    assert widths_of([PROXY], known) == known
    assert widths_of([PROXY]).station == len("proxy-07")


@given(st.integers(8, 60), st.text("abcdefgh/-", min_size=1, max_size=80))
def test_a_directory_is_shortened_and_never_blank(cells: int, directory: str) -> None:
    shown = place_text(replace(PROXY, directory=directory), cells)
    assert 0 < width(shown) <= cells


def test_the_partner_of_a_collision_never_costs_the_branch_its_name() -> None:
    clashing = replace(PROXY, clashes=3, clash_with="cache-13")
    assert picture(clashing, 40, 1)[1] == "   station/proxy-07  ↑7 ↓2 ⚔3 cache-13  "
    assert picture(clashing, 200, 0)[0] == picture(PROXY, 200, 0)[0].replace("↑7 ↓2       ", "↑7 ↓2     ⚔3")
    longer = replace(clashing, branch="station/proxy-17-retries")
    assert picture(longer, 40, 1)[1] == "   station/proxy-17-retries   ↑7 ↓2 ⚔3  "


def test_long_models_are_told_apart_where_there_is_room() -> None:
    mini = replace(PROXY, model="gpt-5.1-codex-mini")
    assert "gpt-5.1-codex-mini" in picture(mini, 200, 0)[0]
    assert "gpt-5.1-codex-mini" in picture(mini, 120, 0)[0]


def test_ages_of_tools_stand_below_each_other() -> None:
    def ending(detail: str, since: float) -> str:
        return picture(replace(PROXY, status=Status.WORKING, tools=(Tool("Bash", detail, since),)), 200, 0)[0][-12:]

    assert ending("pytest", NOW - 190) == "         3m "
    assert ending("mypy --strict src tests", NOW - 5) == "         5s "


def test_a_running_tool_is_shown_with_its_age() -> None:
    busy = replace(PROXY, status=Status.WORKING, tools=(Tool("Bash", "pytest -q tests/proxy -k retry", NOW - 190),))
    assert picture(busy, 40, 1)[-1] == "   ▸ Bash pytest -q tests/proxy -k… 3m  "
    two = replace(busy, tools=(*busy.tools, Tool("Read", "a.py", NOW - 7)))
    assert picture(two, 40, 1)[-1] == "   ▸ Read a.py                   +1 7s  "


@pytest.mark.parametrize(
    ("facts", "tokens", "cost"),
    [
        ({}, "3.41M", "$4.12"),
        ({"certainty": Certainty.REPORTED}, "°3.41M", "°$4.12"),
        ({"certainty": Certainty.ESTIMATED}, "~3.41M", "~$4.12"),
        ({"certainty": Certainty.UNDERCOUNTED}, "≥3.41M", "≥$4.12"),
        ({"cost": None}, "3.41M", "—"),
        ({"part_priced": True}, "3.41M", "≥$4.12"),
    ],
)
def test_every_kind_of_figure_looks_different(facts: dict[str, object], tokens: str, cost: str) -> None:
    pane = replace(PROXY, **facts)
    assert picture(pane, 40, 1)[3].split()[:2] == [tokens, cost]
    assert ("$2.50/h" in picture(pane, 90, 2)[4]) == (pane.cost is not None)


def test_a_guess_is_marked_as_one() -> None:
    drawn = picture(replace(PROXY, guess=True), 90, 2)
    assert "needs me?" in drawn[0]
    assert drawn[8] == fit("   needs me? for 2m  · a guess from claude:4d5611e5, heard 2m ago", 90)


def test_each_status_has_a_sign_a_word_and_a_colour_of_its_own() -> None:
    seen = set()
    for status in Status:
        title = card(replace(PROXY, status=status, reason=""), 40, 1, NOW)[0]
        assert (title[1][0], title[1][1].split()[0]) not in seen
        seen.add((title[1][0], title[1][1].split()[0]))
        assert title[1][1].split()[0] == status.value


def test_ages_are_redrawn_only_when_they_change() -> None:
    quiet = replace(PROXY, pace=Pace())
    assert clock_of(quiet, NOW) == clock_of(quiet, NOW + 59)
    assert picture(quiet, 40, 1) == [plain(line) for line in card(quiet, 40, 1, NOW + 59)]
    fresh = replace(quiet, since=NOW - 5)
    assert clock_of(fresh, NOW) != clock_of(fresh, NOW + 1)


def test_rates_are_redrawn_while_something_is_left_in_them() -> None:
    assert clock_of(PROXY, NOW) == clock_of(PROXY, NOW + 4)
    assert clock_of(PROXY, NOW) != clock_of(PROXY, NOW + 5)
    assert picture(PROXY, 40, 1) != [plain(line) for line in card(PROXY, 40, 1, NOW + 30)]
    assert clock_of(PROXY, NOW + 900) == clock_of(PROXY, NOW + 910)


@given(
    st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Mn")), max_size=90),
    st.sampled_from(list(Status)),
    st.integers(12, 220),
    st.integers(0, 2),
    st.booleans(),
)
def test_every_line_has_exactly_its_cells(text: str, status: Status, cells: int, zoom: int, station: bool) -> None:
    pane = replace(
        PROXY, name=text, branch=text, model=text, directory=text, reason=text, activity=text, status=status,
        station="s" if station else "", author=text, subject=text, ahead=12_345, dirty=99,
    )  # fmt: skip
    lines = card(pane, cells, zoom, NOW)
    assert len(lines) == HEIGHTS[zoom]
    assert {line_width(line) for line in lines} == {cells}


def test_the_whole_factory_is_drawn_at_every_zoom() -> None:
    for pane in PaneBook().panes(factory_state(), NOW):
        for zoom, height in enumerate(HEIGHTS):
            assert len(card(pane, 40, zoom, NOW)) == height


def test_what_is_not_known_has_no_age() -> None:
    unheard = replace(PROXY, since=0.0, seen=0.0, committed=0.0)
    lines = picture(unheard, 100, 2)
    assert [lines[2].strip(), lines[8].strip()] == ["Keep retries apart  · Ada Byron", "needs me  · claude:4d5611e5"]
