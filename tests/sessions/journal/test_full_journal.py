"""A journal on a disk that is really full, with what a dead writer left beside it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal
from tests.support.journal import sample_stream

STREAM = sample_stream(50)
WRITER = """
import asyncio, os, signal, sys
from pathlib import Path
from sessions.journal.writer import Journal
from tests.support.journal import sample_stream

async def write():
    journal = await Journal.open(Path(sys.argv[1]))
    await journal.append(sample_stream(50))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(write())
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(tmp_path)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=False)


def _fill(disk: Path) -> None:
    with suppress(OSError), (disk / "filling").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 12))


def test_what_a_dead_writer_left_in_its_log_is_read_from_a_full_disk(disk: Path) -> None:
    path = disk / "journal.db"
    subprocess.run([sys.executable, "-c", WRITER, str(path)], check=False)
    assert path.with_name("journal.db-wal").stat().st_size
    path.with_name("journal.db-shm").unlink()
    _fill(disk)
    with closing(JournalReader(path)) as reader:
        assert list(reader.events(0, 100)) == list(STREAM)


def test_a_journal_without_a_log_is_read_from_a_full_disk(disk: Path) -> None:
    path = disk / "journal.db"

    async def write() -> None:
        journal = await Journal.open(path)
        await journal.append(STREAM)
        await journal.close()

    asyncio.run(write())
    path.with_name("journal.db-wal").touch()
    _fill(disk)
    with closing(JournalReader(path)) as reader:
        assert reader.latest().seq == 50
