"""The suite ends, whatever a test does: fail with a journal open, wait for ever, wait for a thread that never ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import ROOT

FAILING = """
import asyncio
import pytest
from pathlib import Path
from sessions.journal.writer import Journal

def test_leaves_its_journal_open(tmp_path: Path) -> None:
    async def check() -> None:
        journal = await Journal.open(tmp_path / "journal.db")
        assert journal.state.seq == 1

    asyncio.run(check())

@pytest.mark.timeout(1, func_only=True)
def test_waits() -> None:
    asyncio.run(asyncio.Event().wait())

def test_is_run_all_the_same() -> None:
    pass
"""
STUCK = """
import asyncio, pytest, threading

@pytest.mark.timeout(1, func_only=True)
def test_waits_for_its_thread() -> None:
    asyncio.run(asyncio.to_thread(threading.Event().wait))
"""


def run(directory: Path, tests: str, grace: str = "60") -> subprocess.CompletedProcess[str]:
    """Run the tests in a process of their own that stands on what every test stands on."""
    settings, path = directory / "pytest.ini", directory / "test_it.py"
    settings.write_text("[pytest]\nfilterwarnings = error\n")
    path.write_text(tests)
    plugins = ("-p", "tests.conftest", "-p", "pytest_timeout")
    words = [sys.executable, "-m", "pytest", *plugins, "-c", str(settings), str(path)]
    env = {
        "PYTEST_TIMEOUT": "60",
        "PYTEST_GRACE": grace,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PATH": os.environ["PATH"],
    }
    return subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_a_failing_test_holds_nobody_up(tmp_path: Path) -> None:
    done = run(tmp_path, FAILING)
    assert "2 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "Timeout" in done.stdout


def test_a_process_that_cannot_go_on_is_ended_and_says_where_it_stood(tmp_path: Path) -> None:
    done = run(tmp_path, STUCK, grace="2")
    assert done.returncode == 1
    assert "test_waits_for_its_thread" in done.stderr
