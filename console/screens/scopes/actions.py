"""What the keys of the scopes do, and when they cannot."""

from __future__ import annotations

from console.actions.action import Action, AnyAction, ScreenSpec, Situation
from console.actions.hands import needs_ours
from console.actions.listed import moving_actions, replay_actions
from sessions.floor.ours.lives import Life


class ScopesSituation(Situation, frozen=True):
    """What is so of the scopes."""

    places: int = 0
    """Rows of the tree, but for the first."""
    spots: int = 0
    """Overlaps, gaps, what was tried outside and what is asked for."""
    writers: int = 0
    """Stations in the detail of the place under the cursor."""
    mine: int = 0
    """Those of them that are ours, live, and may write there."""
    rules: int = 0
    """Scopes that would have prevented conflicts."""
    pairs: int = 0
    """Pairs of branches that collide in files."""


def needs_places(now: ScopesSituation) -> str:
    return "" if now.places else "no file is known here"


def needs_spots(now: ScopesSituation) -> str:
    return "" if now.spots else "there is no overlap, no gap, nothing was tried outside and nothing is asked for"


def needs_writers(now: ScopesSituation) -> str:
    return "" if now.writers else "no station may write here, and none wrote here"


def needs_mine(now: ScopesSituation) -> str:
    return needs_ours(now) or ("" if now.mine else "no station of ours may write here: + lets one")


def needs_two(now: ScopesSituation) -> str:
    ours = sum(known.life is not Life.REMOVED for known in now.hands.state.owned.values())
    return needs_mine(now) or ("" if ours > 1 else "there is no other station of ours")


def needs_rules(now: ScopesSituation) -> str:
    return "" if now.rules else "no one scope would have prevented it" if now.pairs else "no two branches collide"


ACTIONS: tuple[AnyAction, ...] = (
    Action("scopes.back", ("escape",), "out", "Come out: of what is proposed, of a search, of the scopes.",
           "screen.back", rank=1),
    Action("scopes.open", ("enter",), "unfold", "Unfold the directory, or fold it.", "screen.open", needs_places, 10),
    Action("scopes.next", ("n",), "next",
           "Go to the next overlap, gap, attempt outside or question; of a search to the next place found.",
           "screen.next(1)", needs_spots, rank=15),
    Action("scopes.previous", ("N",), "previous", "Go to the one before.", "screen.next(-1)", needs_spots),
    Action("scopes.search", ("slash",), "search", "Find a path that contains what you type.",
           "screen.search", needs_places, rank=45),
    Action("scopes.assign", ("plus",), "assign", "Let a station write here; what comes of it is shown first.",
           "screen.assign", needs_ours, rank=2),
    Action("scopes.narrow", ("minus",), "narrow",
           "Take this place from a station that may write it; on the whole tree: leave it what it wrote up to now.",
           "screen.narrow", needs_mine, rank=3),
    Action("scopes.widen", ("W",), "widen", "Let one that may write here write all of it, or the directory around it.",
           "screen.widen", needs_mine, rank=4),
    Action("scopes.hand_over", ("H",), "hand", "Hand this place from one station to another.",
           "screen.hand_over", needs_two, rank=6),
    Action("scopes.alone", ("number_sign",), "alone",
           "Have nobody else write what a station of this place may write, or let others again.",
           "screen.alone", needs_mine, rank=5),
    Action("scopes.prevent", ("w",), "worst",
           "Go to the worst places where branches collide, and propose the scope that would have prevented most of it.",
           "screen.prevent", needs_rules, rank=25),
    Action("scopes.station", ("tab",), "station",
           "Have the next station of the place at hand: keys that do something to a station are for that one.",
           "screen.choose(1)", needs_writers, rank=30),
    Action("scopes.station_back", ("shift+tab",), "station back", "Have the one before at hand.",
           "screen.choose(-1)", needs_writers),
    Action("scopes.zoom_in", ("z",), "deeper", "Unfold every directory by one level more.",
           "screen.level(1)", needs_places, rank=50),
    Action("scopes.zoom_out", ("Z",), "flatter", "Fold the deepest level.", "screen.level(-1)", needs_places),
    Action("scopes.left", ("left", "h"), "fold", "Fold the directory, or go to the one around it.",
           "screen.move('left')"),
    Action("scopes.right", ("right", "l"), "unfold", "Unfold the directory, or go into it.", "screen.move('right')"),
    Action("scopes.detail_up", ("left_square_bracket",), "detail up", "Scroll the detail up.", "screen.scroll(-5)"),
    Action("scopes.detail_down", ("right_square_bracket",), "detail down", "Scroll the detail down.",
           "screen.scroll(5)"),
    *moving_actions("scopes"),
    *replay_actions("scopes"),
)  # fmt: skip
WAY: Action[Situation] = Action(
    "app.scopes",
    ("7",),
    "scopes",
    "Go to the scopes: who may write where, what was touched, and where scopes meet.",
    "app.go('scopes')",
    rank=77,
)
SPEC = ScreenSpec("scopes", "Among the scopes", ACTIONS, WAY, at_hand=True, hands=True, beside=True)
