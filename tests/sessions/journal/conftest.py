"""A journal with many checkpoints and blocks, though it is short."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.journal import blocks, group
from sessions.journal.past import seek
from sessions.journal.reader import JournalReader
from tests.sessions.journal.short import BLOCK, STEP, STREAM, write


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints and blocks come as often as in a long journal."""
    monkeypatch.setattr(group, "CHECKPOINT_EVERY", STEP)
    monkeypatch.setattr(group, "CHECKPOINT_SHARE", 1 << 20)
    monkeypatch.setattr(seek, "STEP", STEP)
    monkeypatch.setattr(blocks, "BLOCK_EVENTS", BLOCK)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def full(path: Path, short: None) -> Path:
    """A journal of the whole stream, closed."""
    write(path, STREAM)
    return path


@pytest.fixture
def reader(full: Path) -> Iterator[JournalReader]:
    reader = JournalReader(full)
    yield reader
    reader.close()
