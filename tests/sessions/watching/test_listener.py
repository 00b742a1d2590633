"""A thread that hands on what happens to files: what appeared, what changed, and nothing while nothing happens."""

from __future__ import annotations

import queue
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sessions.errors import FactoryError
from sessions.watching import inotify
from sessions.watching.listener import ADDED, OTHER, Change, Listener, Poller

PATIENCE_S = 30.0
Heard = queue.Queue[set[Change] | FactoryError]
KINDS = [pytest.param(Listener, marks=pytest.mark.skipif(not inotify.available(), reason="no inotify here")), Poller]


@contextmanager
def listening(kind: Any, flat: list[Path], deep: list[Path]) -> Iterator[Heard]:
    heard: Heard = queue.Queue()
    listener = kind([str(path) for path in flat], [str(path) for path in deep], heard.put)
    try:
        yield heard
    finally:
        listener.close()


def until(heard: Heard, *wanted: Change) -> set[Change]:
    """What is heard up to all that is wanted."""
    changes: set[Change] = set()
    while not changes.issuperset(wanted):
        batch = heard.get(timeout=PATIENCE_S)
        assert isinstance(batch, set), batch
        changes |= batch
    return changes


@pytest.mark.parametrize("kind", KINDS)
def test_it_tells_what_appeared_from_what_changed(kind: Any, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("")
    with listening(kind, [tmp_path], []) as heard:
        (tmp_path / "old").write_text("more")
        (tmp_path / "new").write_text("")
        changes = until(heard, (ADDED, str(tmp_path / "new")), (OTHER, str(tmp_path / "old")))
        assert (ADDED, str(tmp_path / "old")) not in changes


@pytest.mark.parametrize("kind", KINDS)
def test_flat_and_deep_folders_are_heard_side_by_side(kind: Any, tmp_path: Path) -> None:
    for name in ("flat/in", "deep/in"):
        (tmp_path / name).mkdir(parents=True)
    with listening(kind, [tmp_path / "flat"], [tmp_path / "deep"]) as heard:
        (tmp_path / "flat" / "in" / "unheard").write_text("")
        (tmp_path / "deep" / "late").mkdir()
        until(heard, (ADDED, str(tmp_path / "deep" / "late")))
        (tmp_path / "deep" / "late" / "one").write_text("")
        (tmp_path / "flat" / "two").write_text("")
        changes = until(
            heard, (ADDED, str(tmp_path / "deep" / "late" / "one")), (ADDED, str(tmp_path / "flat" / "two"))
        )
        assert not any("unheard" in path for _, path in changes)


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_that_goes_is_told_and_the_others_are_still_heard(kind: Any, tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    with listening(kind, [tmp_path / "c"], [tmp_path / "a"]) as heard:
        shutil.rmtree(tmp_path / "a" / "b")
        told: set[str] = set()
        while str(tmp_path / "a" / "b") not in told:
            changes = heard.get(timeout=PATIENCE_S)
            assert isinstance(changes, set)
            told |= {path for _, path in changes}
        (tmp_path / "c" / "one").write_text("")
        until(heard, (ADDED, str(tmp_path / "c" / "one")))


@pytest.mark.skipif(not inotify.available(), reason="no inotify here")
def test_what_the_kernel_refuses_is_an_error_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object, __: str) -> int:
        raise OSError(28, "no space")

    monkeypatch.setattr(inotify.Inotify, "add", refuse)
    with pytest.raises(OSError, match="does not watch everything") as raised:
        Listener([str(tmp_path)], [], print)
    assert raised.value.errno == 28


@pytest.mark.skipif(not inotify.available(), reason="no inotify here")
def test_what_the_kernel_refuses_later_ends_it_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(Listener, [], [tmp_path]) as heard:
        monkeypatch.setattr(inotify.Inotify, "add", lambda *_: (_ for _ in ()).throw(OSError(28, "no space")))
        (tmp_path / "new").mkdir()
        told = heard.get(timeout=PATIENCE_S)
        assert isinstance(told, FactoryError)
        assert (
            str(told) == "files are no longer watched: the kernel does not watch everything: start the supervisor again"
        )


@pytest.mark.skipif(not inotify.available(), reason="no inotify here")
def test_more_than_the_kernel_can_keep_is_no_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flood = inotify.Notice(-1, inotify.OVERFLOW, "")
    with listening(Listener, [tmp_path], []) as heard:
        read = inotify.Inotify.read
        monkeypatch.setattr(inotify.Inotify, "read", lambda self: [*read(self), flood])
        (tmp_path / "one").write_text("")
        assert isinstance(heard.get(timeout=PATIENCE_S), FactoryError)


@pytest.mark.skipif(not inotify.available(), reason="no inotify here")
def test_it_lets_go_of_all_it_held(tmp_path: Path) -> None:
    listener = Listener([str(tmp_path)], [], print)
    listener.close()
    listener.close()
    listener.thread.join(PATIENCE_S)
    assert not listener.thread.is_alive()
    assert listener._tree.descriptor is None
