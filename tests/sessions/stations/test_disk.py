"""What is counted of a disk, and when."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from sessions.branches.git.clearing import clear
from sessions.stations.running.disk import ENDLESS, Room, fell, left, taken, too_much
from tests.support.boundary.site import NOBODY

STEP = Room(1_000, 100)


@pytest.mark.parametrize(
    ("before", "now", "counts"),
    [
        (Room(100_000, 9_000), Room(99_001, 8_901), False),
        (Room(100_000, 9_000), Room(99_000, 9_000), True),
        (Room(100_000, 9_000), Room(100_000, 8_900), True),
        (Room(800, 9_000), Room(700, 9_000), True),
        (Room(7, 9_000), Room(0, 9_000), False),
        (Room(100_000, ENDLESS), Room(100_000, ENDLESS), False),
        (Room(50, 50), Room(9_000, 9_000), False),
    ],
)
def test_files_are_counted_when_a_disk_gets_fuller(before: Room, now: Room, counts: bool) -> None:
    assert fell(before, now, STEP) == counts


def test_what_lies_there_is_counted_and_no_link_followed(tmp_path: Path) -> None:
    (tmp_path / "own/deep").mkdir(parents=True)
    (tmp_path / "other").write_bytes(b"x" * 1_000_000)
    (tmp_path / "own/link").symlink_to("..")
    (tmp_path / "own/deep/file").write_bytes(b"x" * 100_000)
    with (tmp_path / "own/sparse").open("wb") as file:
        file.truncate(10**12)
    found = taken(tmp_path / "own")
    assert found.files == 4
    assert 100_000 <= found.size < 200_000
    assert taken(tmp_path / "nowhere") == Room(0, 0)


def test_counting_ends_where_it_is_too_much(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}/file").touch()
    assert 50 < taken(tmp_path, Room(1 << 40, 50)).files < 60


def test_none_may_take_more_than_it_leaves(tmp_path: Path) -> None:
    most = Room(1_000, 10)
    assert not too_much(Room(900, 9), Room(5_000, ENDLESS), most)
    assert too_much(Room(1_001, 9), Room(5_000, ENDLESS), most)
    assert too_much(Room(900, 9), Room(800, 100), most)
    assert too_much(Room(900, 9), Room(5_000, 8), most)
    assert left(tmp_path).size > 0


def test_what_cannot_be_counted_is_not_passed_over(tmp_path: Path) -> None:
    """A station closes a directory, or makes one deeper than a path can be long, and fills the disk in there."""
    at = os.open(tmp_path, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=at)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    with pytest.raises(OSError, match="too long"):
        taken(tmp_path)
    clear(tmp_path)
    assert not tmp_path.exists()


def test_what_is_closed_is_not_passed_over() -> None:
    root, user = Path(tempfile.mkdtemp(prefix="ft-disk-")), os.geteuid()
    try:
        if user == 0:
            os.chown(root, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        assert taken(root) == Room(0, 0)
        (root / "shut").mkdir(mode=0)
        with pytest.raises(PermissionError):
            taken(root)
    finally:
        os.seteuid(user)
        clear(root)
