"""Pictures of the tasks, one for each kind of terminal; everything finer is in the line goldens."""

from __future__ import annotations

import pytest

from console.app import FactoryApp
from console.options import Options
from console.screens import base
from tests.support.console import StillLink, factory_events, state_of
from tests.support.picture import SMALL, WIDE, Compare, pressing
from tests.support.tasks.queue import queue_events

PLAIN = Options(theme="dark", ascii_only=False, no_colour=False, slow_link=False)
PICTURES = {
    "wide": (WIDE, ("6", "j", "j"), PLAIN),
    "small": (SMALL, ("6",), PLAIN),
    "ascii": (SMALL, ("6", "E", "j", "space"), Options(theme="dark", ascii_only=True, no_colour=True, slow_link=True)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_tasks_snapshot(snap_compare: Compare, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "monotonic", lambda: 0.0)  # what a key has said stays, however slow the machine is
    size, keys, options = PICTURES[name]
    events = sorted([*factory_events(31, 48), *queue_events()], key=lambda event: event.time)
    assert snap_compare(
        FactoryApp(StillLink(state_of(events)), options), terminal_size=size, run_before=pressing(*keys)
    )
