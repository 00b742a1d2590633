"""The live demo: all of it real but the words of the model, and nothing left of it at its end."""

from __future__ import annotations

import importlib.util
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.commands import PromptStation, SettleCase
from sessions.floor.identity import Owner
from sessions.floor.ours.lives import Life
from sessions.floor.scopes.sets import inside
from sessions.floor.state import FloorState
from sessions.floor.tasks.task import TaskState
from sessions.floor.triage import acts, judge
from sessions.floor.triage.case import Act, Case, Cause, Kind
from sessions.floor.triage.judging.landing import PATIENCE_S
from sessions.floor.triage.meanings import MERGE
from sessions.headless.live_demo import LiveFactory
from sessions.headless.supervised import RefusedError, Supervised
from sessions.place import place_of
from sessions.simulation.live import story
from sessions.simulation.provider.script import Due, Request, Step
from sessions.stations.builtin import kind
from sessions.stations.keeping.processes import everything
from tests.support.stations.live import told
from tests.support.supervisor import watched

MISSING = [name for name in kind.NEEDED if importlib.util.find_spec(name) is None]
needs_models = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (factory-tui[models])")

RUNS = """
import time
from sessions.headless.live_demo import LiveFactory
from sessions.paths import socket_path
from sessions.place import place_of
from sessions.simulation.live import story
from sessions.stations.builtin import kind
kind.NEEDED = ()
with LiveFactory(story.parts(2)) as factory:
    factory.begin()
    factory.started()
    print(factory.root, socket_path(place_of(factory.repo).state_dir), factory.side, sep="\\n", flush=True)
    time.sleep(600)
"""
"""Runs a small one until it is killed."""


def test_the_story_is_told_by_as_many_as_are_asked_for() -> None:
    assert [part.name for part in story.parts(2)] == ["cart", "release"]
    eight = story.parts(8)
    assert [part.parent for part in eight if part.parent] == ["lead"]
    assert len(eight) == 9
    assert len({part.name for part in story.parts(40)}) == len(story.parts(40)) == 41
    told = story.script(eight).work
    assert {part.task for part in eight if part.task} < set(told)
    assert {spec.title for spec in story.tasks(eight)} < set(told)


def test_who_works_for_another_asks_for_no_more_than_that_one_has() -> None:
    parts = {part.name: part for part in story.parts(8)}
    for part in parts.values():
        if part.parent:
            assert inside(part.scope.write, parts[part.parent].scope.write)
            assert 0 < part.budget.tokens <= parts[part.parent].budget.tokens


def test_every_request_beyond_the_story_has_an_answer() -> None:
    (cart,) = (part for part in story.parts(8) if part.name == "cart")
    script, count = story.script([cart]), len(cart.steps)

    def said(answers: int, *requests: str) -> Step:
        asked = [*(Request(text, 0) for text in requests[:-1]), Request(requests[-1], answers)]
        return script.due((), asked, 0).step

    assert said(count - 1, cart.task) == cart.steps[-1]
    assert said(count, cart.task).calls and said(count + 2, cart.task) == said(count, cart.task)
    assert not said(count + 1, cart.task, "And then?").calls
    assert script.due((), [Request("Hello", 0)], 1).step == said(count + 1, cart.task)


def test_words_of_a_task_belong_to_nobody_and_each_try_has_its_own() -> None:
    parts = story.parts(20)
    labels = next(part for part in parts if part.name == "labels").jobs[0]
    script, told = story.script(parts), f"This is task t4, {labels.spec.title}:"
    first = script.due(("another",), [Request(told, 0)], 7)
    second = script.due((), [Request(told, 4), Request(f"It is not done yet. {told}", 1)], 5)
    taken = script.due((), [Request(f"{told} Station labels {story.ANOTHER}.", 0)], 0)
    assert first.step == labels.tries[0][0] and second.step == labels.tries[1][1] and not second.eased
    assert taken == Due(labels.tries[2][0], eased=True)


def test_without_what_calls_models_it_says_so_once_and_makes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kind, "NEEDED", ("litellm_that_is_not_here",))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with pytest.raises(FactoryError, match="litellm_that_is_not_here") as error:
        LiveFactory(story.parts(8))
    assert "[models,agents]" in error.value.cure
    assert not list(tmp_path.iterdir())


@pytest.mark.timeout(60)
def test_nothing_is_left_when_whoever_runs_it_is_killed(tmp_path: Path) -> None:
    far = tmp_path / "far-away-from-everything-that-is-short" / "as-some-are"
    far.mkdir(parents=True)
    around = {**os.environ, "TMPDIR": str(far), "GIT_DIR": str(tmp_path / "another.git")}
    runs = subprocess.Popen([sys.executable, "-c", RUNS], stdout=subprocess.PIPE, text=True, env=around)
    assert runs.stdout is not None
    root, socket = (Path(runs.stdout.readline().strip()) for _ in range(2))
    side = int(runs.stdout.readline())
    assert root.parent == far and socket.exists() and not socket.is_relative_to(root)
    assert len(processes_of(root)) >= 3
    gone = os.pidfd_open(side)
    runs.kill()
    runs.communicate()
    assert select.select([gone], [], [], 30.0)[0]
    os.close(gone)
    assert not root.exists() and not (tmp_path / "another.git").exists()
    assert not list(socket.parent.glob(f"{socket.stem}*"))
    assert processes_of(root) == []


@needs_models
@pytest.mark.timeout(120)
def test_real_stations_edit_test_commit_ask_fail_collide_and_need_somebody_until_all_is_settled() -> None:
    with LiveFactory([part for part in story.parts(20, pace=0.02, rounds=1) if part.name not in UNTRIED]) as factory:
        root, place = factory.root, place_of(factory.repo)
        factory.begin()
        factory.started()
        with watched(place.socket) as console, Supervised(factory.repo) as supervised:
            console.until(lambda client: told(client.state) and all_need_somebody(client.state), 90.0)
            state = console.client.state
            (later,) = cases_later(state)
            assert (later.kind, later.cause, later.station) == (Kind.CONFLICT, Cause.CONFLICT, "lower-taxes")
            assert len({case.group for case in state.cases.values() if case.kind is Kind.PROVIDER}) == 1
            # What litellm is made of is in the memory of the host, and of nobody else.
            mapped = {name: loads_models(pid) for pid, name in ours(root) if name in ("supervisor", "hosting")}
            assert mapped == {"supervisor": False, "hosting": True}
            assert state.scripted and not state.simulated
            assert all(station.owner is Owner.OURS for station in state.stations.values())
            assert all(known.life is Life.RUNNING for known in state.owned.values())
            assert state.here.tokens.total > 10_000 and state.here.cost > 0
            while not is_calm(console.client.state):
                settle(console.client.state, supervised)
                console.until(lambda client: bool(client.state.cases) or is_calm(client.state))
            (receipts,) = (task for task in console.client.state.tasks.values() if "receipt" in task.spec.title)
            assert (receipts.station, receipts.learned[0].by) == ("stock", "receipt")
            supervised.reply(PromptStation("lower-taxes", MERGE.format("lower-taxes", "higher-taxes")))
            console.until(lambda client: not cases_later(client.state))
        assert factory.troubles == []
    assert not root.exists()
    assert processes_of(root) == []


UNTRIED = ("price-list", "vouchers", "gifts", "till-east", "search")
"""Whose cases come as those of others do, or only after minutes."""
CASES = {
    ("release", Kind.PERMISSION, Cause.UNKNOWN),
    ("guide", Kind.SCOPE, Cause.SCOPE),
    ("receipt", Kind.FAILED, Cause.UNKNOWN),
    ("stock", Kind.FAILED, Cause.RATE_LIMIT),
    ("returns", Kind.SCOPE, Cause.SCOPE),
    ("refunds", Kind.FAILED, Cause.BUILD),
    ("catalogue", Kind.BUDGET, Cause.BUDGET),
    ("currency", Kind.SIGNAL, Cause.UNKNOWN),
    ("till-north", Kind.PROVIDER, Cause.AUTH),
    ("till-south", Kind.PROVIDER, Cause.AUTH),
    ("labels", Kind.CHECK, Cause.FAILING_TEST),
    ("higher-taxes", Kind.REVIEW, Cause.UNKNOWN),
}


def all_need_somebody(state: FloorState) -> bool:
    return {(case.station, case.kind, case.cause) for case in state.cases.values()} == CASES and bool(
        cases_later(state)
    )


def cases_later(state: FloorState) -> list[Case]:
    """Those that time alone brings."""
    now = time.time() + PATIENCE_S
    return [case for name in state.stations for case in judge.cases_of(state, name, now) if case.id not in state.cases]


def settle(state: FloorState, supervised: Supervised) -> None:
    """Do of each case what is offered first, can be done, and needs no words; but have another one do the receipts."""
    for case in state.cases.values():
        now = time.time()
        act = next(each.act for each in acts.choices(state, case, now) if not each.why_not and not each.lacks)
        act = Act.REQUEUE if case.station == "receipt" else act
        with suppress(RefusedError):  # it was settled by what was done of another one
            supervised.reply(SettleCase(case.id, act))


def is_calm(state: FloorState) -> bool:
    """Nobody is needed, nothing is waited for, and all of the queue is done."""
    done = all(task.state is TaskState.FINISHED for task in state.tasks.values())
    return done and not state.cases and all(not known.turn_since for known in state.owned.values())


def ours(root: Path) -> Iterator[tuple[int, str]]:
    """The program's own processes for a demo, each with the last word of its module's name."""
    for pid in everything():
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if words[1:2] == ["-m"] and str(root) in "\0".join(words):
                yield pid, words[2].rpartition(".")[2]


def loads_models(pid: int) -> bool:
    return "pydantic_core" in Path(f"/proc/{pid}/maps").read_text()


def processes_of(root: Path) -> list[str]:
    """Those that name a directory in their command line or their environment."""
    found = []
    for pid in everything():
        for file in ("cmdline", "environ"):
            with suppress(OSError):
                text = Path(f"/proc/{pid}/{file}").read_bytes()
                if os.fsencode(root) in text:
                    found.append(f"{pid} {file} {text[:200]!r}")
    return found
