"""Places in a repository of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sessions.stations.places.world import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return World(tmp_path)
