"""The whole of it: real stations need somebody, their supervisor is killed, keys settle all, and the past shows it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from sessions.floor.triage.case import Kind
from sessions.simulation.live import story
from sessions.stations.builtin import kind
from tests.bench.probe import Terminal
from tests.support.triage.worked import KEYS, before_first_key, live, queue
from widgets.triage.row_lines import word

MISSING = [name for name in kind.NEEDED if importlib.util.find_spec(name) is None]
NEEDY = ("release", "refunds", "vouchers", "gifts", "guide")
CASES = 7
"""One asks, three fail, each for another cause, and two tried what is outside of their scope, one of them twice."""


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (factory-tui[models])")
@pytest.mark.timeout(120)
def test_what_needs_somebody_is_worked_off_by_keys_and_replayed_as_of_then(tmp_path: Path) -> None:
    parts = [part for part in story.parts(20, 0.02) if part.name in NEEDY]
    worked, recording = live(parts, CASES, tmp_path / "triage.ftr", 60.0)
    try:
        assert {case.kind for case in worked.began} == {Kind.PERMISSION, Kind.FAILED, Kind.SCOPE}
        assert worked.keys == len(worked.pressed) < CASES, "a key a row: one has two cases, and ends with its station"
        seq, state = before_first_key(recording, worked)
        assert {case.id for case in worked.began} == state.cases.keys()
        after = recording.state_at(recording.span.last_seq)
        assert not {case.id for case in worked.began} & after.cases.keys()
        for case in worked.began:
            settled = after.settled[case.id]
            assert (settled.act and settled.who) or settled.why, "nothing left the queue without a reason"
        rows = queue(state, state.time)
    finally:
        recording.close()
    words = (sys.executable, "-m", "console", "replay", str(tmp_path / "triage.ftr"), "--seq", str(seq))
    with Terminal(words, 200, 60) as terminal:
        terminal.until(lambda text: f"triage {CASES}" in text, 30.0)
        terminal.press("3")
        terminal.until(lambda text: f"waiting {CASES}" in text, 30.0)
        shown = terminal.text.splitlines()[2 : 2 + len(rows)]
        assert [row.first.kind for row in rows if row.first is not None] == [kind_of(line) for line in shown]


def kind_of(line: str) -> Kind | None:
    """The kind whose word a row has."""
    return next((kind for kind in KEYS if f" {word(kind)} " in line[:20]), None)
