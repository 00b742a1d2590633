"""Repositories with planted collisions of many kinds: which pairs collide, in which paths, and how."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from tests.support.branches.git import TestRepository

KINDS = (
    "content", "add/add", "modify/delete", "rename/delete", "rename/rename", "binary", "file/directory", "mode",
    "submodule", "rename/add", "directory rename",
)  # fmt: skip
LINES = 24
Change = tuple[str, str, bytes]
"""Mode, path and content of a file; for a submodule its commit; no mode deletes the path."""
Collisions = dict[tuple[str, str], frozenset[tuple[str, str]]]
FILE, LINK, MODULE, GONE = "100644", "120000", "160000", ""


class Planted(msgspec.Struct):
    """A bare repository, and all that there is to know of it."""

    path: Path
    base: str
    names: list[str]
    """The branches without the base, in the order in which they were made."""
    heads: dict[str, str]
    """The commit of every branch and of the base."""
    conflicts: Collisions
    """Every pair that collides, its names sorted, with paths and kinds."""


def text(name: str, changes: Mapping[int, str] | None = None) -> str:
    """A file of its own: `LINES` lines, numbered from 0, of which some are others."""
    changes = changes or {}
    return "".join(changes.get(number, f"line {number} of {name}") + "\n" for number in range(LINES))


def planted(path: Path, seed: int, branches: int = 8, plots: int = 2 * len(KINDS), cast: int = 2) -> Planted:
    """A repository with `plots` places, each with up to `cast` branches of which some or all collide there.

    The kinds take turns. Every place has paths of its own, so that no place has a part in another's collisions.
    """
    chance = random.Random(seed)
    names = [f"b{number:02}" for number in range(branches)]
    base: list[Change] = []
    work: dict[str, list[Change]] = {name: [] for name in names}
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for number in range(plots):
        kind, actors = KINDS[number % len(KINDS)], chance.sample(names, chance.randint(2, max(2, cast)))
        if kind not in ("content", "add/add", "binary"):
            actors = actors[:2]
        place = f"p{number:02}/{kind.replace('/', '-').replace(' ', '-')}"
        start, changes, paths = _plot(kind, place, actors)
        base += start
        for name, own in zip(actors, changes, strict=True):
            work[name] += own
        for one, other in itertools.combinations(sorted(actors), 2):
            found.setdefault((one, other), set()).update((each, kind) for each in paths)
    for number, name in enumerate(names):
        work[name].append((FILE, f"own/{number:02}.txt", name.encode()))
    return _made(path, base, work, {pair: frozenset(files) for pair, files in found.items()})


def _plot(kind: str, place: str, actors: Sequence[str]) -> tuple[list[Change], list[list[Change]], list[str]]:
    """What there is before, what each of the actors does to it, and the paths in which any two of them collide."""
    path, names = f"{place}.txt", [f"{place}-{name}.txt" for name in actors]
    old, gone = (FILE, path, text(place).encode()), (GONE, path, b"")
    own = [(FILE, path, text(place, {5: name}).encode()) for name in actors]
    moved = [[gone, (FILE, name, old[2])] for name in names]
    inside, outside = f"{place}/old.txt", f"{place}-{actors[0]}"
    plots: dict[str, tuple[list[Change], list[list[Change]], list[str]]] = {
        "content": ([old], [[change] for change in own], [path]),
        "add/add": ([], [[change] for change in own], [path]),
        "binary": ([(FILE, path, b"\0")], [[(FILE, path, b"\0" + name.encode())] for name in actors], [path]),
        "modify/delete": ([old], [[own[0]], [gone]], [path]),
        "rename/delete": ([old], [moved[0], [gone]], [names[0]]),
        "rename/rename": ([old], moved, [path, *names]),
        "file/directory": ([], [[(FILE, place, b"a file\n")], [(FILE, f"{place}/in.txt", b"inside\n")]], [place]),
        "mode": ([old], [[(LINK, path, b"elsewhere")], [own[1]]], [path]),
        "rename/add": (
            [old],
            [[gone, (FILE, names[0], own[0][2])], [own[1], (FILE, names[0], b"something else\n")]],
            [names[0]],
        ),
        "directory rename": (
            [(FILE, inside, old[2])],
            [[(GONE, inside, b""), (FILE, f"{outside}/old.txt", old[2])], [(FILE, f"{place}/new.txt", b"new\n")]],
            [f"{outside}/new.txt"],
        ),
        "submodule": ([], [[(MODULE, place, digit * 40)] for digit in (b"1", b"2")], [place]),
    }
    return plots[kind]


def bench_repository(
    path: Path,
    files: int = 5_000,
    branches: int = 50,
    conflicts: int | Sequence[tuple[int, int]] = 60,
    touched: int = 20,
    seed: int = 1,
) -> Planted:
    """A large repository of which the colliding pairs are known: so many, or those given by numbers of branches.

    Each such pair changes the same line of a file that no other pair has; besides, every branch changes `touched`
    files, some of them also changed by others but at other lines.
    """
    chance = random.Random(seed)
    names = [f"work/{number:03}" for number in range(branches)]
    every = list(itertools.combinations(range(branches), 2))
    given = chance.sample(every, conflicts) if isinstance(conflicts, int) else conflicts
    edges = sorted({(min(edge), max(edge)) for edge in given})
    paths = [f"src/d{number % 40:02}/f{number:05}.txt" for number in range(files)]
    base: list[Change] = [(FILE, each, text(each).encode()) for each in paths]
    work: dict[str, list[Change]] = {name: [] for name in names}
    found: Collisions = {}
    for number, (one, other) in enumerate(edges):
        place = f"hot/f{number:04}.txt"
        base.append((FILE, place, text(place).encode()))
        for end in (one, other):
            work[names[end]].append((FILE, place, text(place, {5: names[end]}).encode()))
        found[names[one], names[other]] = frozenset({(place, "content")})
    taken: dict[str, int] = {}
    for name in names:
        for each in chance.sample(paths, min(touched, files)):
            line = taken.get(each, 0)
            if line < LINES:
                # Lines far enough apart that no two changes are neighbours.
                taken[each] = line + 4
                work[name].append((FILE, each, text(each, {line: name}).encode()))
    return _made(path, base, work, found)


def _made(path: Path, base: Sequence[Change], work: Mapping[str, Sequence[Change]], found: Collisions) -> Planted:
    made = TestRepository(path / "planted.git", bare=True)
    stream = [_commit("main", made.clock, base, "")]
    for name, changes in work.items():
        made.clock += 60
        stream.append(_commit(name, made.clock, changes, "refs/heads/main"))
    made.git("fast-import", "--quiet", stdin=b"".join(stream) + b"done\n")
    heads = dict(
        line.split(" ") for line in made.git("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)").splitlines()
    )
    return Planted(made.path, "main", list(work), heads, found)


def _commit(name: str, clock: int, changes: Sequence[Change], parent: str) -> bytes:
    lines = [f"commit refs/heads/{name}\ncommitter Ada Author <ada@example.com> {clock} +0000\ndata 4\nwork\n".encode()]
    if parent:
        lines.append(f"from {parent}\n".encode())
    for mode, path, content in changes:
        if mode == GONE:
            lines.append(f"D {path}\n".encode())
        elif mode == MODULE:
            lines.append(b"M 160000 " + content + f" {path}\n".encode())
        else:
            lines.append(f"M {mode} inline {path}\ndata {len(content)}\n".encode() + content + b"\n")
    return b"".join(lines) + b"\n"
