"""What each end of the line can do, by name and number, so that programs of different age talk as far as they can.

A capability is a name and a number, such as `events.1`. A way of saying something that the other end would misread gets
the next number; whoever can still say it the old way has both. A new event, a new question, or a field with a default
needs none: whoever does not know it counts it, refuses it, or passes it over.
"""

from __future__ import annotations

from collections.abc import Iterable

VERSION = 3
"""How frames are made. Up to 2 there were no capabilities; it rises only when nothing of them can be kept."""

SPEAKS = ("events.1", "floor.2", "questions.1", "attach.1")
"""`events`: what happened, as bodies of the journal; `floor`: the whole state; `questions`: see `sessions.asking`;
`attach`: terminals of agents (see `AttachFrame`)."""
NEEDED = ("events", "floor")
"""Without one of these there is nothing to show."""
WITHOUT = {
    "questions": "sessions, branches and pairs cannot be looked into",
    "attach": "terminals of agents cannot be attached to",
}
"""What does not work with a supervisor that lacks this; the floor does."""


def _numbers(speaks: Iterable[str]) -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for each in speaks:
        name, _, number = each.rpartition(".")
        if name and number.isascii() and number.isdigit():
            found[name] = found.get(name, frozenset()) | {int(number[:9])}
    return found


def lacking(speaks: Iterable[str], names: Iterable[str] = NEEDED) -> list[str]:
    """Those of `names` that this program and one that `speaks` so cannot say to each other."""
    own, theirs = _numbers(SPEAKS), _numbers(speaks)
    return [name for name in names if not own.get(name, frozenset()) & theirs.get(name, frozenset())]


def age_of(version: int, speaks: Iterable[str]) -> int:
    """Below 0 when the other end is too old to be talked to, above 0 when it is too new, else 0."""
    if version != VERSION:
        return -1 if version < VERSION else 1
    own, theirs = _numbers(SPEAKS), _numbers(speaks)
    lacked = lacking(speaks)
    newer = any(max(theirs.get(name, {0})) > max(own[name]) for name in lacked)
    return 0 if not lacked else 1 if newer else -1


def missed(speaks: Iterable[str]) -> str:
    """What will not work with a supervisor that speaks so, with the cure; empty when all does."""
    lost = [WITHOUT[name] for name in lacking(speaks, WITHOUT)]
    return f"the supervisor is of an older factory-tui, {'; '.join(lost)}: end it with factory-tui stop" * bool(lost)
