"""What is brought is there wholly, or its tests are skipped."""

from __future__ import annotations

import os
import select
from contextlib import suppress
from pathlib import Path

import pytest

from tests.agents import install


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that is run for npm."""
    monkeypatch.setattr(install, "AGENTS", tmp_path / "agents")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    program = tmp_path / "bin/npm"
    program.parent.mkdir()
    program.touch(mode=0o700)
    return program


HALF = "#!/bin/sh\nmkdir -p node_modules/.bin && touch node_modules/.bin/gemini\n"


def test_what_does_not_come_in_time_leaves_nothing_behind(npm: Path, tmp_path: Path) -> None:
    child = tmp_path / "child"
    os.mkfifo(child)
    reads = os.open(child, os.O_RDONLY | os.O_NONBLOCK)
    npm.write_text(f"{HALF}exec 9>{child}; sleep 600 & echo $! >&9; wait\n")
    said = b""
    for patience in (0.5, 8, 64):  # the longer ones where it has not even begun by then
        assert install.bring("gemini", patience).startswith("not within")
        assert not install.found("gemini") and not list((tmp_path / "agents").iterdir())
        if said := os.read(reads, 100):
            break
    pid = int(said)
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        assert select.select([handle], [], [], 20.0)[0]
        os.close(handle)
    os.close(reads)


def test_what_npm_refuses_is_said_and_leaves_nothing(
    npm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm.write_text(f"{HALF}echo 'no such version' >&2; exit 1\n")
    assert install.bring("gemini", 20.0) == "no such version"
    npm.write_text("#!/bin/sh\nexit 0\n")
    assert install.bring("gemini", 20.0) == "there is no gemini in it"
    assert not list((tmp_path / "agents").iterdir())
    npm.write_text(HALF)
    assert install.bring("gemini", 20.0) == ""
    assert install.found("gemini") == install.bin_of("gemini") / "gemini"
    monkeypatch.setenv("PATH", "/nowhere")
    assert install.bring("gemini", 20.0) == ""  # it is there
    assert install.bring("opencode", 20.0) == "there is no npm"
