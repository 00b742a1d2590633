"""What leaves a station, and what does not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from sessions.branches.git.worktrees import dirty_files
from sessions.floor.events import Event, ScopeViolated, SourceSkipped, WorkArrived, WorkKept
from sessions.floor.scope import Mode
from sessions.stations.places import bringing, origin
from sessions.stations.places.absorb import MOST_PATHS, Absorber
from sessions.stations.places.git import worktree_of
from sessions.stations.places.keeping import drop_expired, kept, restore
from sessions.stations.places.layout import Place, place_of
from tests.sessions.stations.places.world import World
from tests.support.branches.git import environment

SCOPE = ("src/**", "!src/gen/**")


@pytest.fixture
def place(world: World) -> Place:
    return world.place()


@pytest.fixture
def door(place: Place) -> Absorber:
    return Absorber(place, SCOPE)


def arrived(events: list[Event]) -> list[tuple[str, int]]:
    return [(event.head, event.commits) for event in events if isinstance(event, WorkArrived)]


def violated(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.path, event.act) for event in events if isinstance(event, ScopeViolated)]


def test_commits_in_scope_arrive_with_their_objects_and_nothing_else_does(
    world: World, place: Place, door: Absorber
) -> None:
    assert door.look() == []
    world.repo.commit({"src/c.py": "c\n"}, "one", cwd=place.work)
    head = world.repo.commit({"src/d.py": "d\n"}, "two", cwd=place.work)
    world.repo.git("branch", "other", "HEAD~1", cwd=place.work)
    world.repo.git("tag", "v1", cwd=place.work)
    assert arrived(door.look()) == [(head, 2)]
    assert door.look() == []
    assert world.head("refs/heads/agent/s1") == head
    assert "refs/heads/other" not in world.refs()
    assert world.refs("refs/tags") == []
    world.repo.git("fsck", "--strict", "--full")
    assert "packs: 0" in world.repo.git("count-objects", "-v")
    assert f"station {place.record.station}" in world.repo.git("reflog", "show", "agent/s1")


@pytest.mark.parametrize("gone", ["work", "."])
def test_a_work_tree_that_is_gone_is_told_once_and_is_no_doing_of_the_agent(
    place: Place, door: Absorber, gone: str
) -> None:
    shutil.rmtree(place.root / gone)
    (told,) = door.look()
    assert isinstance(told, SourceSkipped)
    assert told.detail == "its work tree is gone"
    assert door.look() == []


def test_many_objects_arrive_as_one_pack(world: World, place: Place, door: Absorber) -> None:
    head = world.repo.commit({f"src/many/{number}.py": f"{number}\n" for number in range(150)}, cwd=place.work)
    assert arrived(door.look()) == [(head, 1)]
    assert "packs: 1" in world.repo.git("count-objects", "-v")


def test_what_leaves_the_scope_is_kept_and_told_once(world: World, place: Place, door: Absorber) -> None:
    before = world.head("refs/heads/agent/s1")
    world.repo.commit({"README.md": "mine\n", "src/gen/x.py": "x\n", "src/ok.py": "ok\n"}, "out", cwd=place.work)
    events = door.look()
    assert violated(events) == [("README.md", "commit"), ("src/gen/x.py", "commit")]
    (note,) = [event for event in events if isinstance(event, WorkKept)]
    assert note.until > note.time
    assert world.head(note.ref) == note.head
    assert world.head("refs/heads/agent/s1") == before
    assert door.look() == []
    # What stands on it is kept in its place, and only what is new is told.
    later = world.repo.commit({"docs/new.md": "new\n"}, "on", cwd=place.work)
    events = door.look()
    assert violated(events) == [("docs/new.md", "commit")]
    assert [item.head for item in kept(world.common_dir)] == [later]
    # Taken out of the history it arrives.
    world.repo.git("reset", "--quiet", "--soft", "HEAD~2", cwd=place.work)
    world.repo.git("rm", "--quiet", "--cached", "-r", "src/gen", "docs", cwd=place.work)
    world.repo.git("checkout", "--quiet", "HEAD", "--", "README.md", cwd=place.work)
    world.repo.git("commit", "--quiet", "-m", "clean", cwd=place.work)
    assert len(arrived(door.look())) == 1
    assert "clean" in world.repo.git("log", "--format=%s", "agent/s1")


def test_what_one_commit_adds_and_the_next_takes_away_is_in_the_history(
    world: World, place: Place, door: Absorber
) -> None:
    world.repo.commit({"README.md": "secret\n"}, "in", cwd=place.work)
    world.repo.git("revert", "--no-edit", "HEAD", cwd=place.work)
    assert violated(door.look()) == [("README.md", "commit")]


def test_a_wider_scope_lets_arrive_what_was_refused(world: World, place: Place, door: Absorber) -> None:
    head = world.repo.commit({"README.md": "mine\n"}, "out", cwd=place.work)
    assert violated(door.look()) != []
    door.assign(("**",))
    assert arrived(door.look()) == [(head, 1)]
    # And so it is by a supervisor that begins later.
    world.repo.commit({"docs/x": "x"}, cwd=place.work)
    door.noted()
    assert violated(Absorber(place_of(world.state_dir, "s1"), SCOPE).look()) == [("docs/x", "commit")]
    # Who was killed before that was safe tells it once more, and keeps it once.
    later = Absorber(place_of(world.state_dir, "s1"), SCOPE)
    assert violated(later.look()) == [("docs/x", "commit")]
    assert len(kept(world.common_dir)) == len({item.head for item in kept(world.common_dir)})
    later.noted()
    assert Absorber(place_of(world.state_dir, "s1"), SCOPE).look() == []
    assert len(arrived(Absorber(place_of(world.state_dir, "s1"), ("**",)).look())) == 1
    # The branch has it, which nobody noted: it is the station's own all the same, also to be written anew.
    world.repo.git("commit", "--quiet", "--amend", "-m", "another", cwd=place.work)
    assert len(arrived(Absorber(place_of(world.state_dir, "s1"), ("**",)).look())) == 1


def test_taking_in_the_base_is_no_violation_and_undoing_it_in_a_merge_is(
    world: World, place: Place, door: Absorber
) -> None:
    world.repo.commit({"README.md": "of the operator\n"}, "theirs")
    origin.refresh(world.common_dir, world.state_dir, "main")
    world.repo.commit({"src/c.py": "c\n"}, "ours", cwd=place.work)
    world.repo.git("fetch", "--quiet", cwd=place.work)
    start = world.repo.git("rev-parse", "HEAD", cwd=place.work)
    world.repo.git("merge", "--quiet", "--no-edit", "origin/main", cwd=place.work)
    assert [commits for _, commits in arrived(door.look())] == [2]
    world.repo.git("reset", "--quiet", "--hard", start, cwd=place.work)
    world.repo.git("merge", "--quiet", "--no-edit", "-s", "ours", "origin/main", cwd=place.work)
    assert violated(door.look()) == [("README.md", "commit")]


def test_an_octopus_is_not_taken(world: World, place: Place, door: Absorber) -> None:
    for name in ("x", "y"):
        world.repo.git("checkout", "--quiet", "-b", name, "agent/s1", cwd=place.work)
        world.repo.commit({f"src/{name}.py": name}, name, cwd=place.work)
    world.repo.git("checkout", "--quiet", "agent/s1", cwd=place.work)
    world.repo.commit({"src/z.py": "z"}, "z", cwd=place.work)
    world.repo.git("merge", "--quiet", "--no-edit", "x", "y", cwd=place.work)
    assert violated(door.look()) == [("(a merge)", "merge of more than two branches")]


def test_a_rebased_branch_is_moved_as_long_as_nobody_else_moved_it(world: World, place: Place, door: Absorber) -> None:
    world.repo.commit({"src/c.py": "c\n"}, "one", cwd=place.work)
    door.look()
    world.repo.git("commit", "--quiet", "--amend", "-m", "another", cwd=place.work)
    assert len(arrived(door.look())) == 1
    moved = world.repo.git("commit-tree", "-p", "agent/s1", "-m", "operator", "agent/s1^{tree}")
    world.repo.git("update-ref", "refs/heads/agent/s1", moved)
    world.repo.commit({"src/d.py": "d\n"}, "two", cwd=place.work)
    events = door.look()
    assert [type(event) for event in events] == [WorkKept]
    assert world.head("refs/heads/agent/s1") == moved
    assert "somebody else" in kept(world.common_dir)[0].reason
    # What the operator did there is not the station's to answer for, once it has taken that in.
    world.repo.git("checkout", "--quiet", "agent/s1")
    world.repo.commit({"README.md": "of the operator\n"}, "three")
    world.repo.git("checkout", "--quiet", "main")
    origin.refresh(world.common_dir, world.state_dir, "main")
    world.repo.git("fetch", "--quiet", cwd=place.work)
    world.repo.git("merge", "--quiet", "--no-edit", "origin/agent/s1", cwd=place.work)
    assert len(arrived(door.look())) == 1
    assert world.head("refs/heads/agent/s1") == world.repo.git("rev-parse", "HEAD", cwd=place.work)


def test_a_branch_that_was_deleted_and_cleared_away_is_not_made_again(
    world: World, place: Place, door: Absorber
) -> None:
    world.repo.commit({"src/c.py": "c\n"}, "one", cwd=place.work)
    door.look()
    world.repo.git("branch", "-D", "agent/s1")
    world.repo.git("reflog", "expire", "--expire=now", "--all")
    world.repo.git("gc", "--quiet", "--prune=now")
    head = world.repo.commit({"src/d.py": "d\n"}, "two", cwd=place.work)
    (note,) = door.look()
    assert isinstance(note, WorkKept)
    assert world.head(note.ref) == head
    assert "deleted" in note.reason
    assert "refs/heads/agent/s1" not in world.refs()
    world.repo.git("fsck", "--full")


def test_a_branch_that_the_operator_has_checked_out_is_not_moved_under_him(
    world: World, place: Place, door: Absorber
) -> None:
    world.repo.git("worktree", "add", "--quiet", str(world.root / "mine"), "agent/s1")
    world.repo.commit({"src/c.py": "c\n"}, "one", cwd=place.work)
    (note,) = door.look()
    assert isinstance(note, WorkKept)
    assert str(world.root / "mine") in note.reason
    assert world.repo.git("status", "--porcelain", cwd=world.root / "mine") == ""
    assert (door.waits, door.look()) == (True, [])
    world.repo.git("checkout", "--quiet", "--detach", cwd=world.root / "mine")
    assert [head for head, _ in arrived(door.look())] == [note.head]
    assert not door.waits


def test_commits_that_were_there_before_the_station_are_not_taken_from_a_branch(world: World) -> None:
    world.repo.git("checkout", "--quiet", "-b", "feature")
    world.repo.commit({"src/f.py": "f\n"}, "of the operator")
    world.repo.git("checkout", "--quiet", "main")
    place = world.place("s1", "feature", new=False)
    door = Absorber(place, SCOPE)
    world.repo.git("reset", "--quiet", "--hard", "HEAD~1", cwd=place.work)
    world.repo.commit({"src/g.py": "g\n"}, "instead", cwd=place.work)
    (note,) = door.look()
    assert isinstance(note, WorkKept)
    assert "not the station's" in note.reason


@pytest.mark.parametrize(
    ("target", "may"),
    [
        ("a.py", True),
        ("../README.md", True),
        ("./deep/../a.py", False),
        ("../../README.md", False),
        ("/etc/passwd", False),
        ("deep/../../../x", False),
        ("../.git/config", False),
        ("deep/.GIT/x", False),
    ],
)
def test_links_may_not_lead_out(world: World, place: Place, door: Absorber, target: str, may: bool) -> None:
    (place.work / "src" / "link").symlink_to(target)
    world.repo.commit({}, "link", cwd=place.work)
    events = door.look()
    assert bool(arrived(events)) is may
    assert violated(events) == ([] if may else [("src/link", "link out of the work tree")])


def test_another_repository_does_not_leave_and_is_not_entered(world: World, place: Place, door: Absorber) -> None:
    nested = place.work / "src" / "nested"
    nested.mkdir()
    world.repo.git("init", "--quiet", cwd=nested)
    world.repo.git("config", "core.fsmonitor", f"touch {world.root}/ran; false", cwd=nested)
    world.repo.commit({"x": "x"}, cwd=nested)
    (world.root / "ran").unlink(missing_ok=True)
    world.repo.git("add", "src/nested", cwd=place.work)
    world.repo.git("commit", "--quiet", "-m", "nested", cwd=place.work)
    assert violated(door.look()) == [("src/nested", "another repository")]
    assert not (world.root / "ran").exists()


def test_many_violations_are_told_in_bounds(world: World, place: Place, door: Absorber) -> None:
    world.repo.commit({f"docs/{number}.md": "x" for number in range(300)}, cwd=place.work)
    told = violated(door.look())
    assert len(told) == MOST_PATHS + 1
    assert told[-1][0] == "and 250 more"


def test_nothing_that_an_agent_writes_into_its_repository_runs_here(world: World, place: Place, door: Absorber) -> None:
    """Where no mount holds the pins: every way in is planted, and the host looks at the place in all of its ways."""
    ran = world.root / "ran"
    planted = f"touch {ran}; cat"
    hooks = place.git_dir / "hooks"
    for name in ("post-checkout", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\n{planted}\n")
        (hooks / name).chmod(0o755)
    for key in ("core.fsmonitor", "filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.x.command",
                "merge.x.driver", "core.pager", "core.sshCommand", "uploadpack.packObjectsHook", "core.editor",
                "gpg.program", "core.alternateRefsCommand", "diff.external"):  # fmt: skip
        world.repo.git("config", key, planted, cwd=place.work)
    world.repo.git("config", "extensions.worktreeConfig", "true", cwd=place.work)
    world.repo.write({"src/a.py": "changed\n"}, cwd=place.work)
    env = environment() | {"PATH": os.environ["PATH"]}
    subprocess.run(["git", "-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null", "commit", "-qam", "x"],
                   cwd=place.work, env=env, check=True)  # fmt: skip
    (place.git_dir / "commondir").write_text("../src\n")
    (place.git_dir / "config.worktree").write_text(f"[core]\n\tfsmonitor = {planted}\n")
    (place.git_dir / "info" / "attributes").write_text("* filter=x diff=x merge=x\n")
    (place.work / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
    ran.unlink(missing_ok=True)
    told = violated(door.look())
    assert dirty_files(worktree_of(place), ()) >= 1
    assert not ran.exists()
    assert {path for path, act in told if act == "write"} >= {
        ".git/config", ".git/commondir", ".git/config.worktree", ".git/hooks/post-checkout",
    }  # fmt: skip
    assert door.look() == []


def test_links_in_place_of_gits_own_files_are_not_followed(world: World, place: Place, door: Absorber) -> None:
    head = world.repo.commit({"src/c.py": "c"}, cwd=place.work)
    outside = world.root / "outside"
    outside.mkdir()
    (outside / "s1").write_text(f"{head}\n")
    (place.git_dir / "refs/heads/agent").rename(world.root / "away")
    (place.git_dir / "refs/heads/agent").symlink_to(outside)
    assert arrived(door.look()) == []
    (place.git_dir).rename(place.work / "moved")
    (place.git_dir).symlink_to(place.work / "moved")
    assert arrived(door.look()) == []


def test_objects_that_lie_about_what_they_are_do_not_arrive(world: World, place: Place, door: Absorber) -> None:
    """A tree in the agent's store is given the name of another: checked under its name it would seem harmless."""
    before = world.head("refs/heads/agent/s1")
    world.repo.commit({"src/c.py": "c"}, cwd=place.work)
    harmless = world.repo.git("rev-parse", "HEAD^{tree}", cwd=place.work)
    head = world.repo.commit({"README.md": "evil"}, cwd=place.work)
    evil = world.repo.git("rev-parse", "HEAD^{tree}", cwd=place.work)
    lying = place.objects / evil[:2] / evil[2:]
    lying.chmod(0o600)
    lying.write_bytes((place.objects / harmless[:2] / harmless[2:]).read_bytes())
    events = door.look()
    assert [type(event) for event in events] == [SourceSkipped]
    assert door.look() == []
    assert world.head("refs/heads/agent/s1") == before
    assert subprocess.run(["git", "cat-file", "-e", head], cwd=world.repo.path, check=False).returncode != 0


def test_clones_outlive_a_clearing_of_the_operators_repository(world: World, place: Place, door: Absorber) -> None:
    """Case 30."""
    world.repo.git("branch", "topic")
    world.repo.git("checkout", "--quiet", "topic")
    world.repo.commit({"src/t.py": "t"}, "topic")
    world.repo.git("checkout", "--quiet", "main")
    origin.refresh(world.common_dir, world.state_dir, "main")
    world.repo.git("fetch", "--quiet", "origin", "topic", cwd=place.work)
    world.repo.git("merge", "--quiet", "--no-edit", "FETCH_HEAD", cwd=place.work)
    door.look()
    head = world.repo.commit({"src/unseen.py": "u"}, "not yet fetched", cwd=place.work)
    world.repo.git("commit", "--quiet", "--amend", "-m", "new main")
    world.repo.git("branch", "-D", "topic")
    world.repo.git("reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
    world.repo.git("gc", "--quiet", "--prune=now")
    world.repo.git("fsck", "--full", "--strict", cwd=place.work)
    assert world.repo.git("status", "--porcelain", cwd=place.work) == ""
    assert [commit for commit, _ in arrived(door.look())] == [head]
    world.repo.git("fsck", "--full", "--strict")


def test_a_supervisor_killed_between_the_branch_and_its_note_tells_it_when_it_is_back(
    world: World, place: Place
) -> None:
    head = world.repo.commit({"src/c.py": "c"}, cwd=place.work)
    door = Absorber(place, SCOPE)
    door.look()
    lost = Absorber(place, SCOPE)
    place.with_record()  # as it was before
    assert [commit for commit, _ in arrived(lost.look())] == [head]


def test_a_linked_worktree_is_looked_at_when_its_work_is_there(world: World) -> None:
    place = world.place(mode=Mode.FULL)
    door = Absorber(place, SCOPE)
    assert door.look() == []
    head = world.repo.commit({"src/c.py": "c", "README.md": "x"}, cwd=place.work)
    events = door.look()
    assert violated(events) == [("README.md", "commit")]
    assert arrived(events) == [(head, 1)]
    assert door.look() == []


def test_what_is_kept_can_be_listed_restored_and_let_go_of(world: World, place: Place, door: Absorber) -> None:
    head = world.repo.commit({"README.md": "out"}, "out of scope", cwd=place.work)
    door.look()
    (item,) = kept(world.common_dir)
    assert (item.station, item.head, item.subject) == ("s1", head, "out of scope")
    assert restore(world.common_dir, item.ref, "rescued") == head
    assert world.head("refs/heads/rescued") == head
    assert drop_expired(world.common_dir, time.time()) == []
    assert [gone.ref for gone in drop_expired(world.common_dir, item.until + 1)] == [item.ref]
    assert kept(world.common_dir) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of another process")
def test_a_few_trees_that_are_very_many_files_take_no_more_memory_than_is_given(
    world: World, place: Place, door: Absorber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve objects can be a thousand million files, and the machine would be out of memory over the list of them."""
    monkeypatch.setattr(bringing, "MEMORY", 40 << 20)
    git = partial(world.repo.git, cwd=place.work)
    tree = git("rev-parse", "HEAD:src")
    for _ in range(7):
        tree = git("mktree", stdin="".join(f"040000 tree {tree}\td{number}\n" for number in range(10)))
    whole = git("mktree", stdin=f"{git('ls-tree', 'HEAD')}\n040000 tree {tree}\tx\n")
    git("update-ref", "HEAD", git("commit-tree", "-p", "HEAD", "-m", "small", whole))
    (skipped,) = door.look()
    assert isinstance(skipped, SourceSkipped)
    assert "memory" in skipped.detail
    assert world.head("refs/heads/agent/s1") == place.record.base


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the files of another process")
def test_what_is_too_much_is_not_written_to_its_end(
    world: World, place: Place, door: Absorber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "MOST_BYTES", 5_000)
    world.repo.commit({"src/big": os.urandom(1_000_000)}, cwd=place.work)
    written: list[int] = []
    packed = bringing._packed
    monkeypatch.setattr(bringing, "_packed", lambda room, *more: noted(room, packed, *more))

    def noted(room: Path, then: Callable[..., object], *more: object) -> object:
        try:
            return then(room, *more)
        finally:
            written.append((room / "pack").stat().st_size)

    (skipped,) = door.look()
    assert isinstance(skipped, SourceSkipped)
    assert "too much" in skipped.detail
    assert written == [5_001]


def test_no_station_has_all_commits_held_by_saying_that_it_has_fetched_them(
    world: World, place: Place, door: Absorber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions.stations.places.absorb.MOST_HELD", 3)
    commits = [world.repo.commit({"README.md": f"{number}\n"}) for number in range(6)]
    before = world.refs("refs/factory-tui/places")
    (place.git_dir / "FETCH_HEAD").write_text("".join(f"{commit}\t\tbranch\n" for commit in commits))
    for _ in range(2):
        assert door.look() == []
        assert 3 <= len(world.refs("refs/factory-tui/places")) <= len(before) + 3
