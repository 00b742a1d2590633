"""Reads the local heads, and the commits they point to, in one process each however many there are.

Heads are listed without touching their commits; only commits that are not known yet are opened.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sessions.branches.git.names import ref_bytes, shown
from sessions.branches.git.run import Git, GitError
from sessions.text import clean

UNREADABLE = "(commit cannot be read)"
_MAX_BROKEN = 20
_HEADS = b"refs/heads/"


@dataclass(frozen=True)
class Commit:
    """What the floor shows of a commit. `author` and `subject` are cleaned; `committed` is seconds since 1970."""

    author: str = ""
    subject: str = ""
    committed: float = 0.0


def heads(git: Git) -> dict[str, str]:
    """All local branches with the commit each points to, by name (see `names.shown`); aliases of others left out."""
    out = git.run("for-each-ref", "--format=%(objectname)%00%(symref)%00%(refname)", "refs/heads/")
    found = {}
    for line in out.splitlines():
        head, symref, ref = line.split(b"\0", 2)
        if not symref:
            found[shown(ref.removeprefix(_HEADS))] = head.decode()
    return found


def resolve(git: Git, name: str) -> str:
    """The commit of a branch, a remote branch, a tag or any other revision; "" when there is none."""
    for prefix in (b"refs/heads/", b"refs/remotes/", b""):
        revision = (prefix + ref_bytes(name)).decode("utf-8", "surrogateescape") + "^{commit}"
        if "\0" in revision:
            return ""
        status, out, _ = git.call("rev-parse", "--verify", "--quiet", "--end-of-options", revision)
        if status == 0:
            return out.decode().strip()
    return ""


def symbolic(git: Git, ref: str, prefix: str = "refs/heads/") -> str:
    """The branch that another ref such as HEAD stands for, without its prefix; "" when it stands for none there."""
    status, out, _ = git.call("symbolic-ref", "--quiet", ref)
    target, place = out.removesuffix(b"\n"), prefix.encode()
    return shown(target.removeprefix(place)) if status == 0 and target.startswith(place) else ""


def origin_head(git: Git) -> str:
    """The branch that the remote `origin` calls its default; "" when that is not known."""
    place = git.directory
    in_files = (place / "HEAD").is_file() and (place / "refs").is_dir() and not (place / "reftable").exists()
    # Such a ref is never packed: where it is no file, there is none, and no process is needed to know.
    if in_files and not os.path.lexists(place / "refs/remotes/origin/HEAD"):
        return ""
    return symbolic(git, "refs/remotes/origin/HEAD", "refs/remotes/origin/")


def commits(git: Git, wanted: Iterable[str]) -> Mapping[str, Commit]:
    """The wanted commits. One that is missing or damaged comes back as one with the subject `UNREADABLE`."""
    left = list(dict.fromkeys(wanted))
    found: dict[str, Commit] = {}
    for _ in range(_MAX_BROKEN):
        if not left:
            break
        status, out, _ = git.call("cat-file", "--batch", "--buffer", stdin="".join(f"{oid}\n" for oid in left).encode())
        answers = _answers(out)
        found |= answers
        # At a damaged object git gives up: that one is unreadable, and those behind it are asked for again.
        left = left[len(answers) :]
        if status != 0 and left:
            found[left.pop(0)] = Commit(subject=UNREADABLE)
    return found | {oid: Commit(subject=UNREADABLE) for oid in left}


def commits_with_trees(git: Git, wanted: Iterable[str]) -> tuple[Mapping[str, Commit], Mapping[str, str]]:
    """`commits`, and their trees as far as these are there, in one process where nothing is damaged."""
    names = list(dict.fromkeys(wanted))
    asked = "".join(f"contents {oid}\ninfo {oid}^{{tree}}\n" for oid in names)
    status, out, _ = git.call("cat-file", "--batch-command", "--buffer", stdin=asked.encode())
    found, trees, at = {}, {}, 0
    for oid in names if status == 0 else ():
        head, _, size = out[at : (end := out.find(b"\n", at))].rpartition(b" ")
        if head != oid.encode() + b" commit":
            break  # it is missing, or no commit
        at = end + 1 + int(size)
        found[oid] = parse(out[end + 1 : at])
        line = out[at + 1 : (end := out.find(b"\n", at + 1))]
        tree, kind, _ = (line + b"  ").split(b" ")[:3]
        if kind == b"tree":
            trees[oid] = tree.decode()
        at = end + 1
    return (found, trees) if len(found) == len(names) else (commits(git, names), trees)


def _answers(out: bytes) -> dict[str, Commit]:
    """The complete answers in the output of `cat-file --batch`, in its order."""
    found, at = {}, 0
    while (end := out.find(b"\n", at)) >= 0:
        words = out[at:end].split(b" ")
        at = end + 1
        if len(words) != 3:
            found[words[0].decode()] = Commit(subject=UNREADABLE)
            continue
        size = int(words[2])
        if at + size >= len(out):
            break
        raw = out[at : at + size]
        found[words[0].decode()] = parse(raw) if words[1] == b"commit" else Commit(subject=UNREADABLE)
        at += size + 1
    return found


def parse(raw: bytes) -> Commit:
    """A commit object. Whatever is not as it should be is left empty; nothing raises."""
    header, _, message = raw.partition(b"\n\n")
    fields: dict[bytes, bytes] = {}
    for line in header.split(b"\n"):
        key, _, value = line.partition(b" ")
        fields.setdefault(key, value)
    encoding = fields.get(b"encoding", b"utf-8").decode("ascii", "replace")
    paragraph = message.lstrip(b"\n").partition(b"\n\n")[0]
    return Commit(
        author=clean(_decoded(fields.get(b"author", b"").partition(b" <")[0], encoding)),
        subject=clean(_decoded(paragraph[:4_000], encoding)),
        committed=_seconds(fields.get(b"committer", b"")),
    )


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "replace")
    except (LookupError, UnicodeError):
        return raw.decode("utf-8", "replace")


def _seconds(person: bytes) -> float:
    words = person.rpartition(b"> ")[2].split()
    try:
        return float(int(words[0][:15])) if words else 0.0
    except ValueError:
        return 0.0


def merged(git: Git, base_head: str) -> frozenset[str]:
    """Names of the branches whose every commit is in `base_head`. Raises GitError when a branch is damaged."""
    out = git.run("for-each-ref", "--format=%(refname)", f"--merged={base_head}", "refs/heads/")
    return frozenset(shown(line.removeprefix(_HEADS)) for line in out.splitlines())


def ahead_behind(git: Git, base_head: str, head: str) -> tuple[int, int] | None:
    """Commits that `head` has and the base has not, and the other way round; None when history cannot be walked."""
    try:
        out = git.run("rev-list", "--left-right", "--count", f"{base_head}...{head}", "--")
    except GitError:
        return None
    behind, ahead = out.split()
    return int(ahead), int(behind)


def all_ahead_behind(git: Git, base_head: str) -> dict[str, tuple[int, int]]:
    """`ahead_behind` of every branch in one walk, by name; needs git 2.41."""
    out = git.run("for-each-ref", f"--format=%(ahead-behind:{base_head})%00%(refname)", "refs/heads/")
    found = {}
    for line in out.splitlines():
        counts, ref = line.split(b"\0", 1)
        ahead, behind = counts.split()
        found[shown(ref.removeprefix(_HEADS))] = (int(ahead), int(behind))
    return found
