"""The shapes of `conflicts` and `order`: every pair, harmless text, and all fields in the README."""

from __future__ import annotations

import json

import msgspec

from sessions.branches.merges.hunks import Hunk
from sessions.branches.merges.subjects import Row
from sessions.floor.conflicts import FileConflict, Outcome, Verdict, key_of
from sessions.headless import conflicts_shape as conflictshape
from sessions.headless.line import text
from tests import readme

ROWS = [Row(name, f"head {name}", "commit", f"tree {name}", name == "b") for name in ("c", "a", "b")]
CLASH = (FileConflict("x\x1b[31m", "content", 3, True),)


def verdicts() -> dict[str, Verdict]:
    found = [Verdict("a", "b", Outcome.CONFLICT, CLASH), Verdict("a", "c", Outcome.UNKNOWN, reason="damaged")]
    found += [Verdict("b", "c", Outcome.CLEAN, shared=2), *(Verdict(name, "", Outcome.CLEAN) for name in "abc")]
    return {key_of(verdict.a, verdict.b): verdict for verdict in found}


def test_every_pair_is_there_unless_only_conflicts_are_wanted() -> None:
    shape = conflictshape.conflicts("main", "h", ROWS, verdicts())
    assert [(pair.a, pair.b, pair.status, pair.reason) for pair in shape.pairs] == [
        ("a", "b", "conflict", ""),
        ("a", "c", "unknown", "damaged"),
        ("b", "c", "clean", ""),
    ]
    assert [(branch.name, branch.tree, branch.dirty) for branch in shape.branches][2] == ("b", "tree b", True)
    assert shape.any
    few = conflictshape.conflicts("main", "h", ROWS, verdicts(), only_conflicts=True)
    assert [(pair.a, pair.b) for pair in few.pairs] == [("a", "b")]
    line = text(shape)
    assert line.isprintable()
    assert json.loads(line)["pairs"][0]["files"] == [{"path": "x\x1b[31m", "kind": "content", "lines": 3}]


def test_a_collision_with_the_base_alone_is_one_too() -> None:
    calm = verdicts() | {key_of("a", "b"): Verdict("a", "b", Outcome.CLEAN)}
    assert not conflictshape.conflicts("main", "h", ROWS, calm).any
    row = ROWS[:1]
    clean, clash = Verdict("c", "", Outcome.CLEAN), Verdict("c", "", Outcome.CONFLICT, CLASH)
    assert not conflictshape.conflicts("main", "h", row, {key_of("c", ""): clean}).any
    assert conflictshape.conflicts("main", "h", row, {key_of("c", ""): clash}).any


def test_sides_of_a_pair_go_by_their_names() -> None:
    hunk = Hunk((b"\xff",), (b"theirs",), (b"base",), 3, 4)
    hunks = {CLASH[0].path: (hunk,)}
    (file,) = conflictshape.pair(Verdict("a", "b", Outcome.CONFLICT, CLASH), "main", hunks).files
    assert (file.hunks[0].a.lines, file.hunks[0].b.start, file.same) == (["\\xff"], 4, True)
    report = conflictshape.pair(Verdict("a", "", Outcome.CONFLICT, CLASH), "main", hunks)
    assert (report.a, report.b, report.files[0].hunks[0].a.lines) == ("a", "main", ["theirs"])


def test_every_field_is_in_the_readme() -> None:
    content = readme.README.read_text(encoding="utf-8")
    shapes: list[type[msgspec.Struct]] = [
        conflictshape.Conflicts,
        conflictshape.BranchShape,
        conflictshape.PairShape,
        conflictshape.F,
        conflictshape.PairReport,
        conflictshape.FileShape,
        conflictshape.HunkShape,
        conflictshape.SideShape,
        conflictshape.Order,
        conflictshape.LeftShape,
    ]
    for shape in shapes:
        for name in shape.__struct_fields__:
            assert f'"{name}"' in content, f"{shape.__name__}.{name}"
