"""The supervisor prunes its journal when it is told to, and once: however often that is taken up again."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.events import PruneWanted
from sessions.journal import blocks
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal
from sessions.supervisor.recorder import Recorder
from sessions.supervisor.services.journal import JournalCare
from tests.support.journal import START, sample_stream

LATER = START + 30 * 86_400.0


@pytest.fixture(autouse=True)
def _many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_EVENTS", 48)


def test_what_is_pruned_is_not_pruned_again_nor_more_than_was_planned(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"

    async def check() -> None:
        journal = await Journal.open(path)
        await journal.append(sample_stream(700))
        await journal.settle()
        care = JournalCare(path, Recorder(journal))
        wanted = PruneWanted(time=LATER, command="c", before=LATER, last=96, kept=True)
        await care.handle(wanted)
        assert _pruned(path) == 96, "not up to the last event that could go"
        await care.handle(wanted)
        assert _pruned(path) == 96
        with pytest.raises(FactoryError, match="cannot be pruned any more"):
            await care.handle(PruneWanted(time=LATER, command="d", before=START, last=200, kept=True))
        await journal.close()

    asyncio.run(check())


def _pruned(path: Path) -> int:
    with closing(JournalReader(path)) as reader:
        return reader.pruned
