"""The rows of a branch's commits and files, and its line at the top. Pure."""

from __future__ import annotations

from sessions.floor.conflicts import conflicts_of
from sessions.floor.state import Branch, FloorState
from sessions.floor.work import ALL, Change, FileChange, Files, Part
from sessions.text import clean
from widgets.cells import Line, Span, cut, fit, line_width, pad, spread
from widgets.glyphs import AHEAD, BEHIND, BRANCH, CLASH, DIRTY
from widgets.numbers import age
from widgets.paths import path_spans

_STYLES = {Change.ADDED: "working", Change.DELETED: "failed", Change.RENAMED: "accent", Change.COPIED: "accent"}


def head_spans(name: str, branch: Branch | None, state: FloorState) -> list[Span]:
    """Which branch, how far from the base, and with how many it collides."""
    ground = " on bar"
    spans: list[Span] = [(f" {BRANCH} ", "faint" + ground), (clean(name, 80), "bold text" + ground)]
    if branch is None:
        return [*spans, ("  not there", "failed" + ground)]
    figures = ((AHEAD, branch.ahead), (BEHIND, branch.behind), (DIRTY, branch.dirty))
    told = [sign + (str(number) if number > 0 else "?") for sign, number in figures if number]
    clashes = sum(1 for _ in conflicts_of(state.verdicts, name))
    told += [f"{CLASH}{clashes}"] * bool(clashes) + ["merged"] * branch.merged + ["detached"] * branch.detached
    base = "the base itself" if name == state.base else f"base {clean(state.base, 40)}"
    place = clean(branch.worktree, 120)
    return [*spans, *((f"  {word}", "soft" + ground) for word in (" ".join(told), base, place) if word)]


def collisions_note(state: FloorState, name: str) -> str:
    """With whom it collides, the worst first."""
    partners = [clean(partner or state.base, 40) for partner, _ in conflicts_of(state.verdicts, name)]
    more = f" +{len(partners) - 2}" if len(partners) > 2 else ""
    return f"{CLASH} {', '.join(partners[:2])}{more}" if partners else ""


def part_row(part: Part, base: str, now: float, cells: int, ground: str) -> Line:
    """A commit in one line: its name, its age, its subject, its author."""
    if part.commit is None:
        words = f"everything since {base}" if part.key == ALL else "uncommitted"
        return pad([(" " + words, "bold text" + ground)], cells, "text" + ground)
    commit = part.commit
    author: Line = ((f" {cut(commit.author, 16)} ", "faint" + ground),) if cells >= 44 else ()
    left: Line = (
        (f" {commit.name[:8]} ", "faint" + ground),
        (fit(age(commit.time, now), 4, right=True) + " ", "soft" + ground),
        (cut(commit.subject, max(1, cells - 15 - line_width(author))), "text" + ground),
    )
    return spread(left, author, cells, "text" + ground)


def file_row(file: FileChange | None, files: Files | None, cells: int, ground: str) -> Line:
    """A file in one line: what became of it, its path, its lines; None is all of them."""
    if file is None:
        count, added, removed = (files.count, files.added, files.removed) if files else (0, 0, 0)
        left: Line = ((f" all {count:,} file{'s' * (count != 1)}", "bold text" + ground),)
        return spread(left, _counts(added, removed, ground), cells, "text" + ground)
    told = f" {described(file)}" if described(file) else ""
    counts = _counts(file.added, file.removed, ground)
    tail: Line = ((cut(told, max(0, cells // 3)), "soft" + ground), *counts)
    head: Span = (f" {file.change.value} ", _STYLES.get(file.change, "soft") + ground)
    path = path_spans(clean(file.path, 400), max(1, cells - 3 - line_width(tail)), ground)
    return spread((head, *path), tail, cells, "text" + ground)


def _counts(added: int | None, removed: int | None, ground: str) -> Line:
    if added is None or removed is None:
        return ((" binary or not counted ", "faint" + ground),)
    return ((f" +{added:,}", "working" + ground), (f" −{removed:,} ".replace("−", "-"), "failed" + ground))


def described(file: FileChange) -> str:
    """What its letter does not say: a submodule, another mode, where it was before."""
    old, new = file.modes
    if file.submodule:
        return "submodule"
    if file.before:
        return f"from {clean(file.before, 100)}"
    moded = file.change is Change.MODIFIED and old != new
    return f"mode {old} → {new}" if moded else ""
