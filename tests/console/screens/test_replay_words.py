"""Every event of a replay is told in a line, and hostile text in it is harmless."""

from __future__ import annotations

import pytest
from hypothesis import given

from console.screens.replay.words import event_spans
from sessions.floor import events as ev
from sessions.floor.conflicts import Outcome
from sessions.text import clean
from tests.support.journal import events
from widgets.draw.cells import plain


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (ev.FactoryOpened(time=1.0, repo="/srv/api", name="acme/api"), "acme/api begins"),
        (ev.FactoryOpened(time=1.0, repo="", name=""), "the past begins"),
        (ev.BranchChanged(time=1.0, branch="ship", subject="Split the pool"), "ship changed Split the pool"),
        (ev.BranchRemoved(time=1.0, branch="ship"), "ship is gone"),
        (ev.VerdictReached(time=1.0, a="ship", outcome=Outcome.CONFLICT), "ship × base conflict"),
        (ev.SourceSkipped(time=1.0, source="claude:1", reason="torn line"), "claude:1 skipped torn line"),
        (ev.TurnFailed(time=1.0, station="docs-02", reason="exit 1"), "docs-02 failed exit 1"),
        (ev.ToolCalled(time=1.0, station="docs-02", tool="Bash", detail="make"), "docs-02 tool Bash make"),
    ],
)
def test_an_event_is_told(event: ev.Event, line: str) -> None:
    assert plain(event_spans(event)).rstrip() == line


@given(events)
def test_any_event_is_harmless(event: ev.Event) -> None:
    line = plain(event_spans(event))
    assert line.strip()
    assert clean(line, 1_000) == line.strip()
