"""Writes parts of merges as commits that git can merge: what two sides did to some paths, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from sessions.branches.git.run import Git, GitError
from sessions.branches.merges.verdicts import Pair
from sessions.branches.parts.parts import STAND_INS, Moves, Rest, Sheet, sides

_SETTINGS = ("fastimport.unpackLimit=0", "pack.compression=0", "core.compression=0")
_numbers = count()


def staged(git: Git, parts: Sequence[Sheet | Rest], timeout: float | None = None) -> list[Pair]:
    """Two commits for each part, with its merge base as their parent, in one process and one pack of objects.

    Raises GitError when one of the files cannot be read.
    """
    if not parts:
        return []
    ref = f"refs/staged/{next(_numbers)}".encode()  # it is gone when git ends
    stream = b"".join(_stream(ref, parts))
    words = ("fast-import", "--quiet", "--force", "--done", "--depth=0")
    out = git.with_settings(*_SETTINGS).run(*words, stdin=stream, timeout=timeout)
    names = out.decode("ascii", "replace").split()
    if len(names) != 2 * len(parts):
        raise GitError("git told of other commits than it was asked for")
    return list(zip(names[::2], names[1::2], strict=True))


def _stream(ref: bytes, parts: Sequence[Sheet | Rest]) -> Iterator[bytes]:
    for mark, content in enumerate(STAND_INS, 1):
        yield b"blob\nmark :%d\ndata %d\n%b\n" % (mark, len(content), content)
    for mark, part in zip(count(1 + len(STAND_INS), 3), parts, strict=False):
        base, before, ours, theirs = sides(part)
        if not base:
            yield b"reset %b\n\n" % ref
            yield _commit(ref, mark, b"", before)
        parent = base.encode() or b":%d" % mark
        for at, moves in ((mark + 1, ours), (mark + 2, theirs)):
            yield _commit(ref, at, parent, moves)
            yield b"get-mark :%d\n" % at
    yield b"reset %b\nfrom %b\n\ndone\n" % (ref, b"0" * _width(parts[0]))


def _width(part: Sheet | Rest) -> int:
    """Digits of an object's name."""
    return max(len(state.rpartition(b" ")[2]) for moves in sides(part)[1:] for _, state in moves)


def _commit(ref: bytes, mark: int, parent: bytes, moves: Moves) -> bytes:
    lines = [b"commit %b\nmark :%d\ncommitter x <x> 0 +0000\ndata 0\n" % (ref, mark)]
    if parent:
        lines.append(b"from %b\n" % parent)
    # What was a file may be a directory after, and the other way round.
    lines += [b"D %b\n" % _quoted(path) for path, state in moves if not state]
    lines += [b"M %b %b\n" % (state, _quoted(path)) for path, state in moves if state]
    return b"".join(lines) + b"\n"


def _quoted(path: bytes) -> bytes:
    plain = (b"\\%03o" % byte if byte < 32 or byte > 126 or byte in b'"\\' else bytes((byte,)) for byte in path)
    return b'"' + b"".join(plain) + b'"'
