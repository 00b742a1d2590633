"""Which stations are marked together: all that are shown, those of a group, a role, a family, a state. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from sessions.views.floor.arrange import Group
from sessions.views.floor.panes import Pane


class Alike(StrEnum):
    """What stations have in common with the one under the cursor."""

    SHOWN = "all shown"
    GROUP = "group"
    ROLE = "role"
    FAMILY = "family"
    STATE = "state"
    OTHERS = "the others"
    """All that are shown and not marked, instead of those that are."""


def alike(what: Alike, groups: Sequence[Group], pane: Pane | None, marks: Collection[str] = ()) -> frozenset[str]:
    """The keys of all stations that are shown and have this in common with a pane; of none, only all that are shown."""
    shown = [each for group in groups for each in group.panes if each.station]
    if what is Alike.SHOWN:
        return _keys(shown)
    if what is Alike.OTHERS:
        return _keys(each for each in shown if each.key not in marks)
    if pane is None or not pane.station:
        return frozenset()
    match what:
        case Alike.GROUP:
            group = next((group for group in groups if any(each.key == pane.key for each in group.panes)), None)
            shown = [each for each in group.panes if each.station] if group is not None and group.title else []
        case Alike.ROLE:
            shown = [each for each in shown if each.role == pane.role and pane.role]
        case Alike.FAMILY:
            family = pane.ours.family if pane.ours is not None else ""
            shown = [each for each in shown if family and each.ours is not None and each.ours.family == family]
        case Alike.STATE:
            shown = [each for each in shown if each.status is pane.status]
    return _keys(shown)


def marked(what: Alike, found: Collection[str], marks: Collection[str]) -> frozenset[str]:
    """The marks once these are marked as well; or not any more, where all of them were."""
    if what is Alike.OTHERS:
        return frozenset(found)
    return frozenset(marks) - frozenset(found) if set(found) <= set(marks) else frozenset(marks) | frozenset(found)


def _keys(panes: Iterable[Pane]) -> frozenset[str]:
    return frozenset(pane.key for pane in panes)
