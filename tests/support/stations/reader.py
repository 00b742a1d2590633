"""A supervisor as far as signals are concerned, with a real journal; its parent kills it.

`python -m tests.support.stations.reader DIRECTORY` prints a line when it listens, and the number of each batch's facts.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from sessions.journal.writer import Journal
from sessions.stations.signals import plain
from sessions.stations.signals.outbox import Outbox
from sessions.supervisor.recorder import Recorder


async def main(root: Path) -> None:
    journal = await Journal.open(root / "journal.db")
    recorder = Recorder(journal)
    outbox = Outbox(root / "out", await recorder.marks())
    outbox.follow_all()
    print("listens", flush=True)
    async for batch in outbox.batches():
        events = [event for signal in batch.signals for event in plain.heard(signal, "")]
        await recorder.record([*events, *batch.skipped], batch.marks)
        await outbox.settle(batch)
        print(len(events), flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
