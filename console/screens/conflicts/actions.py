"""What the keys of the conflicts do, and when they cannot."""

from __future__ import annotations

from console.actions.action import Action, AnyAction, ScreenSpec, Situation, needs_branch
from console.actions.listed import moving_actions, replay_actions
from console.links.link import LinkMode


class ConflictsSituation(Situation, frozen=True):
    """What is so of the conflicts."""

    pairs: int = 0
    """Pairs that are shown."""
    conflicts: int = 0
    """Those of them that collide."""
    files: int = 0
    """Files in which the pair under the cursor collides."""
    planned_branch: bool = False
    """A branch is selected in the suggested order."""
    hot_spot: bool = False
    """A file or directory is selected at which many collide."""
    planned: bool = False
    """There is a plan."""


def needs_pairs(now: ConflictsSituation) -> str:
    return "" if now.pairs else "there are no pairs to look at"


def needs_conflicts(now: ConflictsSituation) -> str:
    return "" if now.conflicts else "nothing collides"


def needs_files(now: ConflictsSituation) -> str:
    return "" if now.files or now.planned_branch or now.hot_spot else "this pair collides in no file"


def needs_plan(now: ConflictsSituation) -> str:
    return "" if now.planned else "the order is still being worked out"


def needs_live(now: ConflictsSituation) -> str:
    if now.mode is LinkMode.REPLAY:
        return "a replay has no repository to merge in"
    if now.mode is LinkMode.SIMULATED:
        return "a simulated factory has no repository to merge in"
    return needs_pairs(now)


ACTIONS: tuple[AnyAction, ...] = (
    Action("conflicts.back", ("escape",), "out",
           "Come out: of a file, of a simulation, of filters, of the conflicts.", "screen.back", rank=1),
    Action("conflicts.open", ("enter",), "open",
           "Open the selected file; in the order, go to the branch; at a hot spot, show only who collides there.",
           "screen.open", needs_files, rank=10),
    Action("conflicts.next", ("n",), "next", "Go to the next conflict.",
           "screen.next(1)", needs_conflicts, rank=15),
    Action("conflicts.previous", ("N",), "previous", "Go to the conflict before.",
           "screen.next(-1)", needs_conflicts),
    Action("conflicts.worse", ("w",), "worse", "Go to the next worse conflict; from elsewhere, to the worst.",
           "screen.worse", needs_conflicts, rank=20),
    Action("conflicts.simulate", ("m",), "land first",
           "Show the matrix after this branch has landed, by really merging.",
           "screen.simulate", needs_live, rank=25),
    Action("conflicts.work", ("D",), "its diff", "Show the commits, files and lines of the branch.",
           "screen.work", needs_branch, rank=58),
    Action("conflicts.panel", ("tab",), "panel", "Go to the next panel: matrix, pair, hot spots, order.",
           "screen.panel(1)", rank=30),
    Action("conflicts.panel_back", ("shift+tab",), "panel back", "Go to the panel before.", "screen.panel(-1)"),
    Action("conflicts.search", ("slash",), "search", "Show only branches whose name contains what you type.",
           "screen.search", rank=45),
    Action("conflicts.filter", ("f",), "filter",
           "Show only conflicts, only stations at work, one branch, one area, or one path.",
           "screen.filter", rank=35),
    Action("conflicts.order", ("o",), "order", "Sort the rows by cluster, conflicts, area, age, landing order or name.",
           "screen.order", rank=40),
    Action("conflicts.uncommitted", ("E",), "uncommitted", "Count uncommitted work, or look at commits alone.",
           "screen.uncommitted", rank=50),
    Action("conflicts.pin", ("plus",), "pin", "Have the branch land in the suggested order, or take its pin away.",
           "screen.wish('pin')", needs_plan, rank=55),
    Action("conflicts.drop", ("minus",), "drop", "Leave the branch out of the suggested order, or take it back.",
           "screen.wish('drop')", needs_plan, rank=56),
    Action("conflicts.earlier", ("left_curly_bracket", "shift+up"), "earlier",
           "Have the branch land one place earlier.", "screen.wish('earlier')", needs_plan, rank=57),
    Action("conflicts.later", ("right_curly_bracket", "shift+down"), "later",
           "Have the branch land one place later.", "screen.wish('later')", needs_plan),
    Action("conflicts.forget", ("U",), "no wishes", "Forget all pins, drops and moves.",
           "screen.forget", needs_plan),
    Action("conflicts.zoom", ("z",), "zoom", "Two rows a line, told apart by colour alone, or one sign a pair.",
           "screen.zoom"),
    Action("conflicts.left", ("left", "h"), "left", "Move left.", "screen.move('left')"),
    Action("conflicts.right", ("right", "l"), "right", "Move right.", "screen.move('right')"),
    *moving_actions("conflicts"),
    *replay_actions("conflicts"),
)  # fmt: skip
WAY: Action[Situation] = Action(
    "app.conflicts",
    ("2",),
    "conflicts",
    "Go to the conflicts: which branches collide, and in what order they land.",
    "app.go('conflicts')",
    rank=75,
)
SPEC = ScreenSpec("conflicts", "Among the conflicts", ACTIONS, WAY, at_hand=True, hands=True, beside=True)
