"""When the live demo has shown all that it has to show."""

from __future__ import annotations

from sessions.floor.state import FloorState, Status
from sessions.stations.boundary import machine


def told(state: FloorState) -> bool:
    """One asks, one failed, one left its scope, five committed, two collide, one was given what another came to."""
    stations, owned = state.stations, state.owned
    if len(owned) < 9:
        return False
    tried = 2 if machine.here().bubblewrap else 1
    # It edits a file outside and has a shell write one, which only a boundary of the system refuses.
    return (
        stations["release"].evidence.status is Status.NEEDS_ME
        and stations["receipt"].evidence.status is Status.FAILED
        and owned["guide"].violations >= tried
        and all(owned[name].head for name in ("cart", "guide", "higher-taxes", "lower-taxes", "lead-docs"))
        and any("higher-taxes" in key and "lower-taxes" in key for key in state.verdicts)
        and owned["lead"].results.get("lead-docs") is not None
    )
