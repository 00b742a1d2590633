"""What keys do to stations that this factory runs: the same letters on every screen where one is at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from console.actions.action import Action, ScreenSpec, Situation, needs_at_hand, needs_shell
from console.links.link import LinkMode
from sessions.views.hands import ANSWERS, OBSERVED, Verb

PREFIX = "hand"
"""Of the ids of these actions."""


def untouchable(now: Situation) -> str:
    """Why nothing can be done to any station from here."""
    if now.mode is LinkMode.REPLAY:
        return "a replay shows what was: nothing can be done to it"
    if now.mode is LinkMode.SIMULATED or now.hands.state.simulated:
        return "a simulated factory obeys nobody"
    return "no supervisor answers" if now.lost else ""


def _needs(verb: Verb) -> Callable[[Situation], str]:
    if verb is Verb.PAUSE:  # which a replay does, where nothing can be done to stations
        return lambda now: "" if now.mode is LinkMode.REPLAY else untouchable(now) or now.hands.refusal(verb)
    return lambda now: untouchable(now) or now.hands.refusal(verb)


def needs_asked(now: Situation) -> str:
    """Looking is possible wherever there is something to look at."""
    return now.hands.refusal(Verb.ASKED)


def needs_ours(now: Situation) -> str:
    return untouchable(now) or ("" if now.hands.state.owned else "this factory runs no stations yet")


def needs_family(now: Situation) -> str:
    """A family is folded and unfolded from any of its members."""
    state, stations = now.hands.state, now.hands.stations
    works = any(state.stations[each].parent for each in stations if each in state.stations)
    return "" if works or any(child.parent in stations for child in state.stations.values()) else "it has no family"


def needs_marks(now: Situation) -> str:
    return "" if now.hands.marked else "nothing is marked"


def needs_parent(now: Situation) -> str:
    if now.hands.marked and len(now.hands.stations) > 1:
        return "it works for one: take the marks away, or mark that one alone"
    return untouchable(now) or needs_bounded(now)


def needs_bounded(now: Situation) -> str:
    """Only stations of ours have a boundary that can be assigned; one that was removed has none any more."""
    if reason := untouchable(now):
        return reason
    return "" if now.hands.bounded else OBSERVED if now.hands.stations else now.hands.nobody


def _ours(now: Situation) -> bool:
    """Whether it is worth a place in the footer, where it may be dimmed. In a past nothing is done to any station."""
    return now.hands.ours and now.mode is not LinkMode.REPLAY


def _live(now: Situation) -> bool:
    return now.mode is LinkMode.LIVE


def _asks(now: Situation) -> bool:
    return not now.hands.refusal(Verb.ASKED)


def _answers(now: Situation) -> bool:
    return _asks(now) and now.mode is not LinkMode.REPLAY


def _hand(verb: Verb, keys: tuple[str, ...], title: str, help: str, rank: int = 0) -> Action[Situation]:
    fits = _answers if verb in ANSWERS else _ours
    return Action(f"{PREFIX}.{verb.value}", keys, title, help, f"screen.hand('{verb.value}')", _needs(verb), rank,
                  fits=fits, writes=verb in (Verb.PROMPT, Verb.DENY, Verb.ATTACH))  # fmt: skip


_HANDS: tuple[Action[Situation], ...] = (
    _hand(Verb.ALLOW, ("a",), "allow", "Allow what it asks, this once.", 2),
    _hand(Verb.ALWAYS, ("A",), "always", "Allow what it asks, now and later.", 3),
    _hand(Verb.DENY, ("d",), "deny", "Deny what it asks, with a reason if you like.", 4),
    Action("hand.asked", ("Q",), "question", "Look at the whole of what it asks.", "screen.hand('asked')",
           needs_asked, 5, fits=_asks),
    _hand(Verb.PROMPT, ("i",), "prompt", "Write a request, of several lines if you like, and give it to it.", 11),
    _hand(Verb.INTERRUPT, ("I",), "interrupt", "End the turn under way; the conversation stays.", 12),
    _hand(Verb.PAUSE, ("p",), "pause", "Let it rest as it is, or go on; a replay plays or pauses.", 13),
    _hand(Verb.STOP, ("x",), "stop", "End it in good order; it can be brought back.", 14),
    _hand(Verb.KILL, ("X",), "kill", "End its processes at once, after a yes; its branch and its work are kept.", 15),
    _hand(Verb.RESUME, ("R",), "bring back", "Bring it back where it was, or fresh with a new conversation.", 16),
    _hand(Verb.REMOVE, ("delete", "backspace"), "remove",
          "Take its place away, after a yes; its work is kept (30 days what is on no branch), an empty branch not."),
    _hand(Verb.ATTACH, ("v",), "attach",
          "Go into its terminal; `ctrl+]`, or the `detach` of config.toml, comes back.", 17),
    Action("hand.see", ("V",), "see", "Look at its terminal without being at it.", "screen.see", _needs(Verb.ATTACH)),
    Action("hand.edit", ("e",), "editor", "Open its directory in `$VISUAL` or `$EDITOR`, or a shell there.",
           "screen.edit", needs_shell),
    Action("hand.freeze", ("P",), "freeze", "Let all stations of ours rest as they are, or thaw them.",
           "screen.freeze", needs_ours),
    Action("hand.family", ("F",), "family", "Fold or unfold those that work for it: what ends one ends all of them.",
           "screen.family", needs_family),
    Action("hand.mark", ("space",), "mark", "Mark it, or not any more: what is done is done to all that are marked.",
           "screen.mark", needs_at_hand),
    Action("hand.unmark", ("M",), "no marks", "Take all marks away.", "screen.unmark", needs_marks),
    Action("hand.create", ("c",), "start", "Start a station: its task, agent, branch, scope and budget.",
           "screen.create", untouchable, 32, fits=_live, writes=True),
    Action("hand.spawn", ("s",), "spawn", "Start a station that works for this one, inside its scope and budget.",
           "screen.spawn", needs_parent, 19, fits=_ours, writes=True),
    Action("hand.duty", ("asterisk",), "takes tasks",
           "Have it take tasks from the queue whenever it is free, or not any more.", "screen.duty", needs_bounded, 20,
           fits=_ours, titled=lambda now: "no more tasks" if now.hands.all_take else ""),
    Action("hand.scope", ("S",), "scope", "Assign what it may write, read, reach and use up; who else does is shown.",
           "screen.scope", needs_bounded, 19, fits=_ours, writes=True),
)  # fmt: skip
"""Those that look without touching work in a past, too. `p` is the replay's own there."""


BEFORE_KNOWN = frozenset(action.id for action in _HANDS) - {"hand.mark", "hand.unmark"}
"""What is not done to a floor that is not the present: what is asked now, nobody has seen yet."""


_NOT = {
    "hand.asked": ("question",),
    "hand.see": ("terminal",),
}
"""Where it would lead to where one is."""
_ON = {"hand.family": ("floor", "replay")}
"""What works where families are shown, and nowhere else."""


def on_stations(screens: Sequence[ScreenSpec]) -> Iterator[Action[Situation]]:
    """Each with the screens on which it works."""
    for action in _HANDS:
        works = (screen for screen in screens if screen.hands and not set(action.keys) & _own_keys(screen))
        names = [screen.name for screen in works if screen.name not in _NOT.get(action.id, ())]
        yield replace(action, where=tuple(name for name in names if name in _ON.get(action.id, names)))


def _own_keys(screen: ScreenSpec) -> set[str]:
    """The keys of its own, which go before."""
    return {key for action in screen.actions for key in action.keys}
