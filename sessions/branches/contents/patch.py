"""Reads a patch as git prints it, file by file and line by line, whatever the files hold. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sessions.floor.branches.contents import FileChange, LineKind, Patch, PatchLine
from sessions.text import clean, clean_lines

MOST_LINES = 20_000
"""Lines of a patch that are shown."""
LONGEST = 2_000
"""Characters of a line that are shown."""
_FILE = b"diff --git "
_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)", re.DOTALL)
_MODES = (b"old mode ", b"new mode ")
_ALIKE = (b"similarity index ", b"dissimilarity index ")
_KINDS = {b" ": LineKind.CONTEXT, b"+": LineKind.ADDED, b"-": LineKind.REMOVED}


def patch(out: bytes, files: Sequence[FileChange], cut: bool = False) -> Patch:
    """The output of `diff-tree -p` over these `files`, in their order; `cut` tells that it goes on."""
    raw = out.split(b"\n")
    if cut or not raw[-1]:
        raw.pop()  # half a line, or nothing behind the last one
    lines: list[PatchLine] = []
    for line in _lines(raw, files):
        if len(lines) == MOST_LINES:
            cut = True
            break
        lines.append(line)
    return Patch(tuple(lines), f"Only the first {len(lines):,} lines are shown." if cut else "")


def _lines(raw: Sequence[bytes], files: Sequence[FileChange]) -> Iterator[PatchLine]:
    at = number = 0
    while at < len(raw):
        line = raw[at]
        at += 1
        if line.startswith(_FILE):
            yield PatchLine(LineKind.FILE, _title(line, files[number] if number < len(files) else None))
            number += 1
        elif hunk := _HUNK.fullmatch(line):
            yield PatchLine(LineKind.HUNK, _text(line))
            stop = _end(raw, at, _size(hunk[2]), _size(hunk[4]))
            yield from _body(raw[at:stop], int(hunk[1]), int(hunk[3]))
            at = stop
        elif note := _note(line):
            yield PatchLine(LineKind.NOTE, note)


def _size(written: bytes | None) -> int:
    return 1 if written is None else int(written)


def _end(raw: Sequence[bytes], at: int, old: int, new: int) -> int:
    """Where a hunk of these sizes ends that begins at a line: a removed line may look like a header.

    `\\ No newline at end of file` may stand behind any line, and is counted in no size.
    """
    while at < len(raw):
        sign = raw[at][:1]
        if sign != b"\\" and (sign not in _KINDS or (old <= 0 and new <= 0)):
            break
        old -= sign in (b" ", b"-")
        new -= sign in (b" ", b"+")
        at += 1
    return at


def _body(hunk: Sequence[bytes], old: int, new: int) -> Iterator[PatchLine]:
    """The lines of a hunk that begins at these lines of the file before and after."""
    for line in hunk:
        kind = _KINDS.get(line[:1])
        if kind is None:
            yield PatchLine(LineKind.NOTE, "no line end at the end of the file")
            continue
        before, after = kind is not LineKind.ADDED, kind is not LineKind.REMOVED
        yield PatchLine(kind, _text(line[1:]), old if before else 0, new if after else 0)
        old += before
        new += after


def _title(line: bytes, file: FileChange | None) -> str:
    if file is None:
        return clean(line.removeprefix(_FILE).decode("utf-8", "replace"), 400)
    moved = f"{file.before} → " if file.before else ""
    return clean(moved + file.path, 400)


def _note(line: bytes) -> str:
    """What a line of a file's header says that its name and its hunks do not."""
    text = clean(line.decode("utf-8", "replace"), 400)
    if line.startswith((b"new file mode", b"deleted file mode")):
        return text
    if line.startswith(_MODES):
        return text
    if line.startswith(_ALIKE):
        return f"{text.rpartition(' ')[2]} alike" if line.startswith(_ALIKE[0]) else ""
    if line.startswith((b"Binary files ", b"GIT binary patch")):
        return "binary: there are no lines to show"
    return ""


def _text(raw: bytes) -> str:
    """A line made harmless; a carriage return at its end, which an eye cannot see, is written as `^M`."""
    end = "^M" if raw.endswith(b"\r") else ""
    text = raw.removesuffix(b"\r").decode("utf-8", "replace").replace("\r", "^M")
    more = len(text) - LONGEST
    shown = clean_lines(text, LONGEST)[0]
    return shown + (f"… {more:,} more characters" if more > 0 else "") + end
