"""The file with what the floor showed: it comes back as it was or not at all, and brings nothing to the terminal."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from console.links import last_floor as file
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, FloorState
from sessions.text import is_visible
from sessions.views.floor.arrange import EVERYTHING, Choice, SortKey
from sessions.views.floor.last import MOST_PANES, LastFloor, last_floor
from sessions.views.floor.panes import Pane
from sessions.views.floor.view import FloorView
from tests.support.console import HOSTILE, NOW, factory_state
from widgets.draw.cells import line_width
from widgets.floor.card import card
from widgets.floor.preview import preview_lines
from widgets.floor.topline import figures


def shown(state: FloorState) -> LastFloor:
    """What is kept of a floor."""
    view = FloorView()
    return last_floor(view.look(state, NOW), view.panes, NOW)


FLOOR = shown(factory_state(12, 20))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "factory-tui" / "console" / "api.floor"


def test_it_comes_back_as_it_was(path: Path) -> None:
    file.write(path, FLOOR)
    assert file.read(path) == FLOOR
    file.write(path, replace(FLOOR, time=NOW + 1))
    assert file.read(path) == replace(FLOOR, time=NOW + 1)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_it_is_the_operators_alone(path: Path) -> None:
    file.write(path, FLOOR)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path.parent, path.parent.parent)] == [0o700, 0o700]


def test_the_same_panes_are_seen_as_by_a_look_at_the_floor() -> None:
    state = factory_state(12, 20)
    for choice in (EVERYTHING, Choice(order=SortKey.COST), Choice(search="proxy")):
        view = FloorView(choice)
        looked, again = view.look(state, NOW), FLOOR.floor(choice)
        assert [p.key for g in again.groups for p in g.panes] == [p.key for g in looked.groups for p in g.panes]
        assert (again.totals, again.shown, again.every) == (looked.totals, looked.shown, looked.every)


def test_what_is_folded_away_stays_so_and_is_counted_apart() -> None:
    stations = [
        ev.StationOpened(time=NOW - 9, station="works", kind="claude"),
        ev.StationOpened(time=NOW - 9, station="there", kind="claude", elsewhere=True),
        ev.StationOpened(time=NOW - 90 * 86_400, station="rests", kind="claude"),
        ev.TurnFinished(time=NOW - 90 * 86_400, station="rests", session="s"),
    ]
    state = fold_all(EMPTY, [*stations, ev.TextWritten(time=NOW, station="works", session="s", text="on it")])
    view = FloorView()
    looked, kept = view.look(state, NOW), shown(state)
    assert {pane.name for pane in looked.folded} == {"there", "rests"}
    for choice in (EVERYTHING, Choice(unfolded=True), Choice(search="e")):
        view = FloorView(choice)
        looked, again = view.look(state, NOW), kept.floor(choice)
        names = [[p.name for g in floor.groups for p in g.panes] for floor in (looked, again)]
        assert names[0] == names[1]
        assert (again.folded, again.shown, again.every) == (looked.folded, looked.shown, looked.every)


@pytest.mark.parametrize("folded", [{"elsewhere": True}, {"resting": True}])
def test_of_panes_that_are_not_kept_those_are_counted_that_were_on_the_floor(folded: dict[str, bool]) -> None:
    view, state = FloorView(), factory_state(2, 0)
    floor = view.look(state, NOW)
    many = [Pane(key=f"station:{n}", station=f"{n}", name=f"{n}") for n in range(MOST_PANES + 5)]
    away = [replace(pane, key=f"{pane.key}-away", **folded) for pane in many[:7]]
    assert last_floor(floor, [*many, *away], NOW).further == len(many) + len(view.panes) - MOST_PANES


def test_of_very_many_panes_those_in_front_are_kept_and_all_are_counted(path: Path) -> None:
    floor = shown(factory_state(MOST_PANES + 50, 0))
    assert len(floor.panes) == MOST_PANES
    again = floor.floor(EVERYTHING)
    assert (again.every, again.totals.stations) == (MOST_PANES + 50, MOST_PANES + 50)
    file.write(path, floor)
    assert path.stat().st_size < file.MOST_BYTES
    assert file.read(path) == floor


@pytest.mark.parametrize("much", [0, 10, 100])
def test_a_file_that_is_cut_off_or_too_long_is_none(path: Path, much: int) -> None:
    file.write(path, FLOOR)
    body = path.read_bytes()
    path.write_bytes(body[: len(body) * much // 101])
    assert file.read(path) is None
    path.write_bytes(body + b" " * file.MOST_BYTES)
    assert file.read(path) is None


def test_one_of_another_version_is_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as other:
        other.setattr(file, "VERSION", "0-00000000")
        file.write(path, FLOOR)
    assert file.read(path) is None


def test_what_is_no_file_of_ours_is_none(path: Path, tmp_path: Path) -> None:
    assert file.read(path) is None
    file.write(path, FLOOR)
    real = path.rename(tmp_path / "real")
    path.symlink_to(real)
    assert file.read(path) is None
    path.unlink()
    os.mkfifo(path)
    assert file.read(path) is None
    path.unlink()
    path.mkdir()
    assert file.read(path) is None
    file.write(path, FLOOR)  # nothing is said of it


def test_hostile_texts_come_back_harmless(path: Path) -> None:
    file.write(path, FLOOR)
    pane = replace(FLOOR.panes[0], name=HOSTILE, reason=HOSTILE, activity=HOSTILE, key=HOSTILE, branch=HOSTILE)
    file.write(path, replace(FLOOR, panes=(pane, *FLOOR.panes[1:]), totals=replace(FLOOR.totals, name=HOSTILE)))
    again = file.read(path)
    assert again is not None
    first = again.panes[0]
    for text in (first.name, first.reason, first.activity, first.key, first.branch, again.totals.name):
        assert is_visible(text)


CHANGED = st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=8)), min_size=1, max_size=6)


@given(CHANGED)
def test_a_damaged_file_is_none_or_can_be_drawn(changes: list[tuple[int, bytes]]) -> None:
    body = bytearray(msgspec.json.encode(FLOOR))
    for at, what in changes:
        begin = at % len(body)
        body[begin : begin + len(what)] = what
    try:
        floor = msgspec.json.decode(body, type=LastFloor)
    except ValueError:
        return
    seen = floor.floor(EVERYTHING)
    assert line_width(figures(seen.totals, floor.time, "live", 200, "3h ago")) == 200
    for group in seen.groups:
        for pane in group.panes:
            card(pane, 40, 1, floor.time)
            preview_lines(pane, 80, 6, floor.time)
