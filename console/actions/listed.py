"""What keys do on every screen that is a list (see `console.screens.listed`)."""

from __future__ import annotations

from console.actions.action import Action, Situation, needs_replay


def listed_actions(name: str, what: str, into: str) -> tuple[Action[Situation], ...]:
    """The actions of the screen `name`, whose rows are `what`; `into` says in a sentence what `enter` does.

    Keys taken: esc enter / tab shift+tab space M, arrows and those that move like them, and `, . < >` in a replay.
    """

    def action(
        id: str, keys: tuple[str, ...], title: str, help: str, run: str, rank: int = 0, writes: bool = False
    ) -> Action[Situation]:
        return Action(f"{name}.{id}", keys, title, help, f"screen.{run}", rank=rank, writes=writes)

    def replayed(id: str, key: str, title: str, help: str, run: str) -> Action[Situation]:
        return Action(f"{name}.{id}", (key,), title, f"In a replay: {help}", f"screen.{run}", needs_replay)

    return (
        action("back", ("escape",), "out", f"Come out: of the details, a search, marks, of the {name}.", "back", 1),
        action("open", ("enter",), "open", into, "open", 10),
        action("panel", ("tab", "shift+tab"), "details", "Go into what is told beside the list, to scroll it, or back.",
               "panel", 62),
        action("search", ("slash",), "search", f"Show only {what} that contain what you type.", "search", 60, True),
        action("mark", ("space",), "mark", f"Mark it, or not any more: keys are then for all {what} that are marked.",
               "mark", 61),
        action("unmark", ("M",), "no marks", f"Take all marks away from {what}.", "unmark"),
        action("up", ("up", "k"), "up", "Move up.", "move('up')"),
        action("down", ("down", "j"), "down", "Move down.", "move('down')"),
        action("page_up", ("pageup", "ctrl+b"), "page up", "Move up by a screen.", "move('pageup')"),
        action("page_down", ("pagedown", "ctrl+f"), "page down", "Move down by a screen.", "move('pagedown')"),
        action("home", ("home",), "first", "Move to the first.", "move('home')"),
        action("end", ("end", "G"), "last", "Move to the last.", "move('end')"),
        replayed("event_before", "comma", "event before", "go back by one event.", "transport('step', -1)"),
        replayed("event", "full_stop", "next event", "go on by one event.", "transport('step', 1)"),
        replayed("turn_before", "less_than_sign", "turn before", "go to where the turn before began.",
                 "transport('step_turn', -1)"),
        replayed("turn", "greater_than_sign", "next turn", "go to where the next turn begins.",
                 "transport('step_turn', 1)"),
    )  # fmt: skip
