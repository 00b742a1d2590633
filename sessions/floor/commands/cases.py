"""What can be asked about cases: what needs a person."""

from __future__ import annotations

from sessions.floor.commands.stations import StationWish
from sessions.floor.commands.tasks import TaskWish
from sessions.floor.commands.undoing import Lasting
from sessions.floor.commands.wish import Wish
from sessions.floor.scope import Budget
from sessions.floor.triage.case import Act, Kind
from sessions.text import Words


class SettleCase(Wish, frozen=True, omit_defaults=True, tag="settle_case"):
    """Do something about a case."""

    case: str
    act: Act
    text: Words = ""
    """The reason of a denial, the answer, what is told with a retry."""
    paths: tuple[str, ...] = ()
    """To be opened to it, where its scope is to be wider; none: what it asked for."""
    budget: Budget = Budget()
    """What its budget is raised to; 0 leaves a measure as it is."""
    model: str = ""
    """Of another try."""
    to: str = ""
    """The station it is handed over to."""
    until: float = 0.0
    wakes: str = ""
    """Of a snooze, as in `CaseSnoozed`."""
    rule: str = ""
    """The standing rule that wants it; "" for a person."""


class ExpectKind(Wish, frozen=True, tag="expect_kind"):
    """Have cases of a kind not shown for a station, or shown again."""

    station: str
    kind: Kind
    expected: bool


class ReopenCase(Wish, frozen=True, omit_defaults=True, tag="reopen_case"):
    """Have a case in the queue again that was settled or snoozed."""

    case: str
    also: StationWish | TaskWish | Lasting | None = None
    """What undoes what was done about it; or why nothing does, and it is in the queue again all the same."""


CaseWish = SettleCase | ExpectKind | ReopenCase
"""About what needs a person."""
