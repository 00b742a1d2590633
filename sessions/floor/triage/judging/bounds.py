"""Where a station meets its bounds: what it tried outside of its scope, and its budget. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sessions.floor.ours import budget
from sessions.floor.ours.lives import Life
from sessions.floor.ours.owned import Owned
from sessions.floor.patterns import matches
from sessions.floor.triage.case import Case, Cause, Kind
from sessions.floor.triage.causes.rule import Found
from sessions.floor.triage.judging.looked import Looked

MOST = 3
"""Paths, and hosts, outside of its scope that become cases, the latest: one that looks everywhere is one nuisance."""
TRIED = Found(Cause.SCOPE, "left its scope")
SPENT = Found(Cause.BUDGET, "told by its budget")
_ENDED = (Life.KILLED, Life.STOPPED)


def outside(looked: Looked) -> Iterator[Case]:
    """It tried what its scope does not allow; not what it may do by now."""
    known = looked.owned
    if known is None or known.life in _ENDED:
        return
    latest = [*[*known.outside][-MOST:], *[*known.barred][-MOST:]]
    for path, count in (*known.outside.items(), *known.barred.items()):
        is_told = path in latest or f"{looked.name}:outside:{path}" in looked.state.cases
        if not is_told or allows(known, path):
            continue
        # Of the last one it is known what it tried.
        act = known.violated.partition(" ")[0] if known.violated.endswith(f" {path}") else ""
        act = act or ("connect" if path in known.barred else "write")
        times = f"{count}×" if count > 1 else ""
        yield looked.case(
            Kind.SCOPE,
            f"outside:{path}",
            0.0,
            f"{act} {path}",
            (times, f"{known.violations}× outside of its scope in all"),
            TRIED,
            about=f"{act} {path}",
            group=f"{Kind.SCOPE.value}:{looked.name}",
        )


def allows(known: Owned, path: str) -> bool:
    """Whether its scope holds by now what it once did not."""
    host = path.rpartition(":")[0]
    return matches(known.scope.write, path) or host in known.scope.hosts


def spent(looked: Looked) -> Iterator[Case]:
    """Its budget comes to an end, or is used up."""
    known = looked.owned
    if known is None or known.share < budget.TOLD or known.life in _ENDED:
        return
    _, what = budget.share(looked.state, looked.name, looked.now)
    bound = getattr(known.budget, what, 0)
    over = known.share >= 1
    rests = "it rests until there is more" if over and known.life is Life.PAUSED else ""
    title = f"its budget of {what} is used up" if over else f"{budget.TOLD:.0%} of its budget of {what} is used"
    yield looked.case(
        Kind.BUDGET,
        f"budget:{'over' if over else 'near'}:{what}:{bound:g}",
        0.0,
        title,
        (f"{bound:g} {what} in all", rests),
        SPENT,
        about=what,
    )
