"""The rows of the branch screen's lists: parts of the work, files, collisions. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor.branches.contents import ALL, UNCOMMITTED, BranchContents, Files, LineKind, Part, PatchLine
from sessions.floor.conflicts import Verdict
from sessions.text import clean, clean_lines
from widgets.draw.cells import Line, Span, cut, fit, pad, width
from widgets.draw.glyphs import CLASH, DIRTY
from widgets.draw.numbers import age, count
from widgets.draw.paths import path_spans
from widgets.draw.wrap import wrap

HASH = 7
MESSAGE_LINES = 200
"""Lines of a commit's message that are shown."""
_LETTER = {"A": "added", "D": "removed"}
"""Styles of the letters that say what became of a file; all others are soft."""


def part_row(part: Part, work: BranchContents, now: float, cells: int, ground: str) -> Line:
    """All of the work, what is not committed, or one commit with its age."""
    if part.key in (ALL, UNCOMMITTED):
        sign, words = ("≡", "all of it together") if part.key == ALL else (DIRTY, "not committed")
        note = f"{count(work.count)} commit{'s' * (work.count != 1)}" if part.key == ALL else ""
        title: Line = ((f" {sign} ", "accent" + ground), (words, "bold text" + ground), ("  " + note, "faint" + ground))
        return pad(title, cells, "text" + ground)
    commit = part.commit
    assert commit is not None
    author = commit.author if cells >= 90 else ""
    room = max(4, cells - HASH - 11 - (width(author) + 2 if author else 0))
    return pad(
        [
            (f" {commit.name[:HASH]} ", "faint" + ground),
            (fit(age(commit.time, now), 5, right=True) + "  ", "soft" + ground),
            (fit(commit.subject, room), "text" + ground),
            ("  " + author if author else "", "faint" + ground),
        ],
        cells,
        "text" + ground,
    )


def file_row(files: Files, i: int, cells: int, ground: str) -> Line:
    """All files together in row 0, then each with its letter and its lines."""
    if i == 0:
        told = f"{count(files.count)} file{'s' * (files.count != 1)}"
        head: Line = ((" ≡ ", "accent" + ground), ("all files", "bold text" + ground), (f"  {told} ", "faint" + ground))
        return pad([*head, *_counts(files.added, files.removed, ground)], cells, "text" + ground)
    file = files.files[i - 1]
    counts = _counts(file.added, file.removed, ground)
    if file.submodule:
        counts = [("submodule", "faint" + ground)]
    taken = sum(width(text) for text, _ in counts)
    name = (f"{file.before} → " if file.before else "") + file.path
    room = max(4, cells - taken - 6)
    return pad(
        [
            (f" {file.change.value} ", _LETTER.get(file.change.value, "soft") + ground),
            *pad(path_spans(name, room, ground), room, "text" + ground),
            (" ", "text" + ground),
            *counts,
        ],
        cells,
        "text" + ground,
    )


def _counts(added: int | None, removed: int | None, ground: str) -> list[Span]:
    if added is None or removed is None:
        return [("not counted", "faint" + ground)]
    spans = [(f"+{count(added)}", "added" + ground)] if added else []
    if removed:
        spans += [(" " * bool(spans), "text" + ground), (f"−{count(removed)}", "removed" + ground)]
    return spans or [("no lines", "faint" + ground)]


def collision_lines(found: Sequence[tuple[str, Verdict]], base: str, compared: bool, cells: int) -> list[Line]:
    """With whom the branch collides, in how many files and lines, and the worst file of each."""
    if not found:
        text = "It merges with the base and with every other branch." if compared else "It has not been compared yet."
        return [((" " + line, "soft"),) for line in wrap(text, max(1, cells - 2))]
    lines: list[Line] = []
    for partner, verdict in found:
        files = len(verdict.files)
        told = f"  {files} file{'s' * (files != 1)}, {count(verdict.lines)} line{'s' * (verdict.lines != 1)}"
        name = clean(partner or base or "the base", 120)
        room = max(4, cells - 3 - width(told))
        lines.append((((f" {CLASH} ", "failed")), (cut(name, room), "bold text"), (told, "soft")))
        if verdict.files:
            worst = max(verdict.files, key=lambda file: file.lines)
            lines.append((("   ", "text"), *path_spans(clean(worst.path, 400), max(4, cells - 4))))
    return lines


def message_lines(words: str) -> list[PatchLine]:
    """A commit's message as lines to stand before its diff."""
    said = clean_lines(words.strip(), 20_000)[:MESSAGE_LINES] if words.strip() else []
    return [PatchLine(LineKind.WORDS, line) for line in said]
