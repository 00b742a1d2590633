"""What could not be used of a source is told once for each reason."""

from __future__ import annotations

from sessions.floor.events import SourceSkipped
from sessions.observe.lines import Skips


def test_what_is_skipped_is_counted_and_its_first_example_told() -> None:
    skips = Skips()
    for reason, detail in (("not JSON", ""), ("unknown type", "hol\x1b[31miday"), ("unknown type", "other")):
        skips.add(reason, detail)
    assert skips.events(7.0, "codex:1") == [
        SourceSkipped(time=7.0, source="codex:1", reason="not JSON", count=1),
        SourceSkipped(time=7.0, source="codex:1", reason="unknown type", count=2, detail="holiday"),
    ]
