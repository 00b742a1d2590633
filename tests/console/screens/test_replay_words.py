"""Every event of a replay is told in a line, and hostile text in it is harmless."""

from __future__ import annotations

import pytest
from hypothesis import given

from console.screens.replay.words import event_spans
from sessions.floor import events as ev
from sessions.floor.conflicts import Outcome
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
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
        (ev.SessionsOver(time=1.0, source="journal", sessions=("a", "b")), "journal forgets 2 sessions that are over"),
        (ev.BaseWanted(time=1.0, command="c", who="ann@box", base="dev"), "ann@box wants the base dev"),
        (ev.NameWanted(time=1.0, command="c", who="ann@box", station="s", before="s", name="t"), "ann@box renames s t"),
        (ev.ImportWanted(time=1.0, command="c", who="ann@box", paths=("/a", "/b")), "ann@box imports /a /b"),
        (
            ev.PruneWanted(time=1.0, command="c", who="ann@box", before=0.5, last=1_024),
            "ann@box prunes events up to 1,024",
        ),
        (ev.StopWanted(time=1.0, command="c", who="ann@box"), "ann@box stops the supervisor"),
        (ev.CommandFailed(time=1.0, source="supervisor", command="c", reason="gone"), "supervisor could not gone"),
        (ev.StationRenamed(time=1.0, station="docs-02", name="docs"), "docs-02 renamed docs"),
        (ev.TurnFailed(time=1.0, station="docs-02", reason="exit 1"), "docs-02 failed exit 1"),
        (ev.ToolCalled(time=1.0, station="docs-02", tool="Bash", detail="make"), "docs-02 tool Bash make"),
    ],
)
def test_an_event_is_told(event: ev.Event, line: str) -> None:
    assert plain(event_spans(event, EMPTY)).rstrip() == line


@given(events)
def test_any_event_is_harmless(event: ev.Event) -> None:
    line = plain(event_spans(event, EMPTY))
    assert line.strip()
    assert clean(line, 1_000) == line.strip()


def test_a_station_goes_by_its_name_of_then() -> None:
    opened = ev.StationOpened(time=1.0, station="docs-02", kind="claude")
    state = fold_all(EMPTY, [opened, ev.StationRenamed(time=2.0, station="docs-02", name="docs")])
    event = ev.TextWritten(time=3.0, station="docs-02", text="done")
    assert plain(event_spans(event, state)).startswith("docs said")
    assert plain(event_spans(event, fold_all(EMPTY, [opened]))).startswith("docs-02 said")
