"""The one registry of what keys can do: bindings, footer, help, palette and the user's keymap are all made from it."""

from __future__ import annotations

from collections.abc import Iterable

from console.actions.action import (
    BRANCH,
    CONFLICTS,
    FLOOR,
    HELP,
    REPLAY,
    STATION,
    Action,
    Situation,
    needs_calls,
    needs_conflicts,
    needs_files,
    needs_live,
    needs_loss,
    needs_narrow,
    needs_pane,
    needs_panes,
    needs_plan,
    needs_replay,
    needs_scan,
    needs_search,
    needs_shell,
    needs_work,
)

_WALL = (FLOOR, REPLAY)
_WORK = (FLOOR, STATION, REPLAY, BRANCH)
"""Screens with a station, or a branch, under the cursor."""
_ABOVE = (STATION, CONFLICTS, BRANCH, HELP)
"""Screens that stand on the floor: one can go back from them."""
_ALL = (*_WALL, *_ABOVE)

EVERYWHERE_ACTIONS = (
    Action(
        "app.again",
        ("r",),
        "start again",
        "Start the supervisor again; one that hangs is ended first.",
        (FLOOR, STATION, CONFLICTS, BRANCH),
        "app.again",
        needs_loss,
        rank=1,
        passing=True,
    ),
    Action(
        "app.help",
        ("question_mark", "f1"),
        "help",
        "Show every key and what the signs mean.",
        (FLOOR, STATION, REPLAY, CONFLICTS, BRANCH),
        "app.help",
        rank=90,
    ),
    Action(
        "app.palette",
        ("colon", "ctrl+p"),
        "palette",
        "Find an action, a station or a branch by typing.",
        (FLOOR, STATION, REPLAY, CONFLICTS, BRANCH),
        "app.palette",
        rank=80,
    ),
    Action(
        "app.theme", ("t",), "theme", "Switch between the dark, light and colour-blind themes.", _ALL, "app.next_theme"
    ),
    Action("app.floor", ("1",), "floor", "Go to the floor.", _ABOVE, "app.floor", rank=74),
    Action(
        "app.conflicts",
        ("2",),
        "conflicts",
        "Go to the conflicts: which branches collide, and in what order they land.",
        (FLOOR, STATION, REPLAY, BRANCH, HELP),
        "app.conflicts",
        rank=75,
    ),
    Action(
        "app.caller",
        ("c",),
        "caller",
        "Go into the station that called last, then into the next that needs you or has failed.",
        _ALL,
        "app.caller",
        needs_calls,
        rank=9,
        passing=True,
    ),
    Action(
        "app.copy",
        ("y",),
        "copy",
        "Copy its directory, session id, the command that resumes it, or its branch.",
        _WORK,
        "screen.copy",
        needs_pane,
        rank=67,
    ),
    Action(
        "app.shell",
        ("exclamation_mark",),
        "shell",
        "Open a shell where the station works, or in the worktree.",
        _WORK,
        "screen.shell",
        needs_shell,
        rank=68,
    ),
    Action("app.redraw", ("ctrl+l",), "redraw", "Draw the whole screen again.", _ALL, "app.redraw"),
    Action("app.suspend", ("ctrl+z",), "suspend", "Go back to the shell; `fg` there comes back.", _ALL, "app.suspend"),
    Action("app.back", ("q",), "back", "Go back one screen; on the floor this key quits.", _ABOVE, "app.back", rank=95),
    Action(
        "app.quit", ("ctrl+q",), "quit", "Leave the console; the supervisor and the agents go on.", _ALL, "app.quit"
    ),
)
FLOOR_ACTIONS = (
    Action("floor.open", ("enter",), "open", "Go into the station under the cursor, or into the branch.",
           _WALL, "screen.open", needs_pane, rank=10),
    Action("floor.search", ("slash",), "search", "Show only panes that contain what you type.",
           _WALL, "screen.search", needs_panes, rank=20),
    Action("floor.filter", ("f",), "filter", "Show only stations in the states you choose by single keys.",
           _WALL, "screen.filter", rank=30),
    Action("floor.order", ("o",), "order", "Sort by attention, activity, cost, name or age.",
           _WALL, "screen.order", needs_panes, rank=40),
    Action("floor.group", ("g",), "group", "Group by role, branch or kind of agent.",
           _WALL, "screen.group", needs_panes, rank=50),
    Action("floor.zoom_in", ("z",), "zoom", "Show more of fewer stations: lines, cards, large cards.",
           _WALL, "screen.zoom(1)", rank=60),
    Action("floor.zoom_out", ("Z",), "zoom out", "Show less of more stations.", _WALL, "screen.zoom(-1)"),
    Action("floor.unfold", ("E",), "elsewhere",
           "Show or fold the stations of other repositories, and those that have been idle for long.",
           (FLOOR,), "screen.unfold", rank=67),
    Action("floor.preview", ("b",), "preview", "Show or hide what stands below the wall of the pane under the cursor.",
           _WALL, "screen.preview"),
    Action("floor.attention", ("n",), "next", "Go to the next station that needs you or has failed.",
           _WALL, "screen.next_loud", needs_panes, rank=65),
    Action("floor.work", ("D",), "its diff", "Show the commits, files and lines of the branch it works on.",
           _WALL, "screen.work", needs_work, rank=66),
    Action("floor.clear", ("escape",), "all", "Come out: drop the search and the filters.",
           _WALL, "screen.clear", needs_narrow),
    Action("floor.cancel", ("x",), "stop reading", "Stop reading old transcripts; what was read stays.",
           (FLOOR,), "screen.cancel_scan", needs_scan),
    Action("floor.quit", ("q",), "quit", "Leave the console; the supervisor and the agents go on.",
           _WALL, "app.quit", rank=95),
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
BRANCH_ACTIONS = (
    Action("branch.back", ("escape",), "out", "Come out: of a search, of a panel, of the branch.",
           (BRANCH,), "screen.back", rank=1),
    Action("branch.open", ("enter",), "open", "Go on to what the selected row holds: the files, then the lines.",
           (BRANCH,), "screen.open", rank=10),
    Action("branch.panel", ("tab",), "panel", "Go to the next panel: commits, files, collisions, diff.",
           (BRANCH,), "screen.panel(1)", rank=20),
    Action("branch.panel_back", ("shift+tab",), "panel back", "Go to the panel before.",
           (BRANCH,), "screen.panel(-1)"),
    Action("branch.next", ("n",), "next", "Go to the next file, or to the next place of what was searched.",
           (BRANCH,), "screen.next(1)", rank=30),
    Action("branch.previous", ("N",), "previous", "Go to the file before, or to the place before of what was searched.",
           (BRANCH,), "screen.next(-1)"),
    Action("branch.search", ("slash",), "search", "Find a text in the lines that are shown.",
           (BRANCH,), "screen.search", rank=40),
    Action("branch.up", ("up", "k"), "up", "Move up.", (BRANCH,), "screen.move('up')"),
    Action("branch.down", ("down", "j"), "down", "Move down.", (BRANCH,), "screen.move('down')"),
    Action("branch.page_up", ("pageup", "ctrl+b"), "page up", "Move up by a screen.",
           (BRANCH,), "screen.move('pageup')"),
    Action("branch.page_down", ("pagedown", "ctrl+f", "space"), "page down", "Move down by a screen.",
           (BRANCH,), "screen.move('pagedown')"),
    Action("branch.home", ("home",), "first", "Move to the first.", (BRANCH,), "screen.move('home')"),
    Action("branch.end", ("end", "G"), "last", "Move to the last.", (BRANCH,), "screen.move('end')"),
)  # fmt: skip
"""Of `console.screens.branch`."""
STATION_ACTIONS = (
    Action("station.back", ("escape",), "out", "Come out of the station, or drop what was searched.",
           (STATION,), "screen.back", rank=1),
    Action("station.open", ("enter", "space"), "open", "Open or fold what is under the cursor.",
           (STATION,), "screen.fold", rank=10),
    Action("station.panel", ("tab",), "panel", "Go to the next panel: conversation, station, plot, files, events.",
           (STATION,), "screen.panel(1)", rank=20),
    Action("station.panel_back", ("shift+tab",), "panel back", "Go to the panel before.",
           (STATION,), "screen.panel(-1)"),
    Action("station.follow", ("G",), "follow", "Go to the end of the conversation, from any panel, and follow it live.",
           (STATION,), "screen.follow", rank=30),
    Action("station.search", ("slash",), "search", "Find a text in the conversation.",
           (STATION,), "screen.search", rank=40),
    Action("station.next", ("n",), "next", "Go to the next place that holds what was searched.",
           (STATION,), "screen.match(1)", needs_search, rank=50),
    Action("station.previous", ("N",), "previous", "Go to the place before that holds what was searched.",
           (STATION,), "screen.match(-1)", needs_search),
    Action("station.error", ("e",), "error", "Go to the next error in the conversation.",
           (STATION,), "screen.error(1)", rank=60),
    Action("station.error_before", ("E",), "error before", "Go to the error before in the conversation.",
           (STATION,), "screen.error(-1)"),
    Action("station.work", ("D",), "its diff", "Show the commits, files and lines of the branch it works on.",
           (STATION,), "screen.work", needs_work, rank=65),
    Action("station.meter", ("m",), "meter", "Plot another meter: tokens or dollars, of all its time or the last hour.",
           (STATION,), "screen.meter", rank=70),
    Action("station.up", ("up", "k"), "up", "Move up.", (STATION,), "screen.move(-1)"),
    Action("station.down", ("down", "j"), "down", "Move down.", (STATION,), "screen.move(1)"),
    Action("station.page_up", ("pageup", "ctrl+b"), "page up", "Move up by a screen.", (STATION,), "screen.page(-1)"),
    Action("station.page_down", ("pagedown", "ctrl+f"), "page down", "Move down by a screen.",
           (STATION,), "screen.page(1)"),
    Action("station.home", ("home",), "begin", "Go to the beginning.", (STATION,), "screen.home"),
    Action("station.end", ("end",), "end", "Go to the end; a conversation is followed from there.",
           (STATION,), "screen.end"),
    Action("station.play", ("p",), "play", "In a replay: play or pause.",
           (STATION,), "screen.transport('toggle')", needs_replay),
    Action("station.event_before", ("comma",), "event before", "In a replay: go back by one event of its own.",
           (STATION,), "screen.transport('step', -1)", needs_replay),
    Action("station.event", ("full_stop",), "next event", "In a replay: go on by one event of its own.",
           (STATION,), "screen.transport('step', 1)", needs_replay),
    Action("station.turn_before", ("less_than_sign",), "turn before", "In a replay: go to where its turn before began.",
           (STATION,), "screen.transport('step_turn', -1)", needs_replay),
    Action("station.turn", ("greater_than_sign",), "next turn", "In a replay: go to where its next turn begins.",
           (STATION,), "screen.transport('step_turn', 1)", needs_replay),
    Action("station.slower", ("left_square_bracket",), "slower", "In a replay: play slower.",
           (STATION,), "screen.transport('faster', -1)", needs_replay),
    Action("station.faster", ("right_square_bracket",), "faster", "In a replay: play faster, up to 1000 times.",
           (STATION,), "screen.transport('faster', 1)", needs_replay),
)  # fmt: skip
"""Of `console.screens.station.screen`."""
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
"""Of `console.screens.replay.screen`, beside those of the floor it shows."""
_C = (CONFLICTS,)
CONFLICTS_ACTIONS = (
    Action("conflicts.back", ("escape",), "out",
           "Come out: of a file, of a simulation, of filters, of the conflicts.", _C, "screen.back", rank=1),
    Action("conflicts.open", ("enter",), "open",
           "Open the selected file; in the order, go to the branch; at a hot spot, show only who collides there.",
           _C, "screen.open", needs_files, rank=10),
    Action("conflicts.next", ("n",), "next", "Go to the next conflict.",
           _C, "screen.next(1)", needs_conflicts, rank=15),
    Action("conflicts.previous", ("N",), "previous", "Go to the conflict before.",
           _C, "screen.next(-1)", needs_conflicts),
    Action("conflicts.worse", ("w",), "worse", "Go to the next worse conflict; from elsewhere, to the worst.",
           _C, "screen.worse", needs_conflicts, rank=20),
    Action("conflicts.simulate", ("m",), "land first",
           "Show the matrix after this branch has landed, by really merging.",
           _C, "screen.simulate", needs_live, rank=25),
    Action("conflicts.panel", ("tab",), "panel", "Go to the next panel: matrix, pair, hot spots, order.",
           _C, "screen.panel(1)", rank=30),
    Action("conflicts.panel_back", ("shift+tab",), "panel back", "Go to the panel before.", _C, "screen.panel(-1)"),
    Action("conflicts.search", ("slash",), "search", "Show only branches whose name contains what you type.",
           _C, "screen.search", rank=45),
    Action("conflicts.filter", ("f",), "filter",
           "Show only conflicts, only stations at work, one branch, one area, or one path.",
           _C, "screen.filter", rank=35),
    Action("conflicts.order", ("o",), "order", "Sort the rows by cluster, conflicts, area, age, landing order or name.",
           _C, "screen.order", rank=40),
    Action("conflicts.uncommitted", ("u",), "uncommitted", "Count uncommitted work, or look at commits alone.",
           _C, "screen.uncommitted", rank=50),
    Action("conflicts.pin", ("p",), "pin", "Have the branch land in the suggested order, or take its pin away.",
           _C, "screen.wish('pin')", needs_plan, rank=55),
    Action("conflicts.drop", ("d",), "drop", "Leave the branch out of the suggested order, or take it back.",
           _C, "screen.wish('drop')", needs_plan, rank=56),
    Action("conflicts.earlier", ("K",), "earlier", "Have the branch land one place earlier.",
           _C, "screen.wish('earlier')", needs_plan, rank=57),
    Action("conflicts.later", ("J",), "later", "Have the branch land one place later.",
           _C, "screen.wish('later')", needs_plan),
    Action("conflicts.forget", ("R",), "no wishes", "Forget all pins, drops and moves.",
           _C, "screen.forget", needs_plan),
    Action("conflicts.zoom", ("z",), "zoom", "Two rows a line, told apart by colour alone, or one sign a pair.",
           _C, "screen.zoom"),
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
           _C, "screen.transport('step', -1)", needs_replay),
    Action("conflicts.event", ("full_stop",), "next event", "In a replay: go on by one event.",
           _C, "screen.transport('step', 1)", needs_replay),
    Action("conflicts.turn_before", ("less_than_sign",), "turn before",
           "In a replay: go to where the turn before began.", _C, "screen.transport('step_turn', -1)", needs_replay),
    Action("conflicts.turn", ("greater_than_sign",), "next turn", "In a replay: go to where the next turn begins.",
           _C, "screen.transport('step_turn', 1)", needs_replay),
)  # fmt: skip
"""Of `console.screens.conflicts.screen`."""
HELP_ACTIONS = (
    Action("help.close", ("escape", "question_mark", "f1"), "out", "Drop what was searched, or leave the help.",
           (HELP,), "screen.back", rank=1),
    Action("help.search", ("slash",), "search", "Show only what contains what you type, with its id for a keymap.",
           (HELP,), "screen.search", rank=10),
    Action("help.up", ("up", "k"), "up", "Scroll up.", (HELP,), "screen.move(-1)"),
    Action("help.down", ("down", "j"), "down", "Scroll down.", (HELP,), "screen.move(1)"),
    Action("help.page_up", ("pageup", "ctrl+b"), "page up", "Scroll up by a screen.", (HELP,), "screen.page(-1)"),
    Action("help.page_down", ("pagedown", "space", "ctrl+f"), "page down", "Scroll down by a screen.",
           (HELP,), "screen.page(1)"),
    Action("help.home", ("home",), "first", "Scroll to the first line.", (HELP,), "screen.first"),
    Action("help.end", ("end", "G"), "last", "Scroll to the last line.", (HELP,), "screen.last"),
)  # fmt: skip

ACTIONS: tuple[Action, ...] = (
    *FLOOR_ACTIONS,
    *STATION_ACTIONS,
    *BRANCH_ACTIONS,
    *REPLAY_ACTIONS,
    *CONFLICTS_ACTIONS,
    *HELP_ACTIONS,
    *EVERYWHERE_ACTIONS,
)
BY_ID = {action.id: action for action in ACTIONS}

_KEY_NAMES = {
    "question_mark": "?",
    "exclamation_mark": "!",
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
    told = ((action, action.refuse(now)) for action in ranked)
    return [(action, reason) for action, reason in told if not (action.passing and reason)]
