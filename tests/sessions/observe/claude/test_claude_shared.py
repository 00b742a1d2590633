"""Real Claude Code transcripts, counted to the token by a few independent lines."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sessions.floor import events as ev
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.observe.files.discover import places
from sessions.observe.observer import Observer
from sessions.observe.seats import Seats
from tests import ROOT
from tests.support.observe import FlatPrice, counted, used_of

SHARED = ROOT.parent / "shared" / "data" / "transcripts"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the shared data is not at {SHARED}")


def scan(*roots: Path) -> list[ev.Event]:
    observer = Observer(places(roots, only=True), Seats(only=True), FlatPrice())
    return [event for batch in observer.scan() for event in batch.events]


def largest() -> list[Path]:
    files = [path for path in SHARED.glob("claude/**/*.jsonl") if "subagents" not in path.parts]
    return sorted(files, key=lambda path: path.stat().st_size)[-3:]


def test_the_three_largest_to_the_token() -> None:
    for path in largest():
        agents = sorted(path.with_suffix("").glob("subagents/**/*.jsonl"))
        assert agents
        events = scan(path, path.with_suffix(""))
        assert used_of(events).output > 10_000
        assert used_of(events) == counted([path, *agents])
        assert not [event for event in events if isinstance(event, ev.SourceSkipped)]
        state = fold_all(EMPTY, events)
        (station,) = state.stations.values()
        assert station.meter.tokens == state.total.tokens == counted([path, *agents])
        assert list(state.sessions) == [path.stem]


@pytest.mark.parametrize("folder", ["claude/fleet", "claude/2.1.330", "claude/2.0.14", "claude"])
def test_each_folder_to_the_token(folder: str) -> None:
    root = SHARED / folder
    expected, used = counted(sorted(root.rglob("*.jsonl"))), used_of(scan(root))
    assert (used.total, used.input, used.output) == (expected.total, expected.input, expected.output)
    assert used.cache_write_1h == expected.cache_write_1h


def test_everything_at_once_has_stations_of_every_kind() -> None:
    events = scan(SHARED)
    kinds = {event.kind for event in events if isinstance(event, ev.StationOpened)}
    assert kinds == {"claude", "codex", "openclaw"}
    assert fold_all(EMPTY, events).skipped == {}
    assert all(event.time < time.time() + 1e9 for event in events)
