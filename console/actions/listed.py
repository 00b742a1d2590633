"""What keys do on every screen that is a list (see `console.screens.listed`), and what moves about on others, too."""

from __future__ import annotations

from console.actions.action import Action, Situation, needs_replay


def listed_actions(name: str, what: str, into: str) -> tuple[Action[Situation], ...]:
    """The actions of the screen `name`, whose rows are `what`; `into` says in a sentence what `enter` does.

    Keys taken: esc enter / tab shift+tab space ctrl+a M, arrows and what moves like them; `, . < >` in a replay.
    """

    def action(
        id: str, keys: tuple[str, ...], title: str, help: str, run: str, rank: int = 0, writes: bool = False
    ) -> Action[Situation]:
        return Action(f"{name}.{id}", keys, title, help, f"screen.{run}", rank=rank, writes=writes)

    return (
        action("back", ("escape",), "out", f"Come out: of the details, a search, marks, of the {name}.", "back", 1),
        action("open", ("enter",), "open", into, "open", 10),
        action("panel", ("tab", "shift+tab"), "details", "Go into what is told beside the list, to scroll it, or back.",
               "panel", 62),
        action("search", ("slash",), "search", f"Show only {what} that contain what you type.", "search", 60, True),
        action("mark", ("space",), "mark", f"Mark it, or not any more: keys are then for all {what} that are marked.",
               "mark", 61),
        action("mark_all", ("ctrl+a",), "mark all", f"Mark all {what} that are shown, or not any more.", "mark_all"),
        action("unmark", ("M",), "no marks", f"Take all marks away from {what}.", "unmark"),
        *moving_actions(name),
        *replay_actions(name),
    )  # fmt: skip


def moving_actions(name: str) -> tuple[Action[Situation], ...]:
    """Up and down on the screen `name`, by rows and by screens."""

    def move(id: str, keys: tuple[str, ...], title: str, help: str, way: str) -> Action[Situation]:
        return Action(f"{name}.{id}", keys, title, help, f"screen.move('{way}')")

    return (
        move("up", ("up", "k"), "up", "Move up.", "up"),
        move("down", ("down", "j"), "down", "Move down.", "down"),
        move("page_up", ("pageup", "ctrl+b"), "page up", "Move up by a screen.", "pageup"),
        move("page_down", ("pagedown", "ctrl+f"), "page down", "Move down by a screen.", "pagedown"),
        move("home", ("home",), "first", "Move to the first.", "home"),
        move("end", ("end", "G"), "last", "Move to the last.", "end"),
    )


def replay_actions(name: str) -> tuple[Action[Situation], ...]:
    """What goes through a past on the screen `name`."""

    def step(id: str, key: str, title: str, help: str, run: str) -> Action[Situation]:
        return Action(f"{name}.{id}", (key,), title, f"In a replay: {help}", f"screen.transport({run})", needs_replay)

    return (
        step("event_before", "comma", "event before", "go back by one event.", "'step', -1"),
        step("event", "full_stop", "next event", "go on by one event.", "'step', 1"),
        step("turn_before", "less_than_sign", "turn before", "go to where the turn before began.", "'step_turn', -1"),
        step("turn", "greater_than_sign", "next turn", "go to where the next turn begins.", "'step_turn', 1"),
    )
