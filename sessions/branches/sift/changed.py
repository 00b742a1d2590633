"""Reads what changed between commits: the paths, and what else decides whether two sides may collide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sessions.branches.git.run import Git, GitError
from sessions.branches.parts.parts import parents

Pair = tuple[str, str]
Edit = tuple[bytes, bytes]
"""What was at a path before, and what is there after: mode and object, with a blank between; b"" for nothing."""


@dataclass(frozen=True)
class Changed:
    """What one side changed."""

    paths: frozenset[bytes]
    added: frozenset[bytes] = frozenset()
    deleted: frozenset[bytes] = frozenset()
    emptied: frozenset[bytes] = frozenset()
    """Directories that are gone on this side: they may have been renamed."""
    edits: Mapping[bytes, Edit] = field(default_factory=dict)
    """What became of each of the paths."""
    above: frozenset[bytes] = field(init=False)
    """Every directory above a changed path."""
    added_in: frozenset[bytes] = field(init=False)
    """Every directory above an added path."""

    def __post_init__(self) -> None:
        for name, paths in (("above", self.paths), ("added_in", self.added)):
            object.__setattr__(self, name, frozenset(directory for path in paths for directory in parents(path)))


def changes(git: Git, wanted: Iterable[Pair]) -> Mapping[Pair, Changed]:
    """What changed between the two commits of each pair, in a few processes however many there are.

    Raises GitError when one of them, or its tree, is missing or damaged.
    """
    order = sorted(set(wanted))
    trees = _trees(git, sorted({commit for pair in order for commit in pair}))
    stdin = "".join(f"{trees[a]} {trees[b]}\n" for a, b in order).encode()
    out = git.run("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--no-ext-diff", stdin=stdin)
    found = dict(zip(order, parse(out), strict=True))
    asked = [
        (pair, directory)
        for pair, side in found.items()
        for directory in sorted({directory for path in side.deleted for directory in parents(path)})
    ]
    gone: dict[Pair, set[bytes]] = {}
    for (pair, directory), there in zip(asked, _exist(git, [(pair[1], name) for pair, name in asked]), strict=True):
        if not there:
            gone.setdefault(pair, set()).add(directory)
    return found | {pair: replace(found[pair], emptied=frozenset(names)) for pair, names in gone.items()}


def _exist(git: Git, directories: Sequence[tuple[str, bytes]]) -> list[bool]:
    """Whether each directory is there in the commit beside it; False when in doubt."""
    if not directories:
        return []
    stdin = b"".join(commit.encode() + b":" + name + b"\0" for commit, name in directories)
    lines = git.run("cat-file", "-z", "--batch-check=%(objecttype)", stdin=stdin).split(b"\n")[:-1]
    if len(lines) != len(directories):
        return [False] * len(directories)  # a name with a line break is repeated in an answer
    return [line == b"tree" for line in lines]


def _trees(git: Git, commits: Sequence[str]) -> dict[str, str]:
    stdin = "".join(f"{commit}^{{tree}}\n" for commit in commits).encode()
    out = git.run("cat-file", "--batch-check=%(objectname)", stdin=stdin).decode().splitlines()
    if lost := next((line for line in out if " " in line), ""):
        raise GitError(f"git knows no {lost.removesuffix(' missing')}")
    return dict(zip(commits, out, strict=True))


def parse(out: bytes) -> Iterator[Changed]:
    """The output of `diff-tree --stdin -r -z --raw`: a line that names the trees, then fields, for each pair."""
    fields = out.split(b"\0")
    paths: dict[bytes, bytes] | None = None
    for at in range(0, len(fields), 2):
        *headers, meta = fields[at].split(b"\n")
        for _ in headers:
            if paths is not None:
                yield _made(paths)
            paths = {}
        if meta and paths is not None:
            paths[fields[at + 1]] = meta
    if paths is not None:
        yield _made(paths)


def _made(paths: Mapping[bytes, bytes]) -> Changed:
    """`paths` have the words of git for what became of each: two modes with a colon before, two objects, a letter."""
    words = {path: meta.split(b" ") for path, meta in paths.items()}
    return Changed(
        frozenset(paths),
        frozenset(path for path, (*_, letter) in words.items() if letter == b"A"),
        frozenset(path for path, (*_, letter) in words.items() if letter == b"D"),
        edits={
            path: (
                b"" if letter == b"A" else old.removeprefix(b":") + b" " + before,
                b"" if letter == b"D" else new + b" " + after,
            )
            for path, (old, new, before, after, letter) in words.items()
        },
    )
