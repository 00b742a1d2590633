"""`python -m tests.bench [--quick] [--only WORD]`: measure, print a table, write bench-results.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from tests import ROOT
from tests.bench import conflicts, journal, scan, screens
from tests.bench.figure import Figure, report
from tests.bench.stations import boundary, cases, places, rank, signals, streaming, tasks, terminals
from tests.bench.stations import running as stations

RESULTS = ROOT / "bench-results.json"


def main() -> int:
    """Measure what was asked for; the exit code is 1 when a bar was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure shorter and smaller")
    parser.add_argument("--only", default="", choices=("", *ROOMS), help="measure one room")
    parser.add_argument(
        "--repo", type=Path, nargs="+", default=(), metavar="DIR", help="measure conflicts on these, too"
    )
    parser.add_argument("--ccusage", default="", metavar="FILE", help="the ccusage to compare scans with")
    asked = parser.parse_args()
    measured: list[Figure] = []

    def kept() -> Iterator[Figure]:
        for name, room in (ROOMS | {"scan": partial(scan.figures, peer=asked.ccusage)}).items():
            if asked.only in ("", name):
                for figure in room(asked.quick):
                    measured.append(figure)
                    yield figure
        for figure in conflicts.real_figures(asked.repo, (), asked.quick):
            measured.append(figure)
            yield figure

    report(kept())
    if not asked.repo and asked.only in ("", "conflicts"):
        print("skipped: conflicts on real repositories, without --repo (tests.bench.in_flight makes some)")
    if not asked.only:
        results = {
            "version": 1,
            "time": time.time(),
            "quick": asked.quick,
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "figures": [msgspec.to_builtins(figure) | {"good": figure.good} for figure in measured],
        }
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(not all(figure.good for figure in measured))


ROOMS = {
    "stations": stations.figures,
    "tasks": tasks.figures,
    "streaming": streaming.figures,
    "screens": screens.figures,
    "scan": scan.figures,
    "journal": journal.figures,
    "rank": rank.figures,
    "cases": cases.figures,
    "conflicts": conflicts.figures,
    "boundary": boundary.figures,
    "places": places.figures,
    "signals": signals.figures,
    "terminals": terminals.figures,
}

if __name__ == "__main__":
    raise SystemExit(main())
