"""Directories under the real inotify: what comes, goes, moves and is refused, and what is looked at instead."""

from __future__ import annotations

import os
import select
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sessions.watching import blind, filesystems, inotify
from sessions.watching.blind import Blind
from sessions.watching.tree import Heard, Tree, paths_below

pytestmark = pytest.mark.skipif(not inotify.available(), reason="there is no inotify here")

PATIENCE_S = 30.0


@contextmanager
def watched(*deep: Path, flat: tuple[Path, ...] = ()) -> Iterator[Tree]:
    tree = Tree([str(path) for path in deep], [str(path) for path in flat])
    tree.begin()
    try:
        yield tree
    finally:
        tree.close()


def until(tree: Tree, wanted: Callable[[Heard], bool]) -> Heard:
    """What is heard up to what is wanted."""
    heard = Heard()
    while not wanted(heard):
        assert tree.descriptor is not None
        assert select.select([tree.descriptor], [], [], PATIENCE_S)[0], f"only heard of {heard}"
        more = tree.take()
        heard.add(more)
    return heard


def hears(tree: Tree, path: Path) -> None:
    with path.open("a") as file:
        file.write("more\n")
    until(tree, lambda heard: str(path) in heard.changed)


def test_everything_below_is_heard_of(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    with watched(tmp_path) as tree:
        hears(tree, tmp_path / "a" / "b" / "one")
        hears(tree, tmp_path / "two")


def test_what_lies_in_a_new_directory_before_it_is_watched_is_heard_of(tmp_path: Path) -> None:
    with watched(tmp_path) as tree:
        (tmp_path / "x" / "y" / "z").mkdir(parents=True)
        deep = tmp_path / "x" / "y" / "z" / "one"
        deep.write_text("early")
        until(tree, lambda heard: str(deep) in heard.changed)
        hears(tree, deep)


def test_a_directory_that_moves_is_heard_of_under_its_new_name(tmp_path: Path) -> None:
    (tmp_path / "old" / "in").mkdir(parents=True)
    (tmp_path / "old" / "in" / "one").write_text("")
    with watched(tmp_path) as tree:
        (tmp_path / "old").rename(tmp_path / "new")
        until(tree, lambda heard: str(tmp_path / "new" / "in" / "one") in heard.changed)
        hears(tree, tmp_path / "new" / "in" / "one")
        (tmp_path / "new").rename(tmp_path / "old")
        until(tree, lambda heard: str(tmp_path / "old" / "in" / "one") in heard.changed)
        hears(tree, tmp_path / "old" / "in" / "one")


def test_a_directory_that_leaves_is_forgotten(tmp_path: Path) -> None:
    place, away = tmp_path / "place", tmp_path / "away"
    (place / "in" / "deep").mkdir(parents=True)
    with watched(place) as tree:
        (place / "in").rename(away)
        until(tree, lambda heard: str(place / "in") in heard.changed)
        (away / "deep" / "one").write_text("")
        (place / "end").write_text("")
        heard = until(tree, lambda heard: str(place / "end") in heard.changed)
        assert not any("one" in path for path in heard.changed)
        shutil.copytree(away, place / "in")
        hears(tree, place / "in" / "deep" / "one")


def test_links_are_followed_and_circles_end(tmp_path: Path) -> None:
    place, other = tmp_path / "place", tmp_path / "other"
    (place / "in").mkdir(parents=True)
    other.mkdir()
    (place / "in" / "round").symlink_to(place)
    (place / "out").symlink_to(other)
    with watched(place) as tree:
        hears(tree, place / "out" / "one")
        third = tmp_path / "third"
        third.mkdir()
        (place / "late").symlink_to(third)
        until(tree, lambda heard: str(place / "late") in heard.changed)
        hears(tree, place / "late" / "two")


@pytest.mark.parametrize("end", [shutil.rmtree, lambda path: path.rename(path.with_name("gone"))])
def test_a_root_that_goes_makes_everything_uncertain(tmp_path: Path, end: Callable[[Path], object]) -> None:
    (tmp_path / "root").mkdir()
    with watched(tmp_path / "root") as tree:
        end(tmp_path / "root")
        until(tree, lambda heard: heard.lost)


def test_a_flat_directory_tells_nothing_of_what_is_below(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with watched(flat=(tmp_path,)) as tree:
        (tmp_path / "in" / "one").write_text("")
        (tmp_path / "two").write_text("")
        heard = until(tree, lambda heard: str(tmp_path / "two") in heard.changed)
        assert str(tmp_path / "in" / "one") not in heard.changed


def test_more_than_the_kernel_keeps_makes_everything_uncertain(tmp_path: Path) -> None:
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if most > 50_000:
        pytest.skip("the kernel keeps very many events here")
    with watched(tmp_path) as tree:
        names = [os.fsencode(tmp_path / name) for name in ("a", "b")]
        for _ in range(most // 4 + 10):
            for name in names:  # create and delete, so that no two alike are made one
                os.close(os.open(name, os.O_CREAT))
                os.unlink(name)  # noqa: PTH108
        until(tree, lambda heard: heard.lost)


def test_what_the_kernel_refuses_is_known_and_found_by_looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's own refusal, here as a seam: the program below has the real one."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "one").write_text("")

    def refuse(_: object, __: str) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as refusing:
        refusing.setattr(inotify.Inotify, "add", refuse)
        tree = Tree([str(tmp_path)], [])
        tree.begin()
        assert set(tree.blind(10).folders) == {str(tmp_path), str(tmp_path / "in")}
        assert tree.look_again().changed == set()
        (tmp_path / "in" / "one").write_text("more")
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "two").write_text("")
        found = tree.look_again().changed
        assert {str(tmp_path / "in" / "one"), str(tmp_path / "new"), str(tmp_path / "new" / "two")} <= found
        (tmp_path / "in" / "one").unlink()
        assert str(tmp_path / "in" / "one") in tree.look_again().changed
        assert len(tree.blind(10).folders) == 3
    tree.look_again()
    try:
        assert tree.blind(10) == Blind(every=10)
        assert not tree.rereads
        hears(tree, tmp_path / "new" / "two")
    finally:
        tree.close()


def test_a_file_system_that_other_machines_write_is_looked_at_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = tmp_path.stat().st_dev
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"36 35 {os.major(device)}:{os.minor(device)} / /mnt rw - nfs4 server:/ rw\n40 35 0:99 / /x rw - ext4 y rw\n"
    )
    monkeypatch.setattr(filesystems, "MOUNTS", mounts)
    place = tmp_path / "place"
    place.mkdir()
    with watched(place) as tree:
        assert "nfs4 does not tell what other machines write: read again every 7 s" in tree.blind(7).told()
        assert tree.rereads
        (place / "one").write_text("")
        assert tree.look_again().changed == {str(place / "one")}


def test_layers_are_looked_at_and_are_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystems, "kinds", lambda: {tmp_path.stat().st_dev: "overlay"})
    with watched(tmp_path) as tree:
        assert tree.rereads
        assert tree.blind(7).told() == ""


def test_a_number_of_folders_is_told_with_the_cure() -> None:
    told = Blind(tuple(map(str, range(83))), 28, (), 10.0).told()
    assert told.startswith("83 folders not watched: sudo sysctl fs.inotify.max_user_watches=")
    assert told.endswith("so they are read again every 10 s")
    assert "max_user_instances" in Blind(("x",), blind.INSTANCES, (), 10.0).told()


def test_only_what_concerns_a_place_is_passed_on() -> None:
    assert paths_below(["/a/b", "/a", "/a/b/c", "/ab"], ["/a/b"]) == {"/a/b", "/a", "/a/b/c"}
