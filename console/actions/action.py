"""What an action is, on what its refusal depends, and the reasons why one may be refused."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from console.links.link import LinkMode

FLOOR, STATION, REPLAY, HELP, CONFLICTS, BRANCH = "floor", "station", "replay", "help", "conflicts", "branch"

KEPT_RANK = 90
"""How to get help and how to leave stays in the footer of the smallest terminal."""


class Situation(msgspec.Struct, frozen=True):
    """What an action's refusal may depend on."""

    mode: LinkMode = LinkMode.LIVE
    panes: int = 0
    station: str = ""
    """The station under the cursor; empty on a branch or on nothing."""
    branch: bool = False
    """The cursor is on a branch without a station."""
    branched: bool = False
    """The station under the cursor works on a branch of this repository."""
    narrow: bool = False
    """A filter or a search hides something; in a station, something was searched."""
    scanning: bool = False
    calls: bool = False
    """Some station needs a person or has failed."""
    lost: bool = False
    """No supervisor answers."""
    pairs: int = 0
    """On the conflicts screen: pairs that are shown."""
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


Refusal = Callable[[Situation], str]


def never(_: Situation) -> str:
    """No reason to refuse."""
    return ""


class Action(msgspec.Struct, frozen=True):
    """Something a key does."""

    id: str
    """Stable name for keymaps: `place.what`."""
    keys: tuple[str, ...]
    title: str
    """One or two words, for the footer."""
    help: str
    """One sentence, for the help screen and the palette."""
    where: tuple[str, ...]
    """The screens on which it works."""
    run: str
    """The Textual action of the screen or app that does it."""
    refuse: Refusal = never
    """Why it cannot work now; an empty text when it can."""
    rank: int = 0
    """Its place in the footer, 1 first; 0 keeps it out of the footer, `KEPT_RANK` and above never drop out of it."""
    passing: bool = False
    """In the footer only while it can work."""


def needs_panes(now: Situation) -> str:
    return "" if now.panes else "there is nothing on the floor yet"


def needs_pane(now: Situation) -> str:
    return "" if now.station or now.branch else "nothing is selected"


def needs_work(now: Situation) -> str:
    return "" if now.branched or now.branch else "it is on no branch of this repository"


def needs_narrow(now: Situation) -> str:
    return "" if now.narrow else "nothing is filtered"


def needs_search(now: Situation) -> str:
    return "" if now.narrow else "nothing was searched yet: / does"


def needs_shell(now: Situation) -> str:
    if now.mode is LinkMode.REPLAY:
        return "a replay shows what was: there is no place to open a shell in"
    if now.mode is LinkMode.SIMULATED:
        return "a simulated factory has no directories"
    return needs_pane(now)


def needs_calls(now: Situation) -> str:
    return "" if now.calls else "nothing needs you"


def needs_replay(now: Situation) -> str:
    return "" if now.mode is LinkMode.REPLAY else "this is no replay"


def needs_loss(now: Situation) -> str:
    if now.mode is not LinkMode.LIVE:
        return f"a {'replay' if now.mode is LinkMode.REPLAY else 'simulated factory'} has no supervisor"
    return "" if now.lost else "the supervisor is there or on its way"


def needs_scan(now: Situation) -> str:
    return "" if now.scanning else "nothing is being read"


def needs_pairs(now: Situation) -> str:
    return "" if now.pairs else "there are no pairs to look at"


def needs_conflicts(now: Situation) -> str:
    return "" if now.conflicts else "nothing collides"


def needs_files(now: Situation) -> str:
    return "" if now.files or now.planned_branch or now.hot_spot else "this pair collides in no file"


def needs_plan(now: Situation) -> str:
    return "" if now.planned else "the order is still being worked out"


def needs_live(now: Situation) -> str:
    if now.mode is LinkMode.REPLAY:
        return "a replay has no repository to merge in"
    if now.mode is LinkMode.SIMULATED:
        return "a simulated factory has no repository to merge in"
    return needs_pairs(now)
