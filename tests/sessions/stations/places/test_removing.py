"""Removing a place loses nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.scope import Mode
from sessions.paths import places_dir
from sessions.stations.places import layout, suspects
from sessions.stations.places.absorb import Absorber
from sessions.stations.places.keeping import kept, restore
from sessions.stations.places.removing import keep_work, remove
from tests.sessions.stations.places.world import World
from tests.support.branches.git import unchanged

NOW = 2_000_000_000.0


def content(world: World, commit: str, path: str) -> str:
    return world.git("show", f"{commit}:{path}")


@pytest.mark.parametrize("mode", [Mode.SAFE, Mode.FULL])
def test_staged_unstaged_and_untracked_work_is_kept_and_the_index_is_not_touched(world: World, mode: Mode) -> None:
    world.repo.commit({".gitignore": "*.log\n"})
    place = world.place(mode=mode)
    world.repo.write({"src/a.py": "staged\n"}, cwd=place.work)
    world.repo.git("add", "src/a.py", cwd=place.work)
    world.repo.write({"src/a.py": "later\n", "new/file.txt": "new\n", "x.log": "x", "README.md": None}, cwd=place.work)
    unchanged(place.work, lambda: keep_work(place, NOW))
    removed = remove(place, NOW)
    assert removed.aside is None
    assert not place.root.exists()
    (item,) = kept(world.common_dir)
    assert [event.ref for event in removed.events] == [item.ref]
    assert item.head == removed.events[0].head
    assert item.when == NOW
    assert content(world, item.head, "src/a.py") == "later"
    assert content(world, f"{item.head}^2", "src/a.py") == "staged"
    assert content(world, item.head, "new/file.txt") == "new"
    names = world.git("ls-tree", "-r", "--name-only", item.head).splitlines()
    assert "x.log" not in names
    assert "README.md" not in names
    assert removed.branch_gone
    assert world.head("refs/heads/agent/s1") == ""
    assert world.refs("refs/factory-tui/places") == []
    restore(world.common_dir, item.ref, "rescued")
    world.git("fsck", "--strict", "--full")
    assert world.repo.git("worktree", "list").count("\n") == 0


@pytest.mark.parametrize("known", [True, False])
def test_what_is_kept_says_who_and_when_and_is_kept_once(
    world: World, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    monkeypatch.setenv("EMAIL", "made@up")
    if known:
        world.git("config", "user.name", "Ada Ämter")
        world.git("config", "user.email", "ada@example.com")
    who = "Ada Ämter <ada@example.com>" if known else "factory-tui <factory-tui@localhost>"
    place = world.place()
    world.repo.write({"src/a.py": "staged\n"}, cwd=place.work)
    world.repo.git("add", "src/a.py", cwd=place.work)
    world.repo.write({"src/a.py": "later\n"}, cwd=place.work)
    ((cut_off,), _) = keep_work(place, NOW - 60)
    (event,) = remove(place, NOW).events
    assert (event.ref, event.head) == (cut_off.ref, cut_off.head)
    for commit in (event.head, f"{event.head}^2"):
        made = world.git("show", "--no-patch", "--format=%an <%ae> %at %cn <%ce> %ct", commit)
        assert made == f"{who} {NOW - 60:.0f} {who} {NOW - 60:.0f}"


@pytest.mark.parametrize("mode", [Mode.SAFE, Mode.FULL])
def test_an_empty_branch_that_was_made_for_it_goes_with_it(world: World, mode: Mode) -> None:
    removed = remove(world.place(mode=mode), NOW)
    assert (removed.branch_gone, removed.events) == (True, ())
    assert world.refs() == ["refs/heads/main"]


def test_a_branch_stays_that_is_needed_or_may_hold_something(world: World) -> None:
    moved, seen, needed, alias, alone = map(world.place, ("moved", "seen", "needed", "alias", "alone"))
    there = world.head("refs/heads/agent/moved")
    tip = world.git("commit-tree", "-p", there, "-m", "precious", f"{there}^{{tree}}")
    for commit in (tip, there):  # the reflog has it
        world.git("update-ref", "refs/heads/agent/moved", commit)
    world.repo.git("worktree", "add", "--quiet", str(world.root / "wt"), "agent/seen")
    world.git("symbolic-ref", "refs/heads/other", "refs/heads/agent/alias")
    for place in (moved, seen, needed, alias):
        assert not remove(place, NOW, {"agent/needed"}).branch_gone
    orphan = world.git("commit-tree", "-m", "nobody else has it", f"{there}^{{tree}}")
    last = world.place("last", base=orphan)
    assert not remove(last, NOW).branch_gone
    assert remove(alone, NOW).branch_gone
    left = {"moved", "seen", "needed", "alias", "last"}
    assert {*world.refs("refs/heads/agent")} == {f"refs/heads/agent/{name}" for name in left}
    assert world.refs("refs/factory-tui/places") == []


def test_a_branch_that_was_there_before_stays(world: World) -> None:
    world.git("branch", "feature")
    assert not remove(world.place("s1", "feature", new=False), NOW).branch_gone
    assert world.head("refs/heads/feature") != ""


def test_all_that_only_the_clone_had_is_kept(world: World) -> None:
    place = world.place()
    git = world.repo.git
    one = world.repo.commit({"README.md": "refused\n"}, "refused", cwd=place.work)
    Absorber(place, ("src/**",)).look()
    git("switch", "--quiet", "-c", "other", "HEAD~1", cwd=place.work)
    other = world.repo.commit({"src/o.py": "o\n"}, "on another branch", cwd=place.work)
    for number in range(2):
        world.repo.write({"src/a.py": f"stashed {number}\n"}, cwd=place.work)
        git("stash", cwd=place.work)
    git("switch", "--quiet", "--detach", cwd=place.work)
    loose = world.repo.commit({"src/l.py": "l\n"}, "on no branch", cwd=place.work)
    remove(place, NOW)
    heads = {item.head for item in kept(world.common_dir)}
    assert {one, other, loose} <= heads
    stashed = {content(world, head, "src/a.py") for head in heads}
    assert {"stashed 0", "stashed 1"} <= stashed
    world.git("gc", "--quiet", "--prune=now")
    world.git("fsck", "--strict", "--full")


def test_what_an_index_hides_is_kept_all_the_same(world: World) -> None:
    place = world.place()
    world.repo.git("update-index", "--assume-unchanged", "src/a.py", cwd=place.work)
    world.repo.git("update-index", "--skip-worktree", "README.md", cwd=place.work)
    world.repo.write({"src/a.py": "hidden\n", "README.md": "hidden too\n"}, cwd=place.work)
    (event,) = remove(place, NOW).events
    assert content(world, event.head, "src/a.py") == "hidden"
    assert content(world, event.head, "README.md") == "hidden too"


def test_in_the_middle_of_a_merge(world: World) -> None:
    place = world.place()
    world.repo.git("branch", "theirs", cwd=place.work)
    world.repo.commit({"src/a.py": "ours\n"}, cwd=place.work)
    world.repo.git("switch", "--quiet", "theirs", cwd=place.work)
    world.repo.commit({"src/a.py": "theirs\n"}, cwd=place.work)
    with pytest.raises(AssertionError, match="merge"):
        world.repo.git("merge", "agent/s1", cwd=place.work)
    events = remove(place, NOW).events
    assert any("<<<<<<<" in content(world, event.head, "src/a.py") for event in events)


def test_a_clean_place_leaves_nothing_but_its_branch(world: World) -> None:
    place = world.place()
    world.repo.commit({"src/a.py": "2\n"}, cwd=place.work)
    Absorber(place, ("**",)).look()
    assert remove(place, NOW).events == ()
    assert kept(world.common_dir) == []
    assert list(places_dir(world.state_dir).iterdir()) == []
    assert world.place("s1", "agent/s1", new=False).record.base == world.head("refs/heads/agent/s1")


def test_another_repository_in_it_is_set_aside(world: World) -> None:
    place = world.place()
    inner = place.work / "vendor" / "lib"
    inner.mkdir(parents=True)
    world.repo.git("init", "--quiet", cwd=inner)
    world.repo.commit({"work.txt": "precious\n"}, cwd=inner)
    removed = remove(place, NOW)
    assert removed.aside is not None
    assert (removed.aside / "work/vendor/lib/work.txt").read_text() == "precious\n"
    assert not place.root.exists()


def test_a_link_out_of_the_place_is_removed_and_not_what_it_leads_to(world: World) -> None:
    place = world.place()
    precious = world.root / "precious"
    precious.mkdir()
    (precious / "file").write_text("x")
    (place.work / "src" / "out").symlink_to(precious)
    shut = place.work / "shut"
    (shut / "in").mkdir(parents=True)
    (shut / "in" / "ignored").write_text("x")
    remove(place, NOW)
    assert (precious / "file").exists()
    assert not place.root.exists()


def test_what_cannot_be_kept_stays_where_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    place = world.place()
    world.repo.write({"large.bin": b"x" * 2_000}, cwd=place.work)
    monkeypatch.setattr("sessions.stations.places.removing.MOST_BYTES", 1_000)
    with pytest.raises(FactoryError, match="cannot be kept"):
        remove(place, NOW)
    assert (place.work / "large.bin").exists()
    assert Path(place.ours / "place.json").exists()


def test_damaged_commits_are_set_aside(world: World) -> None:
    place = world.place()
    world.repo.commit({"src/c.py": "c\n"}, cwd=place.work)
    blob = world.repo.git("rev-parse", "HEAD:src/c.py", cwd=place.work)
    (place.objects / blob[:2] / blob[2:]).unlink()
    removed = remove(place, NOW)
    assert removed.aside is not None
    assert (removed.aside / "work/src/c.py").read_text() == "c\n"


def test_further_worktrees_of_a_clone_are_set_aside(world: World) -> None:
    place = world.place()
    world.repo.git("worktree", "add", "--quiet", str(place.tmp / "w"), "-b", "side", cwd=place.work)
    (place.tmp / "w" / "unfinished.txt").write_text("precious\n")
    removed = remove(place, NOW)
    assert removed.aside is not None
    assert (removed.aside / "tmp/w/unfinished.txt").read_text() == "precious\n"


def test_more_branches_than_are_kept_one_by_one_are_set_aside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessions.stations.places.removing._MOST_TIPS", 2)
    place = world.place()
    for name in ("a", "b", "c"):
        world.repo.git("switch", "--quiet", "-c", name, "agent/s1", cwd=place.work)
        world.repo.commit({f"src/{name}.py": name}, cwd=place.work)
    removed = remove(place, NOW)
    assert len(removed.events) == 2
    assert removed.aside is not None


def test_a_very_deep_directory_keeps_nobody_from_removing_the_place_or_looking_into_it(world: World) -> None:
    place = world.place()
    at = os.open(place.work, os.O_RDONLY)
    for _ in range(1_500):
        os.mkdir("a", dir_fd=at)
        below = os.open("a", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    assert suspects.listing(place.work) == ()
    left = place.root.with_name(f"{layout.NEW}left")
    remove(place, NOW)
    world.place("s2").root.rename(left)
    layout.ready(world.state_dir)
    assert not list(place.root.parent.iterdir())
