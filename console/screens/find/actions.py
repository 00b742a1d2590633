"""What the keys of the search over all conversations do."""

from __future__ import annotations

from msgspec.structs import replace

from console.actions.action import Action, ScreenSpec, Situation
from console.actions.listed import listed_actions

_OTHERWISE = {
    "find.search": "Search all conversations for something else.",
    "find.back": "Come out: call off a search that goes on, out of the details, of marks, of the search.",
}
ACTIONS = tuple(
    replace(action, help=_OTHERWISE.get(action.id, action.help))
    for action in listed_actions("find", "places", "Go into the station, to where it stands in the conversation.")
)
WAY: Action[Situation] = Action(
    "app.find",
    ("ctrl+r",),
    "find",
    "Search all conversations, where their transcripts lie, the newest first.",
    "app.go('find')",
)
SPEC = ScreenSpec("find", "In a search of all conversations", ACTIONS, WAY, at_hand=True, hands=True, beside=True)
