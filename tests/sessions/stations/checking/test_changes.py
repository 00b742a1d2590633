"""What a task's work changed is judged by what the operator allowed, in words."""

from __future__ import annotations

import asyncio

import pytest

from sessions.errors import FactoryError
from sessions.floor.scope import Mode
from sessions.floor.tasks.task import Check
from sessions.stations.checking.check import UNCHANGED, run_check
from sessions.stations.checking.values import Work
from tests.sessions.stations.checking.desk import Desk


def test_what_is_changed_is_told_and_passes(desk: Desk) -> None:
    head = desk.arrives({"src/a.py": "a = 2\nb = 3\n", "src/new.bin": b"\0\1", "README.md": None})
    found = desk.check(Check(must=("src/**", "README.md"), must_not=("docs/**",), most_files=3, most_lines=5))
    assert found.passed, found.failures
    assert found.files == ("README.md", "src/a.py", "src/new.bin")
    assert (found.lines, found.head) == (5, head)
    assert found.warnings == ()
    desk.base = head
    assert desk.check(Check()).warnings == (UNCHANGED,)
    assert not desk.check(Check(must=("**",))).passed


def test_what_came_from_the_trunk_is_not_the_stations(desk: Desk) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    trunk = desk.repo.commit({"docs/x.md": "x\n", "src/deep/b.py": "b = 9\n"}, "of others")
    desk.repo.git("fetch", "--quiet", str(desk.repo.path), "main", cwd=desk.station.work)
    desk.repo.git("merge", "--quiet", "--no-edit", "FETCH_HEAD", cwd=desk.station.work)
    desk.arrives({"src/c.py": "c\n"})
    strict = Check(must_not=("docs/**",), most_files=2)
    assert desk.check(strict, trunk=trunk).files == ("src/a.py", "src/c.py")
    assert desk.check(strict, trunk=trunk).passed
    assert not desk.check(strict).passed
    assert desk.check(strict, trunk=desk.arrived).files == desk.check(strict).files, "the trunk has taken it in"
    assert desk.check(strict, trunk="0" * 40).files == desk.check(strict).files, "nobody knows that commit"
    desk.arrives({"src/deep/b.py": "b = 2\n"})
    assert desk.check(strict, trunk=trunk).files == ("src/a.py", "src/c.py", "src/deep/b.py"), "it was put back"


def test_links_out_and_other_repositories_are_refused(desk: Desk) -> None:
    (desk.station.work / "inside").symlink_to("src/a.py")
    desk.arrives({})
    assert desk.check(Check()).passed
    (desk.repo.path / "out").symlink_to("/etc/passwd")
    desk.repo.commit()
    desk.repo.git("update-index", "--add", "--cacheinfo", f"160000,{desk.base},vendor")
    desk.repo.git("commit", "--quiet", "-m", "hostile")
    desk.repo.git("update-ref", "refs/heads/agent/s1", "HEAD")
    found = desk.check(Check())
    assert [words.partition(" ")[0] for words in found.failures if "arrived" not in words] == ["vendor", "out"]


def test_uncommitted_work_fails_and_is_named_and_nothing_of_the_agents_runs(desk: Desk) -> None:
    desk.arrives({"src/a.py": "a = 2\n", ".gitignore": "*.log\n", ".gitattributes": "* filter=evil\n"})
    fired, config = desk.root / "fired", desk.station.git_dir / "config"
    evil = f"touch {fired}"
    lines = f'[filter "evil"]\nclean = {evil}\nsmudge = {evil}\n[core]\nfsmonitor = {evil}\nhooksPath = .\n'
    desk.repo.git("rm", "--quiet", "--cached", "README.md", cwd=desk.station.work)
    config.write_text(config.read_text() + lines)
    desk.repo.write({"src/a.py": "a = 3\n", "new.txt": "n\n", "x.log": "x\n"}, cwd=desk.station.work)
    found = desk.check(Check(commands=("echo ran",)))
    assert found.failures == ("not committed: README.md, src/a.py, new.txt: commit them, or take them away",)
    assert found.output == "", "what is not all there is not tried"
    assert not fired.exists()


def test_commits_that_are_elsewhere_fail(desk: Desk) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    later = desk.repo.commit({"src/a.py": "a = 3\n"}, cwd=desk.station.work)
    (words,) = desk.check(Check()).failures
    assert words == f"its newest commit, {later[:12]}, has not arrived"
    desk.repo.git("switch", "--quiet", "-c", "mine", cwd=desk.station.work)
    (words,) = desk.check(Check()).failures
    assert words.startswith("its place stands on mine: bring what was done there to agent/s1")


def test_a_station_without_a_place_is_checked_by_its_commits(desk: Desk) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    desk.station.root.rename(desk.root / "gone")
    found = desk.check(Check(must=("src/**",)))
    assert found.passed
    assert "its place is gone" in found.warnings[0]


def test_what_cannot_be_said_is_an_error_with_a_cure(desk: Desk) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    with pytest.raises(FactoryError, match=r"must of the task cannot be meant.*edit the task"):
        desk.check(Check(must=("/etc",)))
    trunk, desk.base = desk.base, ""
    assert desk.check(Check(), trunk=trunk).files == ("src/a.py",)
    desk.base = "0" * 40
    with pytest.raises(FactoryError, match=r"no commit .0000"):
        desk.check(Check())


def test_a_full_station_is_looked_at_in_its_linked_worktree(desk: Desk) -> None:
    place = desk.place("f1", mode=Mode.FULL)
    head = desk.repo.commit({"src/a.py": "a = 2\n"}, cwd=place.work)
    (place.work / "new.txt").write_text("n\n")
    work = Work("f1", "agent/f1", head, desk.base)
    found = asyncio.run(run_check(desk.factory, work, Check()))
    assert (found.files, found.failures) == (
        ("src/a.py",),
        ("not committed: new.txt: commit them, or take them away",),
    )
    (place.work / "new.txt").unlink()
    desk.repo.git("switch", "--quiet", "--detach", cwd=place.work)
    (words,) = asyncio.run(run_check(desk.factory, work, Check())).failures
    assert words.startswith("its place stands on no branch")


def test_a_branch_that_was_rewritten_is_judged_by_what_it_came_to(desk: Desk) -> None:
    desk.arrives({"src/a.py": "a = 2\n"})
    desk.repo.git("reset", "--quiet", "--hard", "HEAD~1", cwd=desk.station.work)
    desk.arrives({"src/b.py": "b = 2\n"})
    assert desk.check(Check()).files == ("src/b.py",)
