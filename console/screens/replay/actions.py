"""What the keys of a replay do, beside those of the floor that it shows."""

from __future__ import annotations

from console.actions.action import Action, ScreenSpec
from console.screens.floor.actions import FloorSituation

ACTIONS: tuple[Action[FloorSituation], ...] = (
    Action("replay.play", ("p",), "play", "Play or pause; at the end, play again from the beginning.",
           "screen.transport('toggle')", rank=1, titled=lambda now: "pause" if now.playing else ""),
    Action("replay.event", ("full_stop",), "event", "Go on by one event.",
           "screen.transport('step', 1)", rank=2),
    Action("replay.event_before", ("comma",), "event before", "Go back by one event.",
           "screen.transport('step', -1)"),
    Action("replay.turn", ("greater_than_sign",), "turn", "Go to where the next turn begins.",
           "screen.transport('step_turn', 1)", rank=3),
    Action("replay.turn_before", ("less_than_sign",), "turn before", "Go to where the turn before began.",
           "screen.transport('step_turn', -1)"),
    Action("replay.failure", ("w",), "failure", "Go to the next failure.",
           "screen.transport('step_failure', 1)", rank=4),
    Action("replay.failure_before", ("W",), "failure before", "Go to the failure before.",
           "screen.transport('step_failure', -1)"),
    Action("replay.faster", ("right_square_bracket",), "faster", "Play faster, up to 1000 times.",
           "screen.transport('faster', 1)", rank=5),
    Action("replay.slower", ("left_square_bracket",), "slower", "Play slower.",
           "screen.transport('faster', -1)"),
    Action("replay.time", ("T",), "go to", "Go to a time, an event or a share: 12:04, +5m, seq 1200, 50%.",
           "screen.go_to", rank=6),
    Action("replay.silence", ("H",), "silence", "Skip silence, or let it take its time.",
           "screen.transport('toggle_silence')", rank=7),
)  # fmt: skip
SPEC = ScreenSpec("replay", "In a replay", ACTIONS, above=False, at_hand=True, hands=True, past=True)
