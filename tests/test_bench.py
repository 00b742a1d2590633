"""The parts of the measuring that can be wrong without anybody seeing it."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from sessions.disk import meters_at
from tests import readme
from tests.bench import scan
from tests.bench.figure import Figure, percentile, report
from tests.bench.probe import Terminal
from tests.bench.transcripts import make, scan_rate

TWO_STEPS = "import sys; print('one', flush=True); sys.stdin.readline(); print('two', flush=True); sys.stdin.readline()"


@pytest.mark.parametrize(
    ("figure", "good", "asked"),
    [
        (Figure("a", 1.5, "x", 1.6), True, "≤ 1.60 x"),
        (Figure("a", 1.7, "x", 1.6), False, "≤ 1.60 x"),
        (Figure("a", 60_000, "events/s", 50_000, more_is_better=True), True, "≥ 50,000 events/s"),
        (Figure("a", 40_000, "events/s", 50_000, more_is_better=True), False, "≥ 50,000 events/s"),
        (Figure("a", 1e9, "MB"), True, ""),
        (Figure("a", 0, "", 0), True, "≤ 0"),
    ],
)
def test_a_figure_knows_its_bar(figure: Figure, good: bool, asked: str) -> None:
    assert (figure.good, figure.asked) == (good, asked)


def test_a_percentile_is_not_the_mean() -> None:
    assert percentile([1.0] * 99 + [100.0], 50) == 1.0
    assert percentile([float(n) for n in range(101)], 99) == pytest.approx(99.0)


def test_a_missed_bar_is_loud(capsys: pytest.CaptureFixture[str]) -> None:
    report([Figure("good", 1.0, "x", 2.0), Figure("bad", 3.0, "x", 2.0)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].endswith("ok")
    assert lines[2].endswith("MISSED")


def test_results_become_the_table_of_the_readme(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    figure = {"what": "CPU", "value": 7.4, "unit": "%", "bar": 15, "more_is_better": False, "note": "", "good": True}
    results.write_text(json.dumps({"figures": [figure]}))
    assert readme.figures(results).splitlines()[-1] == "| CPU | ≤ 15 % | 7.40 % |"


def test_made_transcripts_hold_every_kind_of_line_and_count_to_the_token(tmp_path: Path) -> None:
    expected = make(tmp_path / "projects", 4)
    found = b"".join(path.read_bytes() for path in tmp_path.rglob("*.jsonl"))
    for sign in (b'"thinking"', b'"attachment"', b'"file-history-snapshot"', b'"hook_progress"', b'"base64"'):
        assert sign in found
    assert meters_at([tmp_path], by_station=False).total.tokens == expected
    assert scan_rate(tmp_path / "projects", expected)["exact"]


def test_scans_are_compared_with_a_peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer here takes no time and says what the transcripts hold."""
    expected = make(tmp_path / "claude" / "projects", 1)
    other = tmp_path / "ccusage"
    other.write_text(f'#!/bin/sh\necho \'{{"totals": {{"totalTokens": {expected.total}}}}}\'\n')
    other.chmod(0o755)
    monkeypatch.setattr(scan, "RUNS", 1)
    figures = list(scan.peer_figures(tmp_path / "claude", tmp_path / "home", str(other)))
    assert figures[-1].what.startswith("tokens by which")
    assert (figures[-1].value, figures[0].unit, figures[0].bar) == (0, "×", 0.5)


def test_without_a_peer_scans_are_told_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "RUNS", 1)
    monkeypatch.setattr(scan, "PEER", "no-such-peer")
    monkeypatch.setattr(
        scan, "_commands", lambda folder, home: dict.fromkeys(("totals", "facts", "again"), ["true"] * 5)
    )
    figures = scan.peer_figures(tmp_path, tmp_path / "home")
    assert [(figure.unit, "is here" in figure.note) for figure in figures] == [("s", True)] * 3


def test_the_probe_tells_when_a_text_came() -> None:
    with Terminal([sys.executable, "-c", TWO_STEPS], 80, 24) as terminal:
        assert terminal.first_seen(lambda text: "one" in text, quiet=0.1, timeout=60.0) > 0.0
        between = time.perf_counter() - terminal.started
        terminal.press("\r")
        while b"two" not in terminal.output:
            assert terminal.read(60.0, draw=False)
        one = terminal.first_seen(lambda text: "one" in text, quiet=0.1, timeout=60.0)
        two = terminal.first_seen(lambda text: "two" in text, quiet=0.1, timeout=60.0)
    assert one < between < two


def test_the_probe_counts_bytes_and_sees_the_end() -> None:
    with Terminal([sys.executable, "-c", "print('x' * 100)"], 80, 24) as terminal:
        assert terminal.wait(60.0) == 0
        assert terminal.received == 102
    with Terminal([sys.executable, "-c", "raise SystemExit(3)"], 80, 24) as terminal:
        assert terminal.wait(60.0) == 3
