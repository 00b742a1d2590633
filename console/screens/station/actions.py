"""What the keys of a station's screen do, and when they cannot."""

from __future__ import annotations

from console.actions.action import Action, ScreenSpec, Situation, needs_branch, needs_replay


class StationSituation(Situation, frozen=True):
    """What is so of a station that is shown."""

    searched: bool = False


def needs_search(now: StationSituation) -> str:
    return "" if now.searched else "nothing was searched yet: / does"


ACTIONS: tuple[Action[StationSituation], ...] = (
    Action("station.back", ("escape",), "out", "Come out of the station, or drop what was searched.",
           "screen.back", rank=1),
    Action("station.open", ("enter",), "open", "Open or fold what is under the cursor.",
           "screen.fold", rank=10),
    Action("station.panel", ("tab",), "panel", "Go to the next panel: conversation, station, plot, files, events.",
           "screen.panel(1)", rank=20),
    Action("station.panel_back", ("shift+tab",), "panel back", "Go to the panel before.", "screen.panel(-1)"),
    Action("station.follow", ("G",), "follow", "Go to the end of the conversation, from any panel, and follow it live.",
           "screen.follow", rank=30),
    Action("station.search", ("slash",), "search", "Find a text in the conversation.",
           "screen.search", rank=40),
    Action("station.next", ("n",), "next", "Go to the next place that holds what was searched.",
           "screen.match(1)", needs_search, rank=50),
    Action("station.previous", ("N",), "previous", "Go to the place before that holds what was searched.",
           "screen.match(-1)", needs_search),
    Action("station.error", ("w",), "error", "Go to the next error in the conversation.",
           "screen.error(1)", rank=60),
    Action("station.error_before", ("W",), "error before", "Go to the error before in the conversation.",
           "screen.error(-1)"),
    Action("station.work", ("D",), "its diff", "Show the commits, files and lines of the branch it works on.",
           "screen.work", needs_branch, rank=65),
    Action("station.meter", ("m",), "meter", "Plot another meter: tokens or dollars, of all its time or the last hour.",
           "screen.meter", rank=70),
    Action("station.up", ("up", "k"), "up", "Move up.", "screen.move(-1)"),
    Action("station.down", ("down", "j"), "down", "Move down.", "screen.move(1)"),
    Action("station.page_up", ("pageup", "ctrl+b"), "page up", "Move up by a screen.", "screen.page(-1)"),
    Action("station.page_down", ("pagedown", "ctrl+f"), "page down", "Move down by a screen.",
           "screen.page(1)"),
    Action("station.home", ("home",), "begin", "Go to the beginning.", "screen.home"),
    Action("station.end", ("end",), "end", "Go to the end; a conversation is followed from there.",
           "screen.end"),
    Action("station.event_before", ("comma",), "event before", "In a replay: go back by one event of its own.",
           "screen.transport('step', -1)", needs_replay),
    Action("station.event", ("full_stop",), "next event", "In a replay: go on by one event of its own.",
           "screen.transport('step', 1)", needs_replay),
    Action("station.turn_before", ("less_than_sign",), "turn before", "In a replay: go to where its turn before began.",
           "screen.transport('step_turn', -1)", needs_replay),
    Action("station.turn", ("greater_than_sign",), "next turn", "In a replay: go to where its next turn begins.",
           "screen.transport('step_turn', 1)", needs_replay),
    Action("station.slower", ("left_square_bracket",), "slower", "In a replay: play slower.",
           "screen.transport('faster', -1)", needs_replay),
    Action("station.faster", ("right_square_bracket",), "faster", "In a replay: play faster, up to 1000 times.",
           "screen.transport('faster', 1)", needs_replay),
)  # fmt: skip
SPEC = ScreenSpec("station", "In a station", ACTIONS, at_hand=True, hands=True)
