"""One writer per journal, however the last one ended."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sessions.journal.lock import HeldError, hold, holder
from tests.support.house import KEEPER


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def test_the_lock_names_its_holder_and_is_free_after(lock: Path) -> None:
    assert holder(lock) is None
    with hold(lock) as dead:
        assert dead == 0
        assert holder(lock) == os.getpid()
        assert stat.S_IMODE(lock.stat().st_mode) == 0o600
        with pytest.raises(HeldError, match=str(os.getpid())) as caught, hold(lock, patience_s=0):
            pass
        assert caught.value.pid == os.getpid()
    assert holder(lock) is None
    with hold(lock) as dead:
        assert dead == 0


def test_a_holder_that_was_killed_leaves_only_its_name(lock: Path) -> None:
    command = [sys.executable, "-c", KEEPER, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"held\n"
        assert holder(lock) == keeper.pid
        keeper.send_signal(signal.SIGKILL)
    assert holder(lock) is None
    with hold(lock) as dead:
        assert dead == keeper.pid
        assert holder(lock) == os.getpid()


@pytest.mark.parametrize("left", [b"", b"garbage", b"\xff\0\x1b[2J", b"1" * 40])
def test_whatever_lies_in_the_lock_file_is_no_obstacle(lock: Path, left: bytes) -> None:
    lock.write_bytes(left)
    with hold(lock):
        assert holder(lock) == os.getpid()


def test_nobody_waits_in_vain(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    answers = iter((False, True))
    with hold(path), pytest.raises(HeldError), hold(path, 3_600.0, lambda: next(answers)):
        raise AssertionError("two hold it")
    assert next(answers, None) is None
