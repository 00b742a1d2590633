"""The one registry: every action is complete, reachable, and in the help."""

from __future__ import annotations

import asyncio
from collections import Counter
from importlib import import_module

import pytest
from msgspec.structs import replace

from console.actions.action import Action, ScreenSpec, Situation
from console.actions.everywhere import everywhere
from console.actions.registry import ACTIONS, BESIDE, BY_ID, SCREENS, actions_on, footer_actions, key_name, keys_of
from console.app import FactoryApp
from console.links.link import LinkMode
from console.options import Options
from console.screens.base import FactoryScreen
from console.screens.conflicts.actions import ConflictsSituation
from console.screens.floor.actions import FloorSituation
from console.screens.help.screen import HelpScreen
from console.screens.scopes.actions import ScopesSituation
from console.screens.slowest.actions import SlowestSituation
from console.screens.station.actions import StationSituation
from console.screens.tasks.actions import TasksSituation
from console.screens.triage.actions import TriageSituation
from console.screens.ways import WAYS
from console.terminal.theme import make_look
from tests.support.console import StillLink, factory_state
from widgets.draw.cells import plain, width
from widgets.parts.footer import footer_line
from widgets.parts.legend import Entry, Section, help_lines
from widgets.parts.prompt import keys_line

NAMES = [screen.name for screen in SCREENS]
SITUATIONS: dict[str, Situation] = {
    "floor": FloorSituation(),
    "replay": FloorSituation(),
    "station": StationSituation(),
    "conflicts": ConflictsSituation(),
    "scopes": ScopesSituation(),
    "slowest": SlowestSituation(),
    "tasks": TasksSituation(),
    "triage": TriageSituation(),
}


def test_ids_are_unique_and_say_where() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert all(action.id.partition(".")[0] in (*NAMES, "app", "hand") for action in ACTIONS)


def test_a_new_screen_says_of_itself_what_works_there() -> None:
    """What is the same on many screens comes from the kind of place it is, and its own keys from beside it."""
    own: Action[Situation] = Action("samples.take", ("enter",), "take", "Take the sample.", "screen.take")
    way: Action[Situation] = Action("app.samples", ("0",), "samples", "Go to the samples.", "app.go('samples')")
    samples = ScreenSpec("samples", "Among the samples", (own,), way)
    shared = {action.id: action.where for action in everywhere((*SCREENS, samples))}
    assert [id for id, where in shared.items() if "samples" in where] == [
        *("app.again", "app.help", "app.palette", "app.theme", "app.floor"),
        *(screen.way.id for screen in SCREENS if screen.way is not None),
        *("app.caller", "app.undo", "app.redraw", "app.suspend", "app.back", "app.leave", "app.quit"),
    ]
    assert shared["app.samples"] == tuple(NAMES)


def test_every_way_leads_somewhere() -> None:
    assert [screen.name for screen in SCREENS if screen.way is not None] == [*WAYS]


@pytest.mark.parametrize("place", NAMES)
def test_on_each_screen_a_key_does_one_thing(place: str) -> None:
    keys = Counter(key for action in actions_on(place) for key in action.keys)
    assert [key for key, number in keys.items() if number > 1] == []


@pytest.mark.parametrize("place", NAMES)
def test_what_is_offered_on_a_screen_is_done_by_it(place: str) -> None:
    (shown,) = _screens_of(place)
    for action in actions_on(place):
        owner, _, call = action.run.partition(".")
        does = FactoryApp if owner == "app" else shown
        assert hasattr(does, "action_" + call.partition("(")[0]), action.id


def _screens_of(place: str) -> list[type[FactoryScreen]]:
    """The class of a screen: the last of its module that is about it."""
    module = vars(import_module(f"console.screens.{place}.screen"))
    kinds = (kind for kind in module.values() if isinstance(kind, type) and issubclass(kind, FactoryScreen))
    return [kind for kind in kinds if kind.SPEC.name == place][-1:]


def test_every_action_is_explained_by_a_sentence() -> None:
    for action in ACTIONS:
        assert action.keys
        assert action.title
        assert action.help.endswith(".")
        assert action.help[0].isupper()


def test_every_action_is_in_the_help() -> None:
    async def read() -> str:
        app = FactoryApp(StillLink(factory_state(3, 3)), Options(theme="dark", ascii_only=False, no_colour=False))
        async with app.run_test(size=(140, 40)) as pilot:
            await pilot.press("question_mark")
            assert isinstance(app.screen, HelpScreen)
            return "\n".join(str(entry) for section in app.screen.sections() for entry in section.entries)

    text = asyncio.run(read())
    for action in ACTIONS:
        assert action.help in text
        assert action.id in text
        assert key_name(action.keys[0]) in text


def test_a_refusal_gives_its_reason() -> None:
    refused = {action.id: reason for action, reason in footer_actions("floor", FloorSituation())}
    assert refused["floor.open"] == "nothing is selected"
    assert refused["floor.search"] == "there is nothing on the floor yet"
    assert refused["app.help"] == ""
    assert BY_ID["floor.work"].refuse(FloorSituation(panes=3, at_hand=True)) == "it is on no branch of this repository"
    assert BY_ID["floor.work"].refuse(FloorSituation(panes=3, branched=True)) == ""
    assert BY_ID["floor.open"].refuse(FloorSituation(panes=3, at_hand=True)) == ""


@pytest.mark.parametrize(
    ("action", "reason", "able"),
    [
        ("floor.search", "there is nothing on the floor yet", FloorSituation(panes=1)),
        ("floor.clear", "nothing is filtered or marked", FloorSituation(narrow=True)),
        ("floor.cancel", "nothing is being read", FloorSituation(scanning=True)),
        ("station.next", "nothing was searched yet: / does", StationSituation(searched=True)),
        ("station.event", "this is no replay", Situation(mode=LinkMode.REPLAY)),
        ("conflicts.open", "this pair collides in no file", ConflictsSituation(files=1)),
        ("conflicts.open", "this pair collides in no file", ConflictsSituation(planned_branch=True)),
        ("conflicts.open", "this pair collides in no file", ConflictsSituation(hot_spot=True)),
        ("conflicts.next", "nothing collides", ConflictsSituation(conflicts=1)),
        ("conflicts.pin", "the order is still being worked out", ConflictsSituation(planned=True)),
        ("conflicts.simulate", "there are no pairs to look at", ConflictsSituation(pairs=1)),
        ("app.again", "the supervisor is there or on its way", Situation(lost=True)),
    ],
)
def test_what_cannot_work_now_says_why_and_works_when_it_can(action: str, reason: str, able: Situation) -> None:
    assert BY_ID[action].refuse(type(able)()) == reason
    assert BY_ID[action].refuse(able) == ""


@pytest.mark.parametrize(("mode", "what"), [(LinkMode.REPLAY, "a replay"), (LinkMode.SIMULATED, "a simulated factory")])
def test_what_is_not_live_has_neither_supervisor_nor_repository(mode: LinkMode, what: str) -> None:
    now = ConflictsSituation(mode=mode, lost=True, pairs=3)
    assert BY_ID["app.again"].refuse(now) == f"{what} has no supervisor"
    assert BY_ID["conflicts.simulate"].refuse(now) == f"{what} has no repository to merge in"


def test_keys_are_written_as_people_write_them_and_the_keymap_goes_before_the_usual_ones() -> None:
    keys = ("question_mark", "ctrl+full_stop", "escape", "ctrl+q", "q", "+")
    assert [key_name(key) for key in keys] == ["?", "ctrl+.", "esc", "ctrl+q", "q", "+"]
    action = BY_ID["floor.open"]
    maps: list[dict[str, str]] = [{}, {"floor.open": "w,ctrl+x"}, {"floor.open": ""}]
    assert [keys_of(action, keymap) for keymap in maps] == [action.keys, ("w", "ctrl+x"), ()]


def test_the_footer_begins_with_what_is_needed_most() -> None:
    titles = [action.title for action, _ in footer_actions("floor", FloorSituation(panes=1))]
    assert titles[:3] == ["open", "search", "filter"]


@pytest.mark.parametrize("place", [screen.name for screen in SCREENS if screen.beside])
def test_what_is_about_stations_stands_behind_the_keys_of_a_screen_that_is_about_something_else(place: str) -> None:
    shown = [action.id for action, _ in footer_actions(place, replace(SITUATIONS.get(place, Situation()), calls=1))]
    last = max(shown.index(id) for id in shown if id.startswith(place) and BY_ID[id].rank < BESIDE)
    assert last < shown.index("app.caller") < shown.index("app.back")


@pytest.mark.parametrize("place", ["floor", "station", "replay", "conflicts"])
def test_help_and_the_way_out_stay_in_the_footer(place: str) -> None:
    leave = "quit" if place in ("floor", "replay") else "back"
    shown = [(key_name(action.keys[0]), action.title, True) for action, _ in footer_actions(place, SITUATIONS[place])]
    for cells in (40, 80, 200):
        line = plain(footer_line(shown, [("attention  3/48", "text")], cells, kept=2))
        assert f"? help  q {leave}" in line
        assert width(line) == cells


def test_a_question_goes_before_what_was_said_and_that_before_the_keys() -> None:
    keys, right = [("enter", "open", True), ("q", "quit", True)], [("attention  3/48", "text")]

    def shown(cells: int, said: str = "", question: str = "") -> str:
        return plain(footer_line(keys, right, cells, said, ((question, "text"),) if question else ()))

    assert shown(40) == " enter open  q quit     attention  3/48 "
    assert shown(31) == " enter open  q quit            "
    assert shown(40, "copied") == " copied                 attention  3/48 "
    assert shown(25, "copied") == " copied  attention  3/48 "
    assert shown(24, "copied") == " copied                 "
    assert shown(40, "copied", " really?") == " really?" + " " * 32


@pytest.mark.parametrize("cells", [50, 80, 100])
def test_the_help_says_every_sentence_in_full_below_its_beginning(cells: int) -> None:
    long = "Go to the conflicts: which branches collide, and in what order they land."
    section = Section("Everywhere", (Entry("2", long, name="conflicts", id="app.conflicts"),))
    lines = [plain(line) for line in help_lines([section], cells)]
    assert max(map(len, lines)) <= cells
    first = next(i for i, line in enumerate(lines) if "Go to" in line)
    column = lines[first].index("Go to")
    end = lines.index("", first)
    assert " ".join(line[column:] for line in lines[first:end]) == long
    assert all(not line[:column].strip() for line in lines[first + 1 : end])


@pytest.mark.parametrize(("colour", "colours"), [(False, 256), (True, 16), (True, 256), (True, 1 << 24)])
def test_a_key_that_cannot_work_is_told_by_its_letter(colour: bool, colours: int) -> None:
    look = make_look("dark", ascii_only=False, colour=colour, colours=colours)
    works, cannot = (look.style(piece[0][1]) for _, piece in keys_line([("a", "allow", True), ("A", "always", False)]))
    assert works.bold and not works.dim
    assert not cannot.bold
    assert works.color != cannot.color or cannot.dim
