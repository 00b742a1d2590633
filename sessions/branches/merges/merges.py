"""Asks git which commits merge and which collide, many pairs in one process. The truth is git's own merge.

`git merge-tree --stdin` ends at the first pair it cannot merge at all; that pair becomes unknown with git's words for
the reason, and the others go on. Its status is 1 for clean and 0 for a conflict, unlike its exit code for one pair.
However long git takes, that alone makes no pair unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from sessions.branches.git.names import shown
from sessions.branches.git.run import Git, GitTimeoutError, last_words, version
from sessions.branches.merges.verdicts import Told
from sessions.floor.conflicts import Outcome

__all__ = ["Collision", "MergeResult", "Outcome", "Pair", "merge_batch", "parse"]

PAIR_TIMEOUT_S = 120.0
"""How long somebody waits who looks into one pair."""
MANY_SINCE = (2, 39)
"""The first git that merges many pairs in one process; the one before it needs a process for each."""
_DIED = 128
"""The exit status of a git that gives up and says why; it has told of all pairs before."""
Pair = tuple[str, str]
Stages = dict[bytes, dict[bytes, tuple[bytes, bytes]]]


class Collision(msgspec.Struct, frozen=True, order=True):
    """One path that two sides cannot both have their way with."""

    path: str
    """As `names.shown` writes it."""
    kind: str
    """content, add/add, modify/delete, rename/rename, rename/delete, rename/add, file/directory, directory rename,
    mode, submodule, binary, or git's own word for one that is not known here."""
    same: bool = False
    """Both sides wrote the same content."""


class MergeResult(msgspec.Struct, frozen=True):
    """The outcome for one pair of commits. `tree` is the merged tree, with conflict marks in it if there are any."""

    pair: Pair
    outcome: Outcome
    tree: str = ""
    collisions: tuple[Collision, ...] = ()
    reason: str = ""
    """Why it is unknown."""
    sources: Mapping[str, bytes] = {}
    """By path of a collision what its text was merged from: the same always leads to the same text."""
    told: tuple[Told, ...] = ()
    """Of each conflict the paths that it left merged."""


_KINDS = {
    "contents": "content",
    "distinct modes": "mode",
    "distinct types": "mode",
    "rename involved in collision": "rename/add",
    "directory rename suggested": "directory rename",
    "directory rename unclear split": "directory rename",
    "file location": "directory rename",
    "implicit dir rename": "directory rename",
}
_SPECIFIC = ("content", "binary")
"""Kinds that only say how two texts collide; a more telling one for the same path stands before them."""


def merge_batch(git: Git, pairs: Sequence[Pair]) -> list[MergeResult]:
    """The verdicts for `pairs`, in their order, from as few processes as possible, however long that takes.

    `git` should be that of a `Scratch`.
    """
    return merge_some(git, pairs, None)[0]


def merge_some(git: Git, pairs: Sequence[Pair], slice_s: float | None) -> tuple[list[MergeResult], list[Pair]]:
    """The same, but without those pairs for which alone git takes longer than `slice_s` seconds; and these."""
    verdicts: list[MergeResult] = []
    left = list(pairs)
    while left:
        try:
            status, out, err = ask(git, left, slice_s)
        except GitTimeoutError as error:
            if len(left) == 1:
                return verdicts, left
            done = _verdicts(left, error.out)
            # Its answers come in portions: which of the others takes so long shows only when each is alone.
            each = [merge_some(git, [pair], slice_s) for pair in left[len(done) :]]
            found = [verdict for some, _ in each for verdict in some]
            return verdicts + done + found, [pair for _, late in each for pair in late]
        done = _verdicts(left, out)
        verdicts += done
        left = left[len(done) :]
        if len(left) > 1 and status != _DIED:
            # Git crashed, with answers in its buffers: which pair it was at shows when there is no other beside it.
            half = len(left) // 2
            first, second = merge_some(git, left[:half], slice_s), merge_some(git, left[half:], slice_s)
            return verdicts + first[0] + second[0], first[1] + second[1]
        if left:
            # Git stopped here: this pair cannot be merged at all.
            reason = last_words(err).removeprefix("fatal: ") if status else "git gave no answer"
            verdicts.append(MergeResult(left.pop(0), Outcome.UNKNOWN, reason=reason))
    return verdicts, []


def _verdicts(pairs: Sequence[Pair], out: bytes) -> list[MergeResult]:
    return [_verdict(pair, *found) for pair, found in zip(pairs, parse(out), strict=False)]


def ask(git: Git, pairs: Sequence[Pair], timeout: float | None) -> tuple[int, bytes, bytes]:
    """Git's last status, its answers in the form of `--stdin`, and its words about the pair at which it ended.

    Raises GitTimeoutError, with the answers so far, after so many seconds.
    """
    merge = ("merge-tree", "--write-tree", "-z", "--messages")
    if version() >= MANY_SINCE:
        stdin = "".join(f"{a} {b}\n" for a, b in pairs).encode()
        return git.call(*merge, "--stdin", stdin=stdin, timeout=timeout)
    answers = b""
    for pair in pairs:
        try:
            status, out, err = git.call(*merge, *pair, timeout=timeout)
        except GitTimeoutError as error:
            error.out = answers
            raise
        if status not in (0, 1) or not out:  # 1 is also the status for a commit that is not there
            return status if status != 1 else _DIED, answers, err
        answers += b"%d\0%b\0" % (1 - status, out)
    return 0, answers, b""


Found = tuple[bytes, bytes, list[bytes], list[tuple[list[bytes], bytes]]]


def parse(out: bytes) -> Iterator[Found]:
    """The complete records of `merge-tree -z --messages --stdin`: status, tree, staged entries, messages.

    A record ends in an empty field, or in a paragraph of advice about submodules; one that is cut off is left out.
    """
    fields = out.split(b"\0")
    fields.pop()  # what follows the last NUL
    at = 0
    try:
        while at < len(fields):
            status, tree = fields[at], fields[at + 1]
            at += 2
            entries = []
            while fields[at]:
                entries.append(fields[at])
                at += 1
            at += 1
            messages = []
            while fields[at].isdigit():
                count = int(fields[at])
                messages.append((fields[at + 1 : at + 1 + count], fields[at + 1 + count]))
                at += count + 3
            at += 1
            yield status, tree, entries, messages
    except (IndexError, ValueError):
        return


def _verdict(
    pair: Pair, status: bytes, tree: bytes, entries: list[bytes], messages: list[tuple[list[bytes], bytes]]
) -> MergeResult:
    name = tree.decode("ascii", "replace")
    if status == b"1":
        return MergeResult(pair, Outcome.CLEAN, name)
    if status != b"0":
        return MergeResult(pair, Outcome.UNKNOWN, reason="git could not finish the merge")
    stages = staged(entries)
    sources = {shown(path): path + b"\0" + repr(sorted(sides.items())).encode() for path, sides in stages.items()}
    conflicts = list(_conflicts(messages))
    told = tuple(
        (kind, tuple(shown(_wanted(path, pair)) for path in paths if path not in stages)) for paths, kind in conflicts
    )
    return MergeResult(pair, Outcome.CONFLICT, name, _collisions(pair, stages, conflicts), sources=sources, told=told)


def _conflicts(messages: Sequence[tuple[list[bytes], bytes]]) -> Iterator[tuple[list[bytes], str]]:
    """All paths and the kind of each conflict that a message tells of."""
    for paths, type_ in messages:
        words = type_.decode("utf-8", "replace")
        if words.startswith("CONFLICT"):
            kind = words.removeprefix("CONFLICT").strip(" ()")
            yield paths, "submodule" if kind.startswith("submodule") else _KINDS.get(kind, kind)


def _collisions(pair: Pair, stages: Stages, conflicts: Sequence[tuple[list[bytes], str]]) -> tuple[Collision, ...]:
    kinds: dict[bytes, list[str]] = {path: [] for path in stages}
    for paths, kind in conflicts:
        # Where nothing is left unmerged at all, the first path stands for all that are involved.
        for path in [path for path in paths if path in stages] if stages else paths[:1]:
            kinds.setdefault(path, []).append(kind)
    found = {
        Collision(shown(_wanted(path, pair)), _kind(kinds[path], stages.get(path, {})), _same(stages.get(path, {})))
        for path in kinds
    }
    return tuple(sorted(found))


def _wanted(path: bytes, pair: Pair) -> bytes:
    """Where two things want the same path, git sets one aside as `path~commit`."""
    if b"~" not in path:
        return path
    return re.sub(rb"~(?:%s)(?:_\d+)?$" % b"|".join(re.escape(side.encode()) for side in pair), b"", path)


def staged(entries: list[bytes]) -> Stages:
    """Mode and object of each side of every path that is left unmerged, by path and stage."""
    stages: Stages = {}
    for entry in entries:
        meta, _, path = entry.partition(b"\t")
        mode, name, stage = meta.split(b" ")
        stages.setdefault(path, {})[stage] = (mode, name)
    return stages


def _same(stages: dict[bytes, tuple[bytes, bytes]]) -> bool:
    return b"2" in stages and b"3" in stages and stages[b"2"][1] == stages[b"3"][1]


def _kind(found: list[str], stages: dict[bytes, tuple[bytes, bytes]]) -> str:
    if any(mode == b"160000" for mode, _ in stages.values()):
        return "submodule"
    telling = [kind for kind in found if kind not in _SPECIFIC]
    if telling:
        return telling[0]
    if "binary" in found:
        return "binary"
    return "add/add" if b"1" not in stages and len(stages) == 2 else "content"
