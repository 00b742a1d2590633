"""The operator's keymap file: what it changes, and how it says what is wrong with it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.actions.keymap import keymap, load
from console.actions.registry import ACTIONS
from console.app import FactoryApp
from console.options import Options
from sessions.errors import UsageError
from tests.support.console import StillLink, factory_state


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_changes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path / "keymap.toml") == {}


def test_a_key_is_added_to_its_action() -> None:
    assert keymap({"ctrl+s": "floor.search"}, "k") == {"floor.search": "slash,ctrl+s"}


def test_a_key_that_did_something_else_is_taken_from_it() -> None:
    assert keymap({"k": "floor.zoom_in"}, "k") == {"floor.zoom_in": "z,k", "floor.up": "up"}


def test_a_key_can_be_taken_away_and_keys_have_people_s_names() -> None:
    assert keymap({"f": "none", "ctrl+pgup": "floor.home"}, "k") == {
        **{action.id: "" for action in ACTIONS if "f" in action.keys},
        "floor.home": "home,ctrl+pageup",
    }
    assert keymap({"?": "floor.search", "F1": "app.help"}, "k") == {
        "floor.search": "slash,question_mark",
        "app.help": "f1",
    }


def test_keys_of_another_screen_are_no_conflict() -> None:
    given = keymap({"tab": "floor.attention"}, "k")
    assert given == {"floor.attention": "n,tab"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('[keys]\n"z" = "floor.serch"\n', ("'z'", "floor.serch", "did you mean 'floor.search'")),
        ('[keys]\n"z" = 3\n', ("'z'", "unknown action")),
        ('[keys]\n"hyper+z" = "floor.search"\n', ("hyper+z", "there is no key")),
        ('[keys]\n"f" = "floor.order"\n', ("'f'", "only key of floor.filter", "another key")),
        ('[keys]\n"esc" = "floor.up"\n"escape" = "floor.down"\n', ("'escape'", "twice")),
        ('[keys]\n"a" = "floor.up"\n"a" = "floor.down"\n', ("line 3",)),
        ("[keys\n", ("line 1",)),
        ("keys = 1\n", ("not a table",)),
        ("[colours]\n", ("[colours]",)),
    ],
)
def test_mistakes_are_named_with_file_key_and_cure(tmp_path: Path, text: str, parts: tuple[str, ...]) -> None:
    path = write(tmp_path / "keymap.toml", text)
    with pytest.raises(UsageError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keymap.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        load(path)


def test_the_console_obeys_the_keymap(tmp_path: Path) -> None:
    path = write(tmp_path / "keymap.toml", '[keys]\n"B" = "floor.down"\n"j" = "none"\n')

    async def drive() -> list[int]:
        app = FactoryApp(StillLink(factory_state(9, 9)), Options(keymap=path, theme="dark"))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            places = []
            for key in ("B", "j", "down"):
                await pilot.press(key)
                places.append(app.screen.query_one("Wall").cursor_slot)  # type: ignore[attr-defined]
            return places

    assert asyncio.run(drive()) == [1, 1, 2]


def test_a_wrong_keymap_is_told_and_the_usual_keys_stay(tmp_path: Path) -> None:
    path = write(tmp_path / "keymap.toml", '[keys]\n"w" = "floor.dwn"\n')

    async def drive() -> tuple[str, int]:
        app = FactoryApp(StillLink(factory_state(9, 9)), Options(keymap=path, theme="dark", ascii_only=False))
        async with app.run_test(size=(90, 24)) as pilot:
            await pilot.pause()
            said = "".join(segment.text for segment in app.screen.query_one("Footer").render_line(0))
            await pilot.press("down")
            return said, app.screen.query_one("Wall").cursor_slot  # type: ignore[attr-defined]

    said, place = asyncio.run(drive())
    assert said.startswith(" keymap.toml: key 'w' names the unknown action 'floor.dwn': did you mean 'floor.down'")
    assert place == 1
