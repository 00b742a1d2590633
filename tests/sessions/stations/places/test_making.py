"""Places as they are made: whole or not at all, with nothing in them that runs."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.branches.git.names import ref_bytes
from sessions.errors import FactoryError
from sessions.floor.events import WorkArrived
from sessions.floor.scope import Mode
from sessions.paths import places_dir, repo_state_dir
from sessions.stations.places import origin, pins, settings
from sessions.stations.places.absorb import Absorber
from sessions.stations.places.layout import all_places, begin_root, no_place, place_of, ready
from sessions.stations.places.making import Wanted, _ref, make
from sessions.stations.places.removing import remove
from sessions.stations.running.locks import unlock
from tests.sessions.stations.places.world import FILES, World
from tests.support.branches.git import TestRepository, environment


def test_a_clone_has_the_files_the_branch_and_a_home_and_borrows_the_history(world: World) -> None:
    place = world.place()
    assert {str(path.relative_to(place.work)) for path in place.work.rglob("*") if ".git" not in path.parts} >= set(
        FILES
    )
    assert world.repo.git("status", "--porcelain", "--branch", cwd=place.work) == "## agent/s1"
    assert world.repo.git("log", "--format=%s", cwd=place.work) == "first"
    assert world.repo.git("count-objects", cwd=place.work).startswith("0 objects")
    assert world.head("refs/heads/agent/s1") == world.head("refs/heads/main")
    assert place_of(world.state_dir, "s1") == place == next(all_places(world.state_dir))
    for folder in (place.root, place.work, place.home, place.tmp, place.ours, places_dir(world.state_dir)):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_git_does_in_it_what_it_does_elsewhere(world: World) -> None:
    place = world.place()
    git = world.repo.git
    world.repo.commit({"src/c.py": "c\n"}, "second", cwd=place.work)
    world.repo.write({"src/a.py": "a = 2\n"}, cwd=place.work)
    git("stash", cwd=place.work)
    git("switch", "--quiet", "-c", "other", cwd=place.work)
    git("stash", "pop", cwd=place.work)
    world.repo.commit({}, "third", cwd=place.work)
    world.repo.commit({"README.md": "# Read me well\n"}, "of the operator")
    origin.refresh(world.common_dir, world.state_dir, "main")
    git("fetch", "--quiet", cwd=place.work)
    git("rebase", "--quiet", "origin/main", cwd=place.work)
    git("worktree", "add", "--quiet", str(place.tmp / "w"), "agent/s1", cwd=place.work)
    git("gc", "--quiet", cwd=place.work)
    git("pack-refs", "--all", cwd=place.work)
    git("fsck", "--strict", cwd=place.work)
    assert git("log", "--format=%s", cwd=place.work).splitlines() == ["third", "second", "of the operator", "first"]


def test_the_pins_are_there_and_nothing_of_the_operators_settings_runs(world: World) -> None:
    for words in (
        ("filter.evil.clean", "touch /tmp/never"),
        ("core.fsmonitor", "touch /tmp/never"),
        ("merge.evil.driver", "false"),
        ("alias.st", "status"),
        ("core.sshCommand", "false"),
        ("credential.helper", "!touch /tmp/never"),
        ("user.email", "ada@example.com"),
        ("core.autocrlf", "input"),
        ("core.excludesFile", str(world.root / "ignore")),
    ):
        world.repo.git("config", *words)
    (world.root / "ignore").write_text("*.orig\n")
    hook = world.common_dir / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ../hooked\n")
    hook.chmod(0o755)
    place = world.place()
    settings = world.repo.git("config", "--local", "--list", cwd=place.work)
    assert "user.email=ada@example.com" in settings
    assert "core.autocrlf=input" in settings
    assert "branch.autosetupmerge=false" in settings
    for word in ("evil", "touch", "alias", "sshcommand"):
        assert word not in settings
    assert set(place.record.dropped) == {
        "content filter evil", "core.fsmonitor", "merge drivers", "aliases", "core.sshCommand", "hooks",
        "git's credential helpers",
    }  # fmt: skip
    assert not list(world.root.rglob("hooked"))
    for name in pins.READ_ONLY:
        assert (place.git_dir / name).exists()
    assert (place.git_dir / "commondir").read_text() == ".\n"
    assert (place.git_dir / "config.worktree").read_bytes() == b""
    assert pins.loose(place.work, place.ours) == []
    (place.work / "x.orig").write_text("")
    assert world.repo.git("status", "--porcelain", cwd=place.work) == ""


def test_an_existing_branch_is_gone_on_with(world: World) -> None:
    world.repo.git("branch", "feature/a")
    place = world.place("s1", "feature/a", new=False)
    assert not place.record.own
    assert place.record.base == world.head("refs/heads/feature/a")
    world.repo.git("worktree", "add", "--quiet", str(world.root / "wt"), "-b", "feature/b")
    with pytest.raises(FactoryError, match=r"is checked out in .*: git -C .* switch BRANCH"):
        world.place("s2", "feature/b", new=False)
    with pytest.raises(FactoryError, match="station s1 works on"):
        world.place("s2", "feature/a", new=False)


@pytest.mark.parametrize(
    ("station", "branch", "base", "word"),
    [
        ("../x", "a", "main", "no id"),
        ("x/y", "a", "main", "no id"),
        (".hidden", "a", "main", "no id"),
        ("a..b", "a", "main", "no id"),
        ("a.lock", "a", "main", "no id"),
        ("", "a", "main", "no id"),
        ("x" * 65, "a", "main", "no id"),
        ("s1", "-rf", "main", "no name of a branch"),
        ("s1", "a b", "main", "no name of a branch"),
        ("s1", "../a", "main", "no name of a branch"),
        ("s1", "a\0b", "main", "no name of a branch"),
        ("s1", "a\x1b[2Jb", "main", "no name of a branch"),
        ("s1", "", "main", "no name of a branch"),
        ("s1", "HEAD", "main", "no name of a branch"),
        ("s1", "main", "main", "already"),
        ("s1", "main/sub", "main", "cannot be"),
        ("s1", "a", "nowhere", "no commit"),
        ("s1", "a", "--help", "no commit"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    world: World, station: str, branch: str, base: str, word: str
) -> None:
    with pytest.raises(FactoryError, match=word) as caught:
        world.place(station, branch or "" if branch else "\x01", base)
    assert str(caught.value).isprintable()
    assert world.refs() == ["refs/heads/main"]
    assert list(all_places(world.state_dir)) == []


def test_a_place_is_made_once_and_what_was_cut_off_is_swept(world: World) -> None:
    place = world.place()
    with pytest.raises(FactoryError, match="has a place already"):
        world.place("s1", "another")
    begin_root(world.state_dir, "s2")
    assert [found.record.station for found in all_places(world.state_dir)] == ["s1"]
    ready(world.state_dir)
    assert [path.name for path in places_dir(world.state_dir).iterdir()] == ["s1"]
    (place.ours / "place.json").write_text("{")
    with pytest.raises(FactoryError, match="damaged"):
        place_of(world.state_dir, "s1")


def test_a_checkout_that_fails_leaves_nothing(world: World) -> None:
    blob = world.repo.git("rev-parse", "HEAD:src/a.py")
    (world.common_dir / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(FactoryError):
        world.place()
    assert world.refs() == ["refs/heads/main"]
    assert list(places_dir(world.state_dir).iterdir()) == []


def test_names_of_odd_letters(world: World) -> None:
    odd = "fix/\u00fcber-\\xff-it's$(x)"
    place = world.place("Station_1.a", odd)
    assert world.repo.git("status", "--porcelain", cwd=place.work) == ""
    assert world.git("for-each-ref", "--format=%(refname:short)", "refs/heads/fix") == "fix/\u00fcber-\udcff-it's$(x)"


def test_a_bare_repository_and_one_with_other_object_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    world = World(tmp_path, bare=True)
    assert (world.place().work / "src" / "a.py").read_text() == "a = 1\n"
    other = tmp_path / "other"
    other.mkdir()
    world.repo.git("init", "--quiet", "--initial-branch=main", "--object-format=sha256", str(other / "repo"))
    world = World(other)
    place = world.place()
    head = world.repo.commit({"src/c.py": "c"}, cwd=place.work)
    assert len(head) == 64
    assert [type(event) for event in Absorber(place, ("**",)).look()] == [WorkArrived]
    assert world.head("refs/heads/agent/s1") == head


def test_a_shallow_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    seed = TestRepository(tmp_path / "seed")
    seed.commit({"src/a.py": "1\n"}, "left out")
    seed.commit({"src/a.py": "2\n"}, "there")
    (tmp_path / "w").mkdir()
    seed.git("clone", "--quiet", "--depth=1", f"file://{seed.path}", str(tmp_path / "w" / "repo"))
    world = World(tmp_path / "w")
    place = world.place()
    head = world.repo.commit({"src/c.py": "c"}, "by the station", cwd=place.work)
    world.repo.git("fsck", cwd=place.work)
    assert [type(event) for event in Absorber(place, ("**",)).look()] == [WorkArrived]
    assert world.head("refs/heads/agent/s1") == head
    assert "left out" not in world.git("log", "--format=%s", "agent/s1")
    assert remove(place, 1.0).events == ()


def test_a_partial_clone_says_what_brings_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    seed = TestRepository(tmp_path / "seed")
    seed.commit({"src/a.py": "1\n", "README.md": "x\n"})
    seed.git("config", "uploadpack.allowFilter", "true")
    words = ("--quiet", "--filter=blob:none", "--sparse", f"file://{seed.path}", str(tmp_path / "w" / "repo"))
    seed.git("clone", *words)
    repo = tmp_path / "w" / "repo"
    common_dir = repo / ".git"
    state_dir = repo_state_dir(common_dir)
    with pytest.raises(FactoryError, match="partial clone") as caught:
        make(common_dir, state_dir, Wanted("s1", "agent/s1"))
    assert seed.git("for-each-ref", "refs/heads/agent", "refs/factory-tui", cwd=repo) == ""
    command = caught.value.cure.partition(",")[0]
    subprocess.run(["/bin/sh", "-c", command], cwd=repo, check=True, env=environment())
    place = make(common_dir, state_dir, Wanted("s1", "agent/s1"))
    assert (place.work / "src" / "a.py").read_text() == "1\n"
    assert settings.PARTIAL in place.record.dropped


def test_the_operators_objects_are_what_must_be_readable(world: World) -> None:
    world.repo.git("clone", "--quiet", "--shared", str(world.repo.path), str(world.root / "second"))
    second = (world.root / "second" / ".git").resolve()
    found = origin.readable(second, world.state_dir)
    assert found == (origin.origin_dir(world.state_dir), second / "objects", world.common_dir / "objects")


def test_a_full_station_gets_a_linked_worktree(world: World) -> None:
    place = world.place(mode=Mode.FULL)
    assert not place.record.clone
    assert (place.work / ".git").is_file()
    assert world.repo.git("branch", "--show-current", cwd=place.work) == "agent/s1"
    assert Path(world.repo.git("rev-parse", "--git-common-dir", cwd=place.work)).samefile(world.common_dir)


@pytest.mark.parametrize("base", ["", "main", "HEAD", "v1"])
def test_whatever_it_begins_at_a_fetch_works(world: World, base: str) -> None:
    world.repo.git("tag", "v1")
    place = world.place(base=base)
    world.repo.commit({"src/c.py": "c"})
    origin.refresh(world.common_dir, world.state_dir, "main")
    world.repo.git("fetch", "--quiet", cwd=place.work)
    world.repo.git("fetch", "--quiet", "origin", "main", cwd=place.work)
    assert world.repo.git("rev-parse", "FETCH_HEAD", cwd=place.work) == world.head("refs/heads/main")
    if base in ("", "main"):
        assert world.repo.git("rev-parse", "origin/main", cwd=place.work) == world.head("refs/heads/main")


@given(st.text(st.characters(codec="utf-8"), max_size=8) | st.text("a/.@{~^:?*[\\ -lock", max_size=8))
def test_branches_are_named_by_gits_own_rules(name: str) -> None:
    raw = ref_bytes(name)
    if b"\0" in raw:
        return
    good = subprocess.run([b"git", b"check-ref-format", b"refs/heads/" + raw], check=False).returncode == 0
    assert _is_named(name) is (good and not name.startswith("-") and name not in ("HEAD", "@"))


def _is_named(name: str) -> bool:
    try:
        _ref(name)
    except FactoryError:
        return False
    return True


@pytest.mark.parametrize(("number", "cure"), [(errno.ENOSPC, "make room"), (errno.EROFS, "you may write there")])
def test_why_no_place_can_be_made_comes_with_its_own_cure(number: int, cure: str) -> None:
    told = no_place(Path("/places"), OSError(number, os.strerror(number)))
    assert os.strerror(number) in told.message
    assert cure in told.cure


def test_what_a_killed_git_has_locked_is_open_again_and_no_link_is_followed(world: World) -> None:
    place = world.place()
    elsewhere = world.state_dir / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "s1.lock").write_text("mine")
    (place.git_dir / "index.lock").write_text("")
    (place.git_dir / "refs/heads/agent").mkdir(parents=True, exist_ok=True)
    (place.git_dir / "refs/heads/agent/s1.lock").write_text("")
    unlock(place)
    world.repo.commit({"src/a.py": "a = 3\n"}, "again", cwd=place.work)
    shutil.rmtree(place.git_dir / "refs/heads/agent")
    (place.git_dir / "refs/heads/agent").symlink_to(elsewhere)
    unlock(place)
    assert (elsewhere / "s1.lock").exists()
