"""What the kernel tells is read within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions.watching import inotify
from sessions.watching.inotify import Inotify

pytestmark = pytest.mark.skipif(not inotify.available(), reason="this system has no inotify")


def test_a_reading_ends_though_there_is_always_more(tmp_path: Path) -> None:
    """Else whoever makes files faster than they are read of would hold up all others for ever."""
    watching = Inotify()
    try:
        watching.add(str(tmp_path))
        assert list(watching.read()) == []
        (tmp_path / "first").touch()
        seen = []
        for notice in watching.read():
            seen.append(notice.name)
            (tmp_path / f"{len(seen)}").touch()
            assert len(seen) < 100
        assert "first" in seen
        assert "1" in [notice.name for notice in watching.read()]
    finally:
        watching.close()
