"""The way out: `q` goes back one screen and quits on the floor; ctrl+q quits from everywhere, ctrl+c at the second."""

from __future__ import annotations

import asyncio

import pytest

from console.actions.keymap import keymap
from console.app import FactoryApp
from console.frame import keyed
from console.options import Options
from tests.support.console import StillLink, factory_state
from tests.support.picture import text

OPTIONS = Options(theme="dark", ascii_only=False, no_colour=False)


def depths(*keys: str) -> list[int]:
    """How many screens there are after each of the keys; 0 once the console was left."""

    async def run() -> list[int]:
        app = FactoryApp(StillLink(factory_state(3, 6)), OPTIONS)
        found = []
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
                found.append(len(app.screen_stack) if app.return_code is None and not app._exit else 0)
        return found

    return asyncio.run(run())


@pytest.mark.parametrize("way_in", ["enter", "question_mark", "2"])
def test_q_goes_back_to_the_floor_and_quits_there(way_in: str) -> None:
    assert depths(way_in, "q", "q") == [2, 1, 0]


def test_q_goes_back_one_screen_at_a_time() -> None:
    assert depths("enter", "question_mark", "q", "q") == [2, 3, 2, 1]


@pytest.mark.parametrize(
    "way_in", [["enter"], ["question_mark"], ["2"], ["colon"], ["slash"], ["enter", "slash"], ["f"]]
)
def test_ctrl_q_quits_from_everywhere(way_in: list[str]) -> None:
    assert depths(*way_in, "ctrl+q")[-1] == 0


@pytest.mark.parametrize("way_in", [[], ["colon"], ["slash"], ["enter", "slash"], ["f"], ["question_mark"]])
def test_what_concerns_the_terminal_alone_is_done_also_while_something_is_asked(
    way_in: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(FactoryApp, "action_redraw", lambda _: done.append("redraw"))
    monkeypatch.setattr(FactoryApp, "action_suspend", lambda _: done.append("suspend"))
    last = depths(*way_in, "ctrl+l", "ctrl+z", "q")[-1]
    assert done == ["redraw", "suspend"]
    assert last == depths(*way_in, "q")[-1]  # what was asked still is


def test_q_is_a_letter_where_one_types() -> None:
    assert depths("slash", "q") == [1, 1]
    assert depths("colon", "q") == [2, 2]


def test_q_may_be_given_to_something_else_since_ctrl_q_still_quits() -> None:
    assert keymap({"q": "floor.search"}, "k")["floor.quit"] == ""


@pytest.mark.parametrize("way_in", [[], ["enter"], ["question_mark"], ["2"]])
def test_ctrl_c_quits_when_it_is_pressed_twice(way_in: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyed, "LEAVE_S", 600.0)
    assert depths(*way_in, "ctrl+c", "ctrl+c")[-2:] == [1 + len(way_in), 0]
    monkeypatch.setattr(keyed, "LEAVE_S", 0.0)
    assert depths(*way_in, "ctrl+c", "ctrl+c")[-2:] == [1 + len(way_in)] * 2


@pytest.mark.parametrize("way_in", [["colon"], ["slash"], ["enter", "slash"], ["f"], ["y"], ["question_mark", "slash"]])
def test_ctrl_c_leaves_what_is_asked_or_typed_as_esc_does(way_in: list[str]) -> None:
    left = depths(*way_in, "escape")[-1]
    assert depths(*way_in, "ctrl+c", "ctrl+c")[-2:] == [left, left]


@pytest.mark.parametrize(("way_in", "told"), [((), " q quits, and so"), (("enter",), " ctrl+q quits, and so")])
def test_ctrl_c_says_which_key_quits(way_in: tuple[str, ...], told: str) -> None:
    async def run() -> None:
        app = FactoryApp(StillLink(factory_state(3, 6)), OPTIONS)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await pilot.press(*way_in, "ctrl+c")
            await pilot.pause()
            assert text(app).splitlines()[-1].startswith(told)

    asyncio.run(run())
