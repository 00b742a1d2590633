"""A ranking for the tests of what shows it: one station that is slow, two beside it, and who is not ranked."""

from __future__ import annotations

from msgspec.structs import replace

from sessions.floor.rank.ranking import Cohort, Entry, Excused, Figure, Not, Ranking, Reason, Why
from sessions.floor.state import FloorState
from tests.support.console import NOW, state_of
from tests.support.stations.still import our_events

COHORT = Cohort("ship", "up to 120 lines", 7, 258.0, 0.9)
SLOW = Entry(
    "worker",
    True,
    "3 settled in 40 m of work: 3.1 × the median of 7 ship stations (4 m for one), for 27 m; would free $9.00/h",
    (Reason(Why.PACE, "3 settled in 40 m of work", NOW - 1_620, 1_800.0),),
    1_800.0,
    3.1,
    9.0,
    (
        Figure("pace", "work for one settled change", 800.0, "s", 120.0, 258.0),
        Figure("changes", "changes settled in it", 3.0, "", 120.0),
        Figure("retries", "retries", 0.0, "", None),
        Figure("dollars_each", "dollars for a settled change", None, "$"),
        Figure("tokens", "tokens since the last settled change", 1_230_000.0, "tokens", 4.0),
    ),
    COHORT,
    ("whether its work passes a check",),
)
BESIDE = Entry("fixer", False, "9 settled in 41 m of work: 1.1 × the median of 7 ship stations (4 m for one)",
               margin=1.1, cohort=COHORT)  # fmt: skip
RANKING = Ranking(
    NOW,
    "worker: 3.1 × the median",
    (SLOW,),
    (BESIDE,),
    (
        Excused("asker", Not.PERSON, "waits for you, for 2 m: git push --force origin station/asker"),
        Excused("helper", Not.EARLY, "early in its task: 3 m"),
        Excused("over", Not.OVER, "is stopped"),
    ),
)


def ranked_state() -> FloorState:
    """The floor that is ranked; what the slow one was started with can be taken from it."""
    state = state_of(our_events())
    worker = replace(state.owned["worker"], text="Make the pool retry what failed before a byte was sent")
    return replace(state, owned={**state.owned, "worker": worker})
