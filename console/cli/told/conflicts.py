"""How branches collide, for people."""

from __future__ import annotations

from collections.abc import Mapping

from console.cli.output import count, say, table
from sessions.floor.conflicts import Outcome, Verdict
from sessions.headless import conflicts_shape as conflictshape
from sessions.text import clean, clean_lines
from sessions.views.conflicts.collisions import counts


def print_conflicts(shape: conflictshape.Conflicts, verdicts: Mapping[str, Verdict]) -> None:
    """Every branch, and what collides with what."""
    collisions = [v for v in verdicts.values() if v.outcome is Outcome.CONFLICT]
    unknown = sum(v.outcome is Outcome.UNKNOWN for v in verdicts.values())
    with_base = sum(not v.b for v in collisions)
    total = len(verdicts) - len(shape.branches)
    say(
        f"{count(len(shape.branches), 'branch', 'branches')} against {clean(shape.base.name)} {shape.base.head[:8]}: "
        f"{with_base} of them cannot be merged with it, {len(collisions) - with_base:,} of {count(total, 'pair')} "
        "with each other" + (f", {unknown:,} unknown" if unknown else "")
    )
    say_left_out(shape.left_out)
    if slow := [verdict.seconds for verdict in verdicts.values() if verdict.seconds >= 1]:
        say(f"git took more than a second for {count(len(slow), 'pair')}, {max(slow):.1f} s for the slowest")
    met = counts(verdicts)
    rows = [
        (
            branch.name + (" *" if branch.dirty else ""),
            branch.with_base,
            (met[branch.name][1] or shape.base.name) if branch.name in met else "",
            branch.head[:8],
            str(met.get(branch.name, (0, ""))[0]),
        )
        for branch in shape.branches
    ]
    if rows:
        say()
        table(("branch (* uncommitted work)", "base", "worst", "head", "collides with"), rows, left=4)
    if collisions:
        say()
        worst = sorted(collisions, key=lambda v: (-v.lines, v.a, v.b))
        lines = (
            (v.a, v.b or shape.base.name, _paths(v), str(len(v.files)), str(sum(file.lines for file in v.files)))
            for v in worst
        )
        table(("branch", "collides with", "worst file", "files", "lines"), lines, left=3)


def say_left_out(branches: int) -> None:
    """Say how many branches were not compared, and how they are."""
    if branches:
        say(f"{count(branches, 'older branch', 'older branches')} left out; --branches '**' compares every branch")


def _paths(verdict: Verdict) -> str:
    worst = verdict.files[0]
    return f"{worst.path} ({worst.kind})"


def print_pair(shape: conflictshape.PairReport) -> None:
    """A pair of branches with the lines that collide."""
    lines = sum(file.lines for file in shape.files)
    what = f", {count(len(shape.files), 'file')}, {count(lines, 'line')}" if shape.files else ""
    reason = f": {clean(shape.reason)}" if shape.reason else ""
    took = f", git took {shape.seconds:.1f} s" if shape.seconds >= 1 else ""
    say(f"{clean(shape.a)} × {clean(shape.b)}: {shape.status}{what}{took}{reason}")
    for file in shape.files:
        say()
        say(
            f"{clean(file.path)}  {file.kind}  {count(file.lines, 'line')}"
            + ("  the same on both sides" if file.same else "")
        )
        for hunk in file.hunks:
            say(f"  @@ a {_range(hunk.a)} × b {_range(hunk.b)} @@")
            for mark, side in (("a", hunk.a.lines), ("-", hunk.base), ("b", hunk.b.lines)):
                for line in side:
                    say(f"  {mark} {clean_lines(line)[0]}")


def _range(side: conflictshape.SideShape) -> str:
    return f"{side.start}" if len(side.lines) == 1 else f"{side.start},{len(side.lines)}"
