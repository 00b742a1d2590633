"""The live demo: all of it real but the words of the model, and nothing left of it at its end."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.scopes.sets import inside
from sessions.headless.live_demo import LiveFactory
from sessions.simulation.live import story
from sessions.simulation.provider.script import Due, Request, Step
from sessions.stations.builtin import kind
from tests.support.stations.left import processes_of

RUNS = """
import time
from sessions.headless.live_demo import LiveFactory
from sessions.paths import socket_path
from sessions.place import place_of
from sessions.simulation.live import story
from sessions.stations.builtin import kind
kind.NEEDED = ()
with LiveFactory(story.parts(1)) as factory:
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
