"""What a station is told of its task."""

from __future__ import annotations

from sessions.floor.state import FloorState
from sessions.floor.tasks.task import Task, TaskSpec
from sessions.floor.tasks.words import told


def test_a_title_that_is_a_sentence_is_followed_by_one_stop() -> None:
    for title in ("Count the carts", "Count the carts."):
        assert told(FloorState(), Task("t1", TaskSpec(title)), "All.").startswith("This is task t1, Count the carts:\n")
