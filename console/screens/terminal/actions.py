"""What the keys do while one looks at an agent's terminal, beside those that do something to the agent."""

from __future__ import annotations

from console.actions.action import Action, ScreenSpec, Situation

ACTIONS: tuple[Action[Situation], ...] = (
    Action("terminal.back", ("escape",), "out", "Come out; the agent goes on.", "screen.back", rank=1),
    Action("terminal.open", ("enter",), "station", "Go into the station.", "screen.open", rank=6),
)
SPEC = ScreenSpec("terminal", "At an agent's terminal", ACTIONS, at_hand=True, hands=True)
