"""What was acknowledged survives: kills at random points, a full disk, a torn log."""

from __future__ import annotations

import asyncio
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY
from sessions.journal.reader import JournalReader
from sessions.journal.writer import Journal
from tests import ROOT
from tests.support.chance import of_hundred
from tests.support.journal import sample_stream

KILLS = 6


def _child(task: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.journal_child", task, str(path)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _check_whole(path: Path, acknowledged: int) -> int:
    """The journal opens, holds a prefix of what was sent with all that was acknowledged, and folds to its state."""
    stream = sample_stream(4_000)

    async def reopened() -> tuple[int, bytes | None]:
        journal = await Journal.open(path)
        seq, marks, state = journal.state.seq, await journal.marks(), journal.state
        assert state == fold_all(EMPTY, (stream[n % len(stream)] for n in range(seq)))
        await journal.close()
        return seq, marks.get("end")

    seq, end = asyncio.run(reopened())
    assert seq >= acknowledged
    assert end is None or int(end) == seq, "events and marks are of different appends"
    reader = JournalReader(path)
    assert list(reader.events(0, seq + 1)) == [stream[n % len(stream)] for n in range(seq)]
    reader.close()
    return seq


def test_kills_at_random_points_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    chance = random.Random(8)
    acknowledged = 0
    for _ in range(KILLS):
        with _child("append", path) as child:
            assert child.stdout is not None
            for _ in range(chance.randrange(1, 200)):
                acknowledged = int(child.stdout.readline())
            child.kill()
            # What it still could say before it died was acknowledged as well.
            for line in child.stdout.read().splitlines(keepends=True):
                if line.endswith("\n"):
                    acknowledged = int(line)
        acknowledged = _check_whole(path, acknowledged)
    assert acknowledged > KILLS


def test_kills_while_the_journal_is_made(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    for _ in range(2):
        with _child("append", path) as child:
            while not any(tmp_path.iterdir()) and child.poll() is None:
                pass
            child.kill()
        _check_whole(path, 0)
        for file in tmp_path.iterdir():
            file.unlink()


def test_a_full_disk_refuses_whole_appends_and_the_journal_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with _child("fill", path) as child:
        output, _ = child.communicate(timeout=60)
    message, figures = output.splitlines()
    assert str(path) in message
    assert "full" in message and "goes on" in message
    refused, same, before, after = figures.split()
    assert (int(refused), same) == (4, "True")
    assert int(after) == int(before) + 100
    reader = JournalReader(path)
    assert list(reader.events(0, 10_000)) == list(sample_stream(5_000)[: int(after)])
    reader.close()


@pytest.fixture(scope="module")
def torn_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal as a killed writer leaves it: forty appends of ten events, all still in the log."""
    path = tmp_path_factory.mktemp("live") / "journal.db"
    copy = tmp_path_factory.mktemp("killed") / "journal.db"

    async def write() -> None:
        journal = await Journal.open(path)
        for start in range(0, 400, 10):
            await journal.append(sample_stream(400)[start : start + 10])
        for suffix in ("", "-wal"):
            shutil.copy(path.with_name(path.name + suffix), copy.with_name(copy.name + suffix))
        await journal.close()

    asyncio.run(write())
    return copy


@settings(deadline=None, max_examples=of_hundred(30))
@given(st.data())
def test_a_torn_log_leaves_a_journal_that_opens_with_a_prefix(torn_source: Path, data: st.DataObject) -> None:
    stream = sample_stream(4_000)
    log = torn_source.with_name("journal.db-wal").read_bytes()
    keep = data.draw(st.integers(0, len(log)))
    noise = data.draw(st.binary(max_size=40))
    folder = torn_source.parent / "torn"
    folder.mkdir()
    try:
        shutil.copy(torn_source, folder / "journal.db")
        (folder / "journal.db-wal").write_bytes(log[:keep] + noise)

        async def check() -> None:
            journal = await Journal.open(folder / "journal.db")
            seq = journal.state.seq
            assert seq % 10 == 0, "half an append was kept"
            assert journal.state == fold_all(EMPTY, stream[:seq])
            assert await journal.append(stream[seq : seq + 5]) == seq + 5
            await journal.close()

        asyncio.run(check())
    finally:
        shutil.rmtree(folder)
