"""How fast transcripts are scanned, for the first time and again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.transcripts import scan_rate


def figures(quick: bool) -> Iterator[Figure]:
    """The figures about scanning; `quick` scans a tenth."""
    with tempfile.TemporaryDirectory(prefix="factory-tui-bench-") as name:
        found = scan_rate(Path(name), 30 if quick else 300)
    what = f"scan of {found['megabytes']} MB of Claude transcripts"
    yield Figure(f"{what}, cold, one core", float(found["cold_mb_per_s"]), "MB/s", 250, more_is_better=True)
    yield Figure(f"{what}, again", float(found["again_s"]), "s", 0.3)
    yield Figure("calls of the scan that are not counted to the token", float(not found["exact"]), "", 0)
