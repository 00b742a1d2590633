"""A process that appends to a journal and says what was acknowledged; its parent kills it, or takes its disk away."""

from __future__ import annotations

import asyncio
import resource
import signal
import sys
from pathlib import Path

from sessions.errors import FactoryError
from sessions.journal import blocks, group
from sessions.journal.writer import Journal
from tests.support.journal import sample_stream


async def append_for_ever(path: Path) -> None:
    """Append the sample stream in uneven batches, several at once, and print every acknowledged sequence number."""
    group.CHECKPOINT_EVERY, blocks.BLOCK_EVENTS = 128, 96
    stream = sample_stream(4_000)
    journal = await Journal.open(path)
    seq = journal.state.seq
    while True:
        sizes = [seq % 7 + 1, 1, seq % 40]
        batches = []
        for size in sizes:
            batch = [stream[(seq + n) % len(stream)] for n in range(size)]
            seq += size
            batches.append(journal.append(batch, {"end": str(seq).encode()}))
        for acknowledged in await asyncio.gather(*batches):
            print(acknowledged, flush=True)


async def fill_the_disk(path: Path) -> None:
    """Append until files may not grow, then again after they may; print what happened."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    stream = sample_stream(5_000)
    journal = await Journal.open(path)
    await journal.append(stream[:1_000], {"end": b"1000"})
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(file.stat().st_size for file in path.parent.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 8_192, hard))
    before = journal.state
    refused = 0
    while not refused:
        try:
            seq = journal.state.seq
            await journal.append(stream[seq : seq + 50], {"end": str(seq + 50).encode()})
            before = journal.state
        except FactoryError as error:
            print(error, flush=True)
            refused += 1
    for _ in range(3):
        try:
            await journal.append(stream[:200])
        except FactoryError:
            refused += 1
    same = journal.state is before and await journal.marks() == {"end": str(before.seq).encode()}
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    print(refused, same, before.seq, await journal.append(stream[before.seq : before.seq + 100]), flush=True)
    await journal.close()


if __name__ == "__main__":
    asyncio.run({"append": append_for_ever, "fill": fill_the_disk}[sys.argv[1]](Path(sys.argv[2])))
