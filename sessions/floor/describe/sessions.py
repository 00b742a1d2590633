"""What became of sessions and their stations, in words."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.floor.describe.said import Said, Says

SAYS = Says()


@SAYS.says
def _station_opened(event: ev.StationOpened) -> Said:
    return Said("opened", f"{event.kind} {event.directory}")


@SAYS.says
def _station_renamed(event: ev.StationRenamed) -> Said:
    return Said("renamed", event.name)


@SAYS.says
def _session_claimed(event: ev.SessionClaimed) -> Said:
    return Said("claimed", event.session)


@SAYS.says
def _session_opened(event: ev.SessionOpened) -> Said:
    return Said("session", event.title or event.session)


@SAYS.says
def _session_returned(event: ev.SessionReturned) -> Said:
    return Said("session", f"goes on: {event.title or event.session}")


@SAYS.says
def _sessions_over(event: ev.SessionsOver) -> Said:
    return Said("forgets", f"{len(event.sessions)} sessions that are over")


@SAYS.says
def _session_closed(event: ev.SessionClosed) -> Said:
    return Said("session", "ended")


@SAYS.says
def _branch_entered(event: ev.BranchEntered) -> Said:
    return Said("branch", f"{event.branch} {event.directory}")
