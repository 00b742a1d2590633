"""A stream for a journal that is short, and has many checkpoints and blocks all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sessions.floor import events as ev
from sessions.journal.writer import Journal
from tests.support.journal import sample_stream

STREAM = sample_stream(700)
STEP = 64
"""Events between checkpoints in these tests, so that a short journal has many."""
BLOCK = 48
"""Events of a block in these tests, so that a short journal has many, and some rows behind them."""


def write(path: Path, *batches: Sequence[ev.Event]) -> None:
    """A journal of these batches, closed."""

    async def append() -> None:
        journal = await Journal.open(path)
        for batch in batches:
            await journal.append(batch)
        await journal.close()

    asyncio.run(append())
