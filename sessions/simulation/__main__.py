"""`python -m sessions.simulation FILE`: make the bundled demo recording again, byte for byte."""

from __future__ import annotations

import sys
from itertools import takewhile
from pathlib import Path

from sessions.floor.events import Event
from sessions.journal.past.past import EventList
from sessions.journal.recording.record import write
from sessions.simulation import START, simulate
from sessions.simulation.triaged import triaged

SEED = 141
"""At the event where it opens (`DEMO_OPENING` of the command line) a station is in every state."""
HOURS = 1.95


def demo_events() -> list[Event]:
    """The events of the recording."""
    end = START + HOURS * 3_600.0
    return list(takewhile(lambda event: event.time <= end, triaged(simulate(SEED), SEED)))


def main(target: Path) -> int:
    """Write the recording; returns the exit code."""
    past = EventList(demo_events(), "demo")
    info = write(past, target, 1, past.span.last_seq, redact=False)
    print(f"{target}: {info.events:,} events, {target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m sessions.simulation FILE")
    sys.exit(main(Path(sys.argv[1])))
