"""Where the kernel watches no more: it is said, with the cure, nothing is lost, and it ends when there is room."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from sessions.supervisor import process
from sessions.watching import filesystems
from sessions.watching.blind import Blind
from tests import ROOT
from tests.support.branches.git import TestRepository
from tests.support.house import House, house_in

house = pytest.fixture(lambda monkeypatch: (yield from house_in(monkeypatch)))

STORY = """
import asyncio, errno, os, resource, sys
from contextlib import aclosing
from pathlib import Path
from sessions.observe import watching

watching.REREAD_S = 0.05
root = Path(sys.argv[1])
folders = [root / str(number) for number in range(30)]
for folder in folders:
    folder.mkdir()
    (folder / "a.jsonl").write_text("1")
told, news = [], asyncio.Event()

def hear(blind):
    told.append(blind)
    news.set()

async def until(changes, true):
    heard = set()
    async with asyncio.timeout(20):
        async for paths in changes:
            heard |= paths or set()
            if true(heard):
                return heard

def grown(number):
    for folder in folders:
        with open(folder / "a.jsonl", "a") as file:
            file.write(str(number))
    return {str(folder / "a.jsonl") for folder in folders}

async def run():
    refuse()
    async with aclosing(watching.watch([root], hear)) as changes:
        assert await anext(changes) is None
        print(len(told[-1].folders), told[-1].told())
        files = grown(1)
        await until(changes, files.issubset)
        (root / "new").mkdir()
        (root / "new" / "b.jsonl").write_text("1")
        await until(changes, {str(root / "new" / "b.jsonl")}.issubset)
        allow()
        async with asyncio.timeout(20):
            step = asyncio.ensure_future(anext(changes))
            while told[-1].folders:
                news.clear()
                await news.wait()
        print("watched again" + told[-1].told())
        (root / "new" / "c.jsonl").write_text("1")
        await step
"""
LIMITED = """
def refuse():
    Path("/proc/sys/user/NAME").write_text("LIMIT")
def allow():
    Path("/proc/sys/user/NAME").write_text("500")
asyncio.run(run())
"""


def privately(story: str, place: Path) -> list[str]:
    """The lines that a program prints in a user namespace of its own, in which it may set the kernel's limits."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-Ur", "true"], check=False).returncode:
        pytest.skip("user namespaces are not available")
    command = ["unshare", "-Ur", sys.executable, "-c", story, str(place)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode and "PermissionError" in done.stderr and "/proc/sys/user" in done.stderr:
        pytest.skip("the kernel does not let a user namespace set limits of its own")
    assert not done.returncode, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("name", "limit", "unwatched"), [("max_inotify_watches", 10, 21), ("max_inotify_instances", 0, 31)]
)
def test_what_is_not_watched_is_said_and_read_again(tmp_path: Path, name: str, limit: int, unwatched: int) -> None:
    """Of 31 folders; the kernel's name for the limit is also that of the cure."""
    told, again = privately(STORY + LIMITED.replace("NAME", name).replace("LIMIT", str(limit)), tmp_path)
    setting = name.replace("max_inotify_", "max_user_")
    assert told.startswith(f"{unwatched} {unwatched} folders not watched: sudo sysctl fs.inotify.{setting}=")
    assert "read again every" in told
    assert again == "watched again"


def test_branches_are_read_again_where_not_even_git_is_watched(tmp_path: Path) -> None:
    made = TestRepository(tmp_path / "repo")
    made.commit({"a": "1"}, "first")
    story = textwrap.dedent("""
        import asyncio, subprocess, sys
        from contextlib import aclosing
        from pathlib import Path
        from sessions.branches.watch import watch as module
        from sessions.branches.watch.repo import Repository

        module.REREAD_S, module.RELEASE_S = 0.05, 0.0001

        async def run():
            Path("/proc/sys/user/max_inotify_watches").write_text("0")
            async with asyncio.timeout(20), aclosing(module.watch(Repository.open(Path(sys.argv[1])))) as hints:
                first, second = await anext(hints), await anext(hints)
                print(first.refs and second.refs, first.trouble)
                Path("/proc/sys/user/max_inotify_watches").write_text("500")
                async for hint in hints:
                    if not hint.trouble:
                        break
                print("watched again")

        asyncio.run(run())
        """)
    told, again = privately(story, made.path)
    assert told.startswith("True branches not watched: sudo sysctl fs.inotify.max_user_watches=")
    assert again == "watched again"


def test_a_supervisor_says_it_to_everybody(house: House) -> None:
    """`doctor` asks it; the commands and the screens have it from the same frame."""
    house.write(1, 2)
    pid = house.start()
    assert pid
    assert process.trouble(house.repo.path) == ""
    process.stop(house.repo.path)
    assert process.trouble(house.repo.path) == ""


def test_kinds_of_file_systems_that_do_not_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "30 22 0:40 / /home rw shared:1 - nfs4 server:/home rw\n"
        "31 22 0:41 / /mnt rw - fuse.sshfs host:/ rw\n"
        "32 22 0:42 / /x rw - overlay overlay rw\n"
        "torn\n"
    )
    monkeypatch.setattr(filesystems, "MOUNTS", mounts)
    assert sorted(filesystems.kinds().values()) == ["fuse.sshfs", "nfs4", "overlay"]
    told = Blind(silent=("nfs4",), every=10).told()
    assert told == "nfs4 does not tell what other machines write: read again every 10 s"
    assert Blind().told() == ""
