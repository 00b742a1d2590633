"""Repositories with planted collisions of every kind, and random ones, to hold trial merges against git's own."""

from __future__ import annotations

import functools
import io
import random
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.support.branches.git import TestRepository

Files = dict[str, str | bytes | None]

LINES = "".join(f"line {number}\n" for number in range(1, 31))


def edited(number: int, words: str) -> str:
    """The usual text with one line replaced."""
    return LINES.replace(f"line {number}\n", words + "\n")


Pairs = dict[str, tuple[str, str, str]]
"""For each kind of collision its two branches and the kind expected."""


def planted(path: Path) -> tuple[TestRepository, Pairs]:
    """A repository with a pair of branches for each kind of collision."""
    packed, clock, pairs = _planted()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(path, filter="fully_trusted")
    return TestRepository.found(path, clock), dict(pairs)


@functools.cache
def _planted() -> tuple[bytes, int, Pairs]:
    """It takes a hundred processes: it is made once, and unpacked where it is wanted."""
    with tempfile.TemporaryDirectory() as name:
        made, pairs = _plant(Path(name))
        with tarfile.open(fileobj=(packed := io.BytesIO()), mode="w") as archive:
            archive.add(name, ".")
        return packed.getvalue(), made.clock, pairs


def _plant(path: Path) -> tuple[TestRepository, Pairs]:
    made = TestRepository(path)
    files: Files = {
        "a.txt": LINES,
        "b.txt": LINES + "b\n",
        "c.txt": LINES + "c\n",
        "run.sh": "#!/bin/sh\n",
        "pic.png": b"\x89PNG\0base",
    }
    for number in range(4):
        files[f"lib/m{number}.py"] = LINES + f"{number}\n"
    made.commit(files)

    def side(name: str, work: Callable[[], object]) -> str:
        made.git("checkout", "--quiet", "-b", name, "main")
        work()
        made.commit(message=name)
        return name

    def pair(kind: str, one: Callable[[], object], other: Callable[[], object]) -> tuple[str, str, str]:
        slug = kind.replace("/", "-").replace(" ", "-")
        return side(f"{slug}-1", one), side(f"{slug}-2", other), kind

    def renamed_and_edited() -> None:
        made.git("mv", "b.txt", "n.txt")
        made.write({"n.txt": edited(5, "x") + "b\n"})

    def mode() -> None:
        (made.path / "run.sh").unlink()
        (made.path / "run.sh").symlink_to("a.txt")

    planned = (
        pair("content", lambda: made.write({"a.txt": edited(5, "x")}), lambda: made.write({"a.txt": edited(5, "y")})),
        pair("modify/delete", lambda: made.write({"a.txt": edited(5, "x")}), lambda: made.write({"a.txt": None})),
        pair("add/add", lambda: made.write({"new.txt": "1\n"}), lambda: made.write({"new.txt": "2\n"})),
        pair("rename/rename", lambda: made.git("mv", "a.txt", "x.txt"), lambda: made.git("mv", "a.txt", "y.txt")),
        pair("rename/delete", lambda: made.git("mv", "a.txt", "x.txt"), lambda: made.write({"a.txt": None})),
        pair("rename/add", renamed_and_edited, lambda: made.write({"b.txt": edited(5, "y") + "b\n", "n.txt": "new\n"})),
        pair("file/directory", lambda: made.write({"thing": "1\n"}), lambda: made.write({"thing/in.txt": "1\n"})),
        pair("binary", lambda: made.write({"pic.png": b"\x89\0one"}), lambda: made.write({"pic.png": b"\x89\0two"})),
        pair("mode", mode, lambda: made.write({"run.sh": "#!/bin/bash\n"})),
        pair("directory rename", lambda: made.git("mv", "lib", "pkg"), lambda: made.write({"lib/new.py": "1\n"})),
        pair("submodule", lambda: gitlink(made, "1" * 40), lambda: gitlink(made, "2" * 40)),
    )
    made.git("checkout", "--quiet", "main")
    return made, {kind: (one, other, kind) for one, other, kind in planned}


def gitlink(made: TestRepository, commit: str) -> None:
    """Record a submodule at a commit, without having one: the directory stands for it."""
    (made.path / "sub").mkdir(exist_ok=True)
    made.git("update-index", "--add", "--cacheinfo", f"160000,{commit},sub")


def scrambled(path: Path, seed: int, branches: int = 8) -> tuple[TestRepository, list[str]]:
    """A repository with random branches that edit, add, delete and rename files and directories, and merge others."""
    chance = random.Random(seed)
    made = TestRepository(path)
    made.commit({f"d{number % 4}/e{number % 2}/f{number}.txt": LINES + f"{number}\n" for number in range(16)})
    names: list[str] = []
    for number in range(branches):
        made.git("checkout", "--quiet", "-b", f"b{number}", chance.choice(["main", *names[-2:]]))
        names.append(f"b{number}")
        for _ in range(chance.randint(1, 3)):
            scramble(made, chance)
            made.commit(message=f"scramble {number}")
        if chance.random() < 0.3:
            made.git("checkout", "--quiet", "main")
            made.commit({f"main{number}.txt": f"{number}\n"})
    made.git("checkout", "--quiet", "main")
    return made, names


def scramble(made: TestRepository, chance: random.Random) -> None:
    """One random change of the worktree."""
    files = [name for name in made.git("ls-files").splitlines() if (made.path / name).is_file()]
    if not files:
        return
    name = chance.choice(files)
    act = chance.randrange(6)
    if act == 0:
        lines = (made.path / name).read_text().splitlines(keepends=True)
        lines[chance.randrange(len(lines))] = f"changed {chance.randrange(3)}\n"
        made.write({name: "".join(lines)})
    elif act == 1:
        made.write({name: None})
    elif act == 2:
        new = f"d{chance.randrange(4)}/e{chance.randrange(2)}/new{chance.randrange(3)}.txt"
        if not (made.path / new).is_dir():
            made.write({new: f"{chance.random()}\n"})
    elif act == 3:
        place = made.path / f"d{chance.randrange(5)}" / f"moved{chance.randrange(4)}.txt"
        place.parent.mkdir(exist_ok=True)
        if not place.is_dir() and place != made.path / name:
            made.git("mv", "-f", name, str(place))
    elif act == 4:
        directory, target = name.rpartition("/")[0], f"r{chance.randrange(3)}"
        if directory and not (made.path / target).exists():
            made.git("mv", directory, target)
    elif not (made.path / f"d{name[1]}x").exists() and "/" in name:
        made.write({name: None, f"{name}/inside.txt": "file became directory\n"})
