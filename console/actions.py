"""The one registry of what keys can do: bindings, footer, help, palette and the user's keymap are all made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

FLOOR, STATION, REPLAY, HELP, CONFLICTS = "floor", "station", "replay", "help", "conflicts"


class Situation(msgspec.Struct, frozen=True):
    """What an action's refusal may depend on."""

    mode: str = "live"
    panes: int = 0
    station: str = ""
    """The station under the cursor; empty on a branch or on nothing."""
    branch: bool = False
    """The cursor is on a branch without a station."""
    narrow: bool = False
    """A filter or a search hides something; in a station, something was searched."""
    scanning: bool = False
    marked: int = 0
    pairs: int = 0
    """On the conflicts screen: pairs that are shown."""
    conflicts: int = 0
    """Those of them that collide."""
    files: int = 0
    """Files in which the pair under the cursor collides."""
    planned_branch: bool = False
    """A branch is selected in the suggested order."""
    planned: bool = False
    """There is a plan."""


KEPT_RANK = 90
"""How to get help and how to leave stays in the footer of the smallest terminal."""
Refusal = Callable[[Situation], str]


def never(_: Situation) -> str:
    """No reason to refuse."""
    return ""


class Action(msgspec.Struct, frozen=True):
    """Something a key does."""

    id: str
    """Stable name for keymaps: `place.what`."""
    keys: tuple[str, ...]
    title: str
    """One or two words, for the footer."""
    help: str
    """One sentence, for the help screen and the palette."""
    where: tuple[str, ...]
    """The screens on which it works."""
    run: str
    """The Textual action of the screen or app that does it."""
    refuse: Refusal = never
    """Why it cannot work now; an empty text when it can."""
    rank: int = 0
    """Its place in the footer, 1 first; 0 keeps it out of the footer, `KEPT_RANK` and above never drop out of it."""


def _needs_panes(now: Situation) -> str:
    return "" if now.panes else "there is nothing on the floor yet"


def _needs_station(now: Situation) -> str:
    if now.station:
        return ""
    return "no station works on this branch" if now.branch else "no station is selected"


def _needs_narrow(now: Situation) -> str:
    return "" if now.narrow or now.marked else "nothing is filtered or marked"


def _needs_search(now: Situation) -> str:
    return "" if now.narrow else "nothing was searched yet: / does"


def _needs_replay(now: Situation) -> str:
    return "" if now.mode == REPLAY else "this is no replay"


def _needs_scan(now: Situation) -> str:
    return "" if now.scanning else "nothing is being read"


def _needs_pairs(now: Situation) -> str:
    return "" if now.pairs else "there are no pairs to look at"


def _needs_conflicts(now: Situation) -> str:
    return "" if now.conflicts else "nothing collides"


def _needs_files(now: Situation) -> str:
    return "" if now.files or now.planned_branch else "this pair collides in no file"


def _needs_plan(now: Situation) -> str:
    return "" if now.planned else "the order is still being worked out"


def _needs_live(now: Situation) -> str:
    if now.mode == REPLAY:
        return "a replay has no repository to merge in"
    if now.mode != "live":
        return "a simulated factory has no repository to merge in"
    return _needs_pairs(now)


_WALL = (FLOOR, REPLAY)
_ALL = (FLOOR, STATION, REPLAY, CONFLICTS, HELP)

EVERYWHERE_ACTIONS = (
    Action(
        "app.help",
        ("question_mark", "f1"),
        "help",
        "Show every key and what the signs mean.",
        (FLOOR, STATION, REPLAY, CONFLICTS),
        "app.help",
        rank=90,
    ),
    Action(
        "app.palette",
        ("colon", "ctrl+p"),
        "palette",
        "Find an action, a station or a branch by typing.",
        (FLOOR, STATION, REPLAY, CONFLICTS),
        "app.palette",
        rank=80,
    ),
    Action(
        "app.theme", ("t",), "theme", "Switch between the dark, light and colour-blind themes.", _ALL, "app.next_theme"
    ),
    Action("app.floor", ("1",), "floor", "Go to the floor.", (STATION, CONFLICTS, HELP), "app.floor", rank=74),
    Action(
        "app.conflicts",
        ("2",),
        "conflicts",
        "Go to the conflicts: which branches collide, and in what order they land.",
        (FLOOR, STATION, REPLAY, HELP),
        "app.conflicts",
        rank=75,
    ),
    Action("app.redraw", ("ctrl+l",), "redraw", "Draw the whole screen again.", _ALL, "app.redraw"),
    Action("app.suspend", ("ctrl+z",), "suspend", "Go back to the shell; `fg` there comes back.", _ALL, "app.suspend"),
    Action(
        "app.quit",
        ("q", "ctrl+q"),
        "quit",
        "Leave the console; the supervisor and the agents go on.",
        _ALL,
        "app.quit",
        rank=95,
    ),
)
FLOOR_ACTIONS = (
    Action("floor.open", ("enter",), "open", "Go into the station under the cursor.",
           _WALL, "screen.open", _needs_station, rank=10),
    Action("floor.search", ("slash",), "search", "Show only panes that contain what you type.",
           _WALL, "screen.search", _needs_panes, rank=20),
    Action("floor.filter", ("f",), "filter", "Show only stations in the states you choose by single keys.",
           _WALL, "screen.filter", _needs_panes, rank=30),
    Action("floor.order", ("o",), "order", "Sort by attention, activity, cost, name or age.",
           _WALL, "screen.order", _needs_panes, rank=40),
    Action("floor.group", ("g",), "group", "Group by role, branch or kind of agent.",
           _WALL, "screen.group", _needs_panes, rank=50),
    Action("floor.zoom_in", ("z",), "zoom", "Show more of fewer stations: lines, cards, large cards.",
           _WALL, "screen.zoom(1)", rank=60),
    Action("floor.zoom_out", ("Z",), "zoom out", "Show less of more stations.", _WALL, "screen.zoom(-1)"),
    Action("floor.mark", ("space",), "mark", "Mark the pane under the cursor, or take its mark away.",
           _WALL, "screen.mark", _needs_panes, rank=70),
    Action("floor.attention", ("n",), "next", "Go to the next station that needs you or has failed.",
           _WALL, "screen.next_loud", _needs_panes, rank=65),
    Action("floor.clear", ("escape",), "all", "Come out: drop the search, the filters and the marks.",
           _WALL, "screen.clear", _needs_narrow),
    Action("floor.cancel", ("x",), "stop reading", "Stop reading old transcripts; what was read stays.",
           (FLOOR,), "screen.cancel_scan", _needs_scan),
    Action("floor.up", ("up", "k"), "up", "Move the cursor up.", _WALL, "screen.move('up')"),
    Action("floor.down", ("down", "j"), "down", "Move the cursor down.", _WALL, "screen.move('down')"),
    Action("floor.left", ("left", "h"), "left", "Move the cursor left.", _WALL, "screen.move('left')"),
    Action("floor.right", ("right", "l"), "right", "Move the cursor right.", _WALL, "screen.move('right')"),
    Action("floor.page_up", ("pageup", "ctrl+b"), "page up", "Move the cursor up by a screen.",
           _WALL, "screen.move('pageup')"),
    Action("floor.page_down", ("pagedown", "ctrl+f"), "page down", "Move the cursor down by a screen.",
           _WALL, "screen.move('pagedown')"),
    Action("floor.home", ("home",), "first", "Move the cursor to the first pane.", _WALL, "screen.move('home')"),
    Action("floor.end", ("end", "G"), "last", "Move the cursor to the last pane.", _WALL, "screen.move('end')"),
)  # fmt: skip
STATION_ACTIONS = (
    Action("station.back", ("escape",), "back", "Come out of the station, or drop what was searched.",
           (STATION,), "screen.back", rank=1),
    Action("station.open", ("enter", "space"), "open", "Open or fold what is under the cursor.",
           (STATION,), "screen.fold", rank=10),
    Action("station.panel", ("tab",), "panel", "Go to the next panel: conversation, station, plot, files, events.",
           (STATION,), "screen.panel(1)", rank=20),
    Action("station.panel_back", ("shift+tab",), "panel back", "Go to the panel before.",
           (STATION,), "screen.panel(-1)"),
    Action("station.follow", ("G", "end"), "follow", "Go to the end of the conversation and follow it live.",
           (STATION,), "screen.follow", rank=30),
    Action("station.search", ("slash",), "search", "Find a text in the conversation.",
           (STATION,), "screen.search", rank=40),
    Action("station.next", ("n",), "next", "Go to the next place that holds what was searched.",
           (STATION,), "screen.match(1)", _needs_search, rank=50),
    Action("station.previous", ("N",), "previous", "Go to the place before that holds what was searched.",
           (STATION,), "screen.match(-1)", _needs_search),
    Action("station.error", ("e",), "error", "Go to the next error in the conversation.",
           (STATION,), "screen.error(1)", rank=60),
    Action("station.error_before", ("E",), "error before", "Go to the error before in the conversation.",
           (STATION,), "screen.error(-1)"),
    Action("station.meter", ("m",), "meter", "Plot another meter: tokens or dollars, of all its time or the last hour.",
           (STATION,), "screen.meter", rank=70),
    Action("station.up", ("up", "k"), "up", "Move up.", (STATION,), "screen.move(-1)"),
    Action("station.down", ("down", "j"), "down", "Move down.", (STATION,), "screen.move(1)"),
    Action("station.page_up", ("pageup", "ctrl+b"), "page up", "Move up by a screen.", (STATION,), "screen.page(-1)"),
    Action("station.page_down", ("pagedown", "ctrl+f"), "page down", "Move down by a screen.",
           (STATION,), "screen.page(1)"),
    Action("station.home", ("home",), "begin", "Go to the beginning.", (STATION,), "screen.home"),
    Action("station.play", ("p",), "play", "In a replay: play or pause.",
           (STATION,), "screen.transport('toggle')", _needs_replay),
    Action("station.event_before", ("comma",), "event before", "In a replay: go back by one event.",
           (STATION,), "screen.transport('step', -1)", _needs_replay),
    Action("station.event", ("full_stop",), "next event", "In a replay: go on by one event.",
           (STATION,), "screen.transport('step', 1)", _needs_replay),
    Action("station.turn_before", ("less_than_sign",), "turn before", "In a replay: go to where the turn before began.",
           (STATION,), "screen.transport('step_turn', -1)", _needs_replay),
    Action("station.turn", ("greater_than_sign",), "next turn", "In a replay: go to where the next turn begins.",
           (STATION,), "screen.transport('step_turn', 1)", _needs_replay),
    Action("station.slower", ("left_square_bracket",), "slower", "In a replay: play slower.",
           (STATION,), "screen.transport('faster', -1)", _needs_replay),
    Action("station.faster", ("right_square_bracket",), "faster", "In a replay: play faster, up to 1000 times.",
           (STATION,), "screen.transport('faster', 1)", _needs_replay),
)  # fmt: skip
"""Of `console.screens.station`."""
REPLAY_ACTIONS = (
    Action("replay.play", ("p",), "play", "Play or pause; at the end, play again from the beginning.",
           (REPLAY,), "screen.transport('toggle')", rank=1),
    Action("replay.event", ("full_stop",), "event", "Go on by one event.",
           (REPLAY,), "screen.transport('step', 1)", rank=2),
    Action("replay.event_before", ("comma",), "event before", "Go back by one event.",
           (REPLAY,), "screen.transport('step', -1)"),
    Action("replay.turn", ("greater_than_sign",), "turn", "Go to where the next turn begins.",
           (REPLAY,), "screen.transport('step_turn', 1)", rank=3),
    Action("replay.turn_before", ("less_than_sign",), "turn before", "Go to where the turn before began.",
           (REPLAY,), "screen.transport('step_turn', -1)"),
    Action("replay.failure", ("e",), "failure", "Go to the next failure.",
           (REPLAY,), "screen.transport('step_failure', 1)", rank=4),
    Action("replay.failure_before", ("E",), "failure before", "Go to the failure before.",
           (REPLAY,), "screen.transport('step_failure', -1)"),
    Action("replay.faster", ("right_square_bracket",), "faster", "Play faster, up to 1000 times.",
           (REPLAY,), "screen.transport('faster', 1)", rank=5),
    Action("replay.slower", ("left_square_bracket",), "slower", "Play slower.",
           (REPLAY,), "screen.transport('faster', -1)"),
    Action("replay.time", ("T",), "go to", "Go to a time, an event or a share: 12:04, +5m, seq 1200, 50%.",
           (REPLAY,), "screen.go_to", rank=6),
    Action("replay.silence", ("s",), "silence", "Skip silence, or let it take its time.",
           (REPLAY,), "screen.transport('toggle_silence')", rank=7),
)  # fmt: skip
"""Of `console.screens.replay`, beside those of the floor it shows."""
_C = (CONFLICTS,)
CONFLICTS_ACTIONS = (
    Action("conflicts.back", ("escape",), "back",
           "Come out: of a file, of a simulation, of filters, of the conflicts.", _C, "screen.back", rank=1),
    Action("conflicts.open", ("enter",), "open", "Open the selected file; in the order, go to the branch.",
           _C, "screen.open", _needs_files, rank=10),
    Action("conflicts.next", ("n",), "next", "Go to the next conflict.",
           _C, "screen.next(1)", _needs_conflicts, rank=15),
    Action("conflicts.previous", ("N",), "previous", "Go to the conflict before.",
           _C, "screen.next(-1)", _needs_conflicts),
    Action("conflicts.worse", ("w",), "worse", "Go to the next worse conflict; from elsewhere, to the worst.",
           _C, "screen.worse", _needs_conflicts, rank=20),
    Action("conflicts.simulate", ("m",), "land first",
           "Show the matrix after this branch has landed, by really merging.",
           _C, "screen.simulate", _needs_live, rank=25),
    Action("conflicts.panel", ("tab",), "panel", "Go to the next panel: matrix, pair, hot spots, order.",
           _C, "screen.panel(1)", rank=30),
    Action("conflicts.panel_back", ("shift+tab",), "panel back", "Go to the panel before.", _C, "screen.panel(-1)"),
    Action("conflicts.search", ("slash",), "search", "Show only branches whose name contains what you type.",
           _C, "screen.search", rank=45),
    Action("conflicts.filter", ("f",), "filter",
           "Show only conflicts, only stations at work, one branch, or one path.",
           _C, "screen.filter", rank=35),
    Action("conflicts.order", ("o",), "order", "Sort the rows by cluster, conflicts, age, landing order or name.",
           _C, "screen.order", rank=40),
    Action("conflicts.uncommitted", ("u",), "uncommitted", "Count uncommitted work, or look at commits alone.",
           _C, "screen.uncommitted", rank=50),
    Action("conflicts.pin", ("p",), "pin", "Have the branch land in the suggested order, or take its pin away.",
           _C, "screen.wish('pin')", _needs_plan, rank=55),
    Action("conflicts.drop", ("d",), "drop", "Leave the branch out of the suggested order, or take it back.",
           _C, "screen.wish('drop')", _needs_plan, rank=56),
    Action("conflicts.earlier", ("K",), "earlier", "Have the branch land one place earlier.",
           _C, "screen.wish('earlier')", _needs_plan, rank=57),
    Action("conflicts.later", ("J",), "later", "Have the branch land one place later.",
           _C, "screen.wish('later')", _needs_plan),
    Action("conflicts.forget", ("R",), "no wishes", "Forget all pins, drops and moves.",
           _C, "screen.forget", _needs_plan),
    Action("conflicts.zoom", ("z",), "signs", "One sign for each pair and a row a line, or two rows a line.",
           _C, "screen.signs"),
    Action("conflicts.up", ("up", "k"), "up", "Move up.", _C, "screen.move('up')"),
    Action("conflicts.down", ("down", "j"), "down", "Move down.", _C, "screen.move('down')"),
    Action("conflicts.left", ("left", "h"), "left", "Move left.", _C, "screen.move('left')"),
    Action("conflicts.right", ("right", "l"), "right", "Move right.", _C, "screen.move('right')"),
    Action("conflicts.page_up", ("pageup", "ctrl+b"), "page up", "Move up by a screen.", _C, "screen.move('pageup')"),
    Action("conflicts.page_down", ("pagedown", "ctrl+f"), "page down", "Move down by a screen.",
           _C, "screen.move('pagedown')"),
    Action("conflicts.home", ("home",), "first", "Move to the first.", _C, "screen.move('home')"),
    Action("conflicts.end", ("end", "G"), "last", "Move to the last.", _C, "screen.move('end')"),
    Action("conflicts.event_before", ("comma",), "event before", "In a replay: go back by one event.",
           _C, "screen.transport('step', -1)", _needs_replay),
    Action("conflicts.event", ("full_stop",), "next event", "In a replay: go on by one event.",
           _C, "screen.transport('step', 1)", _needs_replay),
    Action("conflicts.turn_before", ("less_than_sign",), "turn before",
           "In a replay: go to where the turn before began.", _C, "screen.transport('step_turn', -1)", _needs_replay),
    Action("conflicts.turn", ("greater_than_sign",), "next turn", "In a replay: go to where the next turn begins.",
           _C, "screen.transport('step_turn', 1)", _needs_replay),
)  # fmt: skip
"""Of `console.screens.conflicts`."""
HELP_ACTIONS = (
    Action("help.close", ("escape", "question_mark", "f1"), "back", "Leave the help.", (HELP,),
           "screen.dismiss", rank=1),
    Action("help.up", ("up", "k"), "up", "Scroll up.", (HELP,), "screen.move(-1)"),
    Action("help.down", ("down", "j"), "down", "Scroll down.", (HELP,), "screen.move(1)"),
    Action("help.page_up", ("pageup", "ctrl+b"), "page up", "Scroll up by a screen.", (HELP,), "screen.page(-1)"),
    Action("help.page_down", ("pagedown", "space", "ctrl+f"), "page down", "Scroll down by a screen.",
           (HELP,), "screen.page(1)"),
)  # fmt: skip

ACTIONS: tuple[Action, ...] = (
    *FLOOR_ACTIONS,
    *STATION_ACTIONS,
    *REPLAY_ACTIONS,
    *CONFLICTS_ACTIONS,
    *HELP_ACTIONS,
    *EVERYWHERE_ACTIONS,
)
BY_ID = {action.id: action for action in ACTIONS}

_KEY_NAMES = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


def actions_on(where: str) -> list[Action]:
    """What works on a screen, in the order of the registry."""
    return [action for action in ACTIONS if where in action.where]


def key_name(key: str) -> str:
    """A key as people write it: `?` for `question_mark`, `esc` for `escape`."""
    head, plus, last = key.rpartition("+") if len(key) > 1 else ("", "", key)
    return head + plus + _KEY_NAMES.get(last, last)


def keys_of(action: Action, keymap: dict[str, str]) -> tuple[str, ...]:
    """The keys that do the action now; `keymap` is the user's, from action id to keys with commas between."""
    mapped = keymap.get(action.id)
    return action.keys if mapped is None else tuple(key for key in mapped.split(",") if key)


def footer_actions(where: str, now: Situation) -> list[tuple[Action, str]]:
    """The footer's actions in their order, each with the reason why it cannot work, if any."""
    ranked: Iterable[Action] = sorted((a for a in actions_on(where) if a.rank), key=lambda a: a.rank)
    return [(action, action.refuse(now)) for action in ranked]
