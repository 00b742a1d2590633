"""The whole of it: real stations need somebody for every cause, their supervisor is killed, keys settle all of it in a
terminal until nothing is left to do, and the past shows the same queue as of then."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from sessions.floor.commands import SettleCase
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskState
from sessions.floor.triage import acts, judge
from sessions.floor.triage.case import Act, Case, Cause, Kind
from sessions.floor.triage.meanings import Means
from sessions.headless.live_demo import SILENT_S, LiveFactory
from sessions.headless.supervised import Supervised
from sessions.operator import who
from sessions.simulation.live import story
from sessions.stations.builtin import kind
from sessions.views.triage.queue import Item
from sessions.views.undoing import newest
from tests.support.stations.left import loads_models, ours, processes_of
from tests.support.supervisor import Watched
from tests.support.triage.worked import KEYS, before_first_key, live, queue

MISSING = [name for name in kind.NEEDED if importlib.util.find_spec(name) is None]
UNTRIED = ("cart", "search", "guide", "returns", "currency", "till-south")
"""One does well, one needs somebody after minutes only, as it goes in circles, and the others as these do, or as their
own tests show."""
KEYS_AT_MOST = 20
NEED = {
    ("release", Kind.PERMISSION, Cause.UNKNOWN),
    ("receipt", Kind.FAILED, Cause.TOOL_ERROR),
    ("stock", Kind.FAILED, Cause.RATE_LIMIT),
    ("stock-count", Kind.CRASH_LOOP, Cause.CRASH),
    ("refunds", Kind.FAILED, Cause.BUILD),
    ("vouchers", Kind.FAILED, Cause.PROVIDER),
    ("gifts", Kind.FAILED, Cause.CONTEXT_FULL),
    ("gifts", Kind.SCOPE, Cause.SCOPE),
    ("catalogue", Kind.BUDGET, Cause.BUDGET),
    ("leaflet", Kind.FAILED, Cause.ENVIRONMENT),
    ("till-north", Kind.PROVIDER, Cause.AUTH),
    ("labels", Kind.CHECK, Cause.FAILING_TEST),
    ("higher-taxes", Kind.REVIEW, Cause.UNKNOWN),
}
LATER = {("lower-taxes", Kind.CONFLICT, Cause.CONFLICT), ("lead", Kind.STUCK, Cause.STALL)}
"""What time alone brings, in a minute."""
LATER_S = 250.0
TRIED_AGAIN = {
    **KEYS,
    **dict.fromkeys((Kind.CRASH_LOOP, Kind.PROVIDER, Kind.FAILED, Kind.STUCK, Kind.CONFLICT), ("R", "", Act.RETRY)),
    Kind.BUDGET: ("+", "", Act.MORE),
}
"""Nothing is given up: whatever failed goes well when it is tried again."""


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (factory-tui[models])")
@pytest.mark.timeout(240)
def test_all_that_needs_somebody_is_worked_off_by_keys_until_all_is_done_and_replayed_as_of_then(
    tmp_path: Path,
) -> None:
    parts = [part for part in story.parts(20, 0.02, 1) if part.name not in UNTRIED]
    roots = list[Path]()

    def before(factory: LiveFactory, console: Watched) -> None:
        roots.append(factory.root)
        is_all_real(factory, console.client.state)

    worked, recording = live(parts, all_need_somebody, tmp_path / "triage.ftr", 120.0, TRIED_AGAIN, before, until_calm)
    try:
        assert not roots[0].exists() and processes_of(roots[0]) == []
        assert len(worked.began) >= len(NEED) and worked.keys == len(worked.pressed) <= KEYS_AT_MOST
        _, state = before_first_key(recording, worked)
        assert {case.id for case in worked.began} == state.cases.keys()
        after = recording.state_at(recording.span.last_seq)
        for case in worked.began:
            settled = after.settled[case.id]
            assert (settled.act and settled.who) or settled.why, "nothing left the queue without a reason"
        assert shown(queue(state, state.time)) == worked.shown, "the past shows the same queue"
    finally:
        recording.close()


def shown(rows: Sequence[Item]) -> list[Kind]:
    """The kinds of the rows of a queue."""
    return [row.first.kind for row in rows if row.first is not None]


def all_need_somebody(state: FloorState) -> bool:
    """Each for its own cause, and those that time alone brings have begun."""
    now = named(state.cases.values())
    return now >= NEED and now | named(later(state)) == NEED | LATER


def named(cases: Iterable[Case]) -> set[tuple[str, Kind, Cause]]:
    return {(case.station, case.kind, case.cause) for case in cases}


def later(state: FloorState) -> list[Case]:
    """The cases that time alone brings."""
    now = time.time() + LATER_S
    found = [case for name in state.stations for case in judge.cases_of(state, name, now, silent=SILENT_S)]
    return [case for case in found if case.id not in state.cases and case.id not in state.settled]


def is_all_real(factory: LiveFactory, state: FloorState) -> None:
    """All causes of the list but for a loop, which takes minutes, of stations whose processes really run."""
    assert {cause for _, _, cause in named((*state.cases.values(), *later(state)))} == {*Cause} - {Cause.LOOP}
    # What litellm is made of is in the memory of the host, and of nobody else.
    mapped = {name: loads_models(pid) for pid, name in ours(factory.root) if name in ("supervisor", "hosting")}
    assert mapped == {"supervisor": False, "hosting": True}
    assert state.scripted and not state.simulated
    assert state.ended and newest(state, who()) == (), "what the script did, no key of the operator's undoes"
    assert all(station.owner is Owner.OURS for station in state.stations.values())
    lives = {name: known.life for name, known in state.owned.items() if known.life is not Life.RUNNING}
    assert lives == {"stock-count": Life.HELD}
    assert "139" in state.owned["stock-count"].reason or "SIGSEGV" in state.owned["stock-count"].reason
    assert state.here.tokens.total > 10_000 and state.here.cost > 0
    assert state.owned["lead"].results["lead-docs"].ok
    assert factory.troubles == []


def until_calm(factory: LiveFactory, console: Watched) -> None:
    """Do what is offered first about whatever comes up, until nobody is needed and all of the queue is done."""
    with Supervised(factory.repo) as supervised:
        for case in (*console.client.state.cases.values(), *later(console.client.state)):
            means = acts.meaning(console.client.state, SettleCase(case.id, Act.RETRY), case, time.time())
            assert isinstance(means, Means) and means.wish is not None
            supervised.reply(means.wish)
    console.until(lambda client: is_calm(client.state) and not later(client.state), 60.0)


def is_calm(state: FloorState) -> bool:
    """Nobody is needed, nothing is waited for, and all of the queue is done."""
    done = all(task.state is TaskState.FINISHED for task in state.tasks.values())
    return done and not state.cases and all(not known.turn_since for known in state.owned.values())
