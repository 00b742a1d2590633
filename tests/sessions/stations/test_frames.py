"""Everything that was recorded of real agents goes through the adapter that it is for; nothing is left out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from sessions.floor import events as ev
from sessions.observe.claude.transcript import ClaudeTranscript
from sessions.observe.codex.transcript import CodexTranscript
from sessions.stations.contract import Signal
from sessions.stations.terminal.claude import CLAUDE
from sessions.stations.terminal.codex import CODEX
from tests import ROOT
from tests.support.transcript import desk

FRAMES = ROOT.parent / "shared/data/frames"
ACP = "acp-"
"""Those are played by a scripted agent: see `acp/test_frames`."""
EXPECTED: Mapping[str, Mapping[str, int]] = {
    # Payloads of hooks; what comes by `notify` is a signal like anybody's.
    "hooks-hooks": {"AgentReported": 5, "SessionClaimed": 1, "SignalRaised": 21},
    "hooks-hooks2": {"AgentReported": 4, "SessionClosed": 1},
    # What `claude -p` prints are the lines of a transcript, between others that are counted.
    "claude-sub": {
        "StationOpened": 1,
        "SessionOpened": 1,
        "TurnStarted": 1,
        "TextWritten": 2,
        "ToolCalled": 2,
        "ToolFinished": 1,
        "TokensUsed": 3,
        "SourceSkipped": 24,
    },
    # What `codex exec` prints are no lines of a rollout: nothing is made of them, and each is counted.
    "codex-exec3": {"SourceSkipped": 10},
}
"""By the name of a recording: what it tells, and how often."""
FILES = sorted(FRAMES.iterdir()) if FRAMES.is_dir() else []


def told(file: Path) -> Sequence[ev.Event]:
    lines = file.read_bytes().splitlines()
    if file.stem.startswith("claude-"):
        return ClaudeTranscript(file, desk()).feed(lines, 0)
    if file.stem.startswith("codex-"):
        return CodexTranscript(file, desk()).feed(lines, 0)
    events: list[ev.Event] = []
    for number, line in enumerate(map(json.loads, lines)):
        kind = CLAUDE if "claude" in line.get("path", "") else CODEX
        name = line["ev"].get("hook_event_name", "agent-turn-complete")
        events += kind.heard(Signal(str(number), "ship-1", name, line["t"], line["ev"]), "")
    return events


@pytest.mark.skipif(not FILES, reason="the recorded frames lie beside the repository, and are absent")
@pytest.mark.parametrize("file", [file for file in FILES if not file.name.startswith(ACP)], ids=lambda file: file.stem)
def test_a_recording_tells_what_it_holds(file: Path) -> None:
    events = told(file)
    counts: Counter[str] = Counter()
    for event in events:
        counts[type(event).__name__] += event.count if isinstance(event, ev.SourceSkipped) else 1
    assert counts == EXPECTED[file.stem]
