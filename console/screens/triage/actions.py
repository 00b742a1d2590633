"""What the keys of the queue do, and when they cannot. The letters are those that mean the same on every screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from console.actions.action import Action, AnyAction, ScreenSpec, Situation
from console.actions.hands import untouchable
from console.actions.listed import listed_actions
from console.links.link import LinkMode
from sessions.floor.triage.case import Act
from sessions.views.triage.tab import Tab


class TriageSituation(Situation, frozen=True):
    """What is so of the row under the cursor."""

    tab: Tab = Tab.WAITING
    row: bool = False
    """There is one."""
    able: Mapping[Act, str] = {}
    """The acts that make sense for it, each with why it cannot be done now."""
    grouped: bool = False
    """It stands for several that can be taken apart."""
    apart: bool = False
    """It is one of several that were taken apart."""


KEYS: Mapping[str, tuple[Act, ...]] = {
    "allow": (Act.ALLOW, Act.RESCOPE),
    "always": (Act.ALWAYS,),
    "deny": (Act.DENY,),
    "answer": (Act.ANSWER,),
    "retry": (Act.RETRY,),
    "more": (Act.MORE,),
    "fresh": (Act.FRESH,),
    "rescope": (Act.RESCOPE,),
    "hand_over": (Act.HAND_OVER,),
    "requeue": (Act.REQUEUE,),
    "give_up": (Act.GIVE_UP,),
    "hold": (Act.HOLD,),
    "kill": (Act.KILL,),
    "snooze": (Act.SNOOZE,),
    "expected": (Act.EXPECTED,),
    "seen": (Act.SEEN,),
}
"""By the name of an action the acts that it is, of which the first that makes sense for a case is done."""


BACK = ("snooze", "expected")
"""Actions that bring back what they have put away."""


def needs_row(now: TriageSituation) -> str:
    return "" if now.row else "nothing needs you" if now.tab is Tab.WAITING else "there is nothing here"


def _offered(now: TriageSituation, name: str) -> Act | None:
    return next((act for act in KEYS[name] if act in now.able), None)


def _needs(name: str) -> Callable[[TriageSituation], str]:
    def refuse(now: TriageSituation) -> str:
        if reason := untouchable(now) or needs_row(now):
            return reason
        if now.tab is Tab.SETTLED:
            return "it left the queue: u undoes how"
        act = _offered(now, name)
        return "that is nothing for a case of this kind" if act is None else now.able[act]

    return refuse


def _fits(name: str) -> Callable[[TriageSituation], bool]:
    def fits(now: TriageSituation) -> bool:
        away = now.tab is Tab.AWAY and now.row
        return now.mode is LinkMode.LIVE and (name in BACK if away else _offered(now, name) is not None)

    return fits


def _needs_hold(now: TriageSituation) -> str:
    return "" if now.mode is LinkMode.REPLAY else _needs("hold")(now)


def _needs_away(name: str) -> Callable[[TriageSituation], str]:
    """A key that brings back what it had put away."""
    refuse = _needs(name)
    return lambda now: (untouchable(now) or needs_row(now)) if now.tab is Tab.AWAY else refuse(now)


def _needs_scope(now: TriageSituation) -> str:
    return untouchable(now) or needs_row(now) or ("" if now.hands.bounded else "it has no boundary of ours")


def _needs_group(now: TriageSituation) -> str:
    return "" if now.grouped else needs_row(now) or "it stands for itself alone"


def _needs_apart(now: TriageSituation) -> str:
    return "" if now.apart else needs_row(now) or "it was not taken apart"


def _act(
    name: str,
    keys: tuple[str, ...],
    title: str,
    help: str,
    rank: int,
    refuse: Callable[[TriageSituation], str] | None = None,
    writes: bool = False,
) -> Action[TriageSituation]:
    return Action(f"triage.{name}", keys, title, help, f"screen.settle('{name}')", refuse or _needs(name), rank,
                  fits=_fits(name), writes=writes)  # fmt: skip


ACTS: tuple[Action[TriageSituation], ...] = (
    _act("allow", ("a",), "allow", "Allow what it asks, accept its work, or open to it what it tried outside.", 2),
    _act("always", ("A",), "always", "Allow what it asks, now and later.", 3),
    _act("deny", ("d",), "deny", "Deny what it asks, or give its work back, with a reason if you like.", 4,
         writes=True),
    _act("answer", ("i",), "answer", "Write what it is to be told, over several lines if you like.", 5, writes=True),
    _act("retry", ("R",), "retry", "Have it try again: told what went wrong, and brought back where it has ended.", 6),
    _act("more", ("plus",), "more", "Have it try again with more: a larger budget, another model, an empty context.",
         7),
    _act("fresh", ("B",), "afresh", "Have it begin again in a new conversation that is told what was learned.", 8),
    Action("triage.rescope", ("S",), "scope", "Fill in another boundary; what it asked for stands in it already.",
           "screen.rescope", _needs_scope, 9, fits=_fits("rescope"), writes=True),
    _act("requeue", ("T",), "requeue", "Put its task back into the queue with what was learned; its work is kept.",
         11),
    _act("hand_over", ("H",), "hand over", "Hand its task over to another station, or to whoever is free.", 12),
    _act("give_up", ("minus",), "give up", "Have its task held in the queue; its work is kept.", 13),
    _act("hold", ("p",), "hold", "Let it rest as it is; a replay plays or pauses.", 14, _needs_hold),
    _act("kill", ("X",), "kill", "End its processes at once, after a yes; its branch and its work are kept.", 15),
    _act("snooze", ("L",), "later", "Have it out of sight for a while, or until something happens; or back.", 16,
         _needs_away("snooze")),
    _act("expected", ("equals_sign",), "expected", "Show no more cases of this kind for this station; or again.", 17,
         _needs_away("expected")),
    _act("seen", ("O",), "seen", "Take it out of the queue; nothing is done about it.", 18),
)  # fmt: skip
"""What settles a case, in the order in which it is told."""
ACTIONS: tuple[AnyAction, ...] = (
    *listed_actions("triage", "cases", "Go to the whole of what it asks, else into the station."),
    *ACTS,
    Action("triage.work", ("D",), "its diff", "Show the commits, files and lines of the branch it works on.",
           "screen.work", lambda now: "" if now.branched else needs_row(now) or "it is on no branch of this repository",
           rank=40),
    Action("triage.apart", ("right", "l"), "take apart", "Show each of the cases of one cause by itself.",
           "screen.apart(True)", _needs_group, rank=30, passing=True),
    Action("triage.together", ("left", "h"), "together", "Show cases of one cause as one row again.",
           "screen.apart(False)", _needs_apart, rank=31, passing=True),
    Action("triage.filter", ("f",), "filter", "Show what waits, what is out of sight, or what was settled lately.",
           "screen.filter", rank=50),
)  # fmt: skip
WAY: Action[Situation] = Action(
    "app.triage",
    ("3",),
    "triage",
    "Go to what needs you: permissions, failures, what is stuck, and what each key does about it.",
    "app.go('triage')",
    rank=8,
    fits=lambda now: now.cases > 0,
    titled=lambda now: f"triage {now.cases}" if now.cases else "",
)
SPEC = ScreenSpec("triage", "In triage", ACTIONS, WAY, at_hand=True, hands=True, beside=True)
