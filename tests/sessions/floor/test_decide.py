"""What each command comes to."""

from __future__ import annotations

import pytest

from sessions.floor.commands import AnyCommand, CancelScan, CatchUp, ImportPaths, SetBase, Stop, WatchPlaces
from sessions.floor.decide import (
    AnyEffect,
    CancelReading,
    Decision,
    EndSupervisor,
    FollowPaths,
    MeasureFrom,
    ReadDisk,
    ReadPaths,
    Refusal,
    decide,
)
from sessions.floor.state import EMPTY, FloorState


@pytest.mark.parametrize(
    ("command", "effect"),
    [
        (Stop(), EndSupervisor()),
        (CatchUp(), ReadDisk()),
        (CancelScan(), CancelReading()),
        (ImportPaths(("/a", "/b")), ReadPaths(("/a", "/b"))),
        (WatchPlaces(("/a",)), FollowPaths(("/a",))),
        (SetBase("release"), MeasureFrom("release")),
        (SetBase(""), MeasureFrom("")),
    ],
)
def test_a_command_becomes_its_effect(command: AnyCommand, effect: AnyEffect) -> None:
    assert decide(FloorState(base="main"), command) == Decision(effects=(effect,))


def test_the_base_that_holds_already_needs_nothing() -> None:
    assert decide(FloorState(base="main"), SetBase("main")) == Decision()


@pytest.mark.parametrize(
    "command",
    [
        ImportPaths(()),
        WatchPlaces(("a",)),
        ImportPaths(("/a.ftr",)),
        ImportPaths(("relative",)),
        SetBase("--upload-pack=x"),
        SetBase("a\nb"),
        SetBase("\x1b[2J"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_cure(command: AnyCommand) -> None:
    refusal = decide(EMPTY, command)
    assert isinstance(refusal, Refusal)
    assert refusal.reason and refusal.cure


@pytest.mark.parametrize("command", [CatchUp(), ImportPaths(("/a",)), SetBase("x")])
def test_a_simulated_floor_observes_nothing(command: AnyCommand) -> None:
    assert isinstance(decide(FloorState(simulated=True), command), Refusal)


@pytest.mark.parametrize("command", [Stop(), CancelScan()])
def test_a_simulated_floor_can_be_ended(command: AnyCommand) -> None:
    assert isinstance(decide(FloorState(simulated=True), command), Decision)
