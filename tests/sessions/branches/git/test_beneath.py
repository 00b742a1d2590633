"""What somebody hostile has written is read within bounds, and it is said where that was not all."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessions.branches.git import beneath

ONE, TWO = "1" * 40, "2" * 40


@pytest.fixture
def git_dir(tmp_path: Path) -> Path:
    for name, commit in (("heads/main", ONE), ("heads/x/y", TWO), ("remotes/origin/main", TWO), ("heads/no", "x")):
        path = tmp_path / "refs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{commit}\n")
    (tmp_path / "packed-refs").write_text(f"# pack-refs\n{ONE} refs/heads/old\n{ONE} refs/heads/main\n")
    return tmp_path


def test_refs_are_read_where_they_lie(git_dir: Path) -> None:
    heads = {"refs/heads/old": ONE, "refs/heads/main": ONE, "refs/heads/x/y": TWO}
    assert beneath.refs(git_dir) == ({**heads, "refs/remotes/origin/main": TWO}, True)
    assert beneath.refs(git_dir, "refs/remotes") == ({"refs/remotes/origin/main": TWO}, True)
    assert beneath.refs(git_dir, "refs/none") == ({}, True)


@pytest.mark.parametrize("lie", ["files", "lines", "bytes", "levels"])
def test_no_more_is_looked_at_than_a_bound(git_dir: Path, monkeypatch: pytest.MonkeyPatch, lie: str) -> None:
    """Also of files that are no refs, which cost as much."""
    monkeypatch.setattr(beneath, "_MOST_REFS", 50)
    looked: list[str] = []
    read = beneath.read

    def seen(root: Path, relative: str, most: int = beneath.MOST_BYTES) -> bytes | None:
        looked.append(relative)
        return read(root, relative, most)

    monkeypatch.setattr(beneath, "read", seen)
    if lie == "files":
        for number in range(500):
            (git_dir / f"refs/heads/x/{number}").write_text("nothing")
    elif lie == "levels":
        (git_dir / "refs" / "/".join("x" * 60)).mkdir(parents=True)
    else:
        text = f"{TWO} refs/tags/x\n" * 60 if lie == "lines" else "#" * beneath.MOST_BYTES
        (git_dir / "packed-refs").write_text(text)
    found, is_all = beneath.refs(git_dir)
    assert not is_all
    assert len(looked) <= 50 + 2
    assert len(found) <= 60
    assert beneath.ref_of(git_dir, "refs/heads/main") == ONE
