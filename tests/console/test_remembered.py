"""What is remembered between runs: it comes back, what was asked for goes before it, and damage does no harm."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from console.app import FactoryApp
from console.options import Options
from console.remembered import Preferences, Remembered
from console.screens.floor.screen import FloorScreen
from sessions.views.floor.arrange import Grouping, SortKey
from tests.support.console import StillLink, factory_state


def visit(path: Path, *keys: str, size: tuple[int, int] = (200, 60), theme: str = "") -> tuple[str, str, str, int]:
    """Open the console, press keys, and say how the floor then looks: theme, order, grouping, zoom."""

    async def run() -> tuple[str, str, str, int]:
        options = Options(theme=theme, ascii_only=False, no_colour=False, remembered=path)
        app = FactoryApp(StillLink(factory_state(9, 9)), options)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, FloorScreen)
            choice = screen.view.choice
            return app.look.name, choice.order.value, choice.grouping.value, screen.wall.zoom

    return asyncio.run(run())


def test_theme_order_grouping_and_zoom_are_as_they_were_left(tmp_path: Path) -> None:
    path = tmp_path / "state/console.json"
    assert visit(path) == ("dark", "attention", "none", 1)
    assert not path.exists(), "nothing was chosen, so nothing is written"
    left = visit(path, "t", "o", "c", "g", "r", "z")
    assert left == ("light", "cost", "role", 2)
    assert visit(path) == left
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_was_asked_for_goes_before_what_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "state/console.json"
    visit(path, "t")
    assert visit(path, theme="colour-blind")[0] == "colour-blind"
    assert visit(path)[0] == "light"


def test_a_small_terminal_has_a_zoom_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "state/console.json"
    visit(path, "z")
    assert visit(path, size=(80, 24))[3] == 0
    visit(path, "z", size=(80, 24))
    assert (visit(path)[3], visit(path, size=(80, 24))[3]) == (2, 1)


def test_filters_are_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "state/console.json"
    visit(path, "f", "x", "escape", "z")
    assert set(json.loads(path.read_bytes())) == {"zoom"}


def test_two_consoles_keep_what_the_other_has_chosen(tmp_path: Path) -> None:
    path = tmp_path / "state/console.json"
    one, other = Preferences(path), Preferences(path)
    one.keep(theme="light")
    other.keep(zoom=2)
    assert Preferences(path).known == Remembered(theme="light", zoom=2)
    assert [file.name for file in path.parent.iterdir()] == ["console.json"]


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b'{"zoom": "x"}', b"\xff\x00", b"[" * 9_999, b'{"zoom": 99, "theme": "pink", "order": "x"}'],
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "state/console.json"
    path.parent.mkdir()
    path.write_bytes(damage)
    assert visit(path)[:3] == ("dark", SortKey.ATTENTION.value, Grouping.NONE.value)
    visit(path, "t")
    assert Preferences(path).known.theme == "light"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert visit(tmp_path / "state/console.json", "t", "z")[0] == "light"


def test_a_place_that_is_no_directory_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    assert visit(tmp_path / "state/console.json", "t", "z")[0] == "light"
