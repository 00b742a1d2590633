"""Patches and lists of git: read whatever they hold, harmless, and bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessions.branches.contents import listing
from sessions.branches.contents.patch import MOST_LINES, patch
from sessions.floor.branches.contents import Change, LineKind
from sessions.text import is_visible
from widgets.branch.patch_lines import digits, emphasis, patch_rows
from widgets.draw.cells import line_width

PATCH = (
    b"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n--- a/x\n+++ b/x\n"
    b"@@ -3,3 +3,3 @@ def f():\n keep\n--- a/gone\n+++ b/came\r\n last\n\\ No newline at end of file\n"
    b"diff --git a/y b/y\nBinary files a/y and b/y differ\n"
)


def test_lines_that_look_like_headers_are_lines_of_their_hunk() -> None:
    found = [(line.kind.value, line.text, line.old, line.new) for line in patch(PATCH, ()).lines]
    assert found == [
        ("file", "a/x b/x", 0, 0),
        ("note", "old mode 100644", 0, 0),
        ("note", "new mode 100755", 0, 0),
        ("hunk", "@@ -3,3 +3,3 @@ def f():", 0, 0),
        ("context", "keep", 3, 3),
        ("removed", "-- a/gone", 4, 0),
        ("added", "++ b/came^M", 0, 4),
        ("context", "last", 5, 5),
        ("note", "no line end at the end of the file", 0, 0),
        ("file", "a/y b/y", 0, 0),
        ("note", "binary: there are no lines to show", 0, 0),
    ]


def test_a_long_patch_is_cut_and_says_so() -> None:
    raw = b"diff --git a/x b/x\n@@ -0,0 +1,90000 @@\n" + b"+line\n" * 90_000
    found = patch(raw, ())
    assert len(found.lines) == MOST_LINES
    assert "Only the first 20,000 lines" in found.note


def test_files_are_listed_with_their_lines() -> None:
    raw = (
        b":100644 100644 aa bb M\0a b\0:100644 100644 aa aa R100\0old\0new\0:000000 160000 00 cc A\0sub\0"
        b"2\t1\ta b\0" + b"0\t0\t\0old\0new\0" + b"1\t0\tsub\0"
    )
    one, two, three = listing.files(raw)
    assert (one.path, one.change, one.added, one.removed) == ("a b", Change.MODIFIED, 2, 1)
    assert (two.path, two.before, two.change) == ("new", "old", Change.RENAMED)
    assert three.submodule


def test_commits_are_read_and_half_of_one_is_left_out() -> None:
    raw = b"a1\0b1 b2\0Ada\x1b[31m\x0012\0Say it\0\na2\0\0Bo\0x\0\0\na3\0"
    one, two = listing.commits(raw)
    assert (one.name, one.parents, one.author, one.time, one.subject) == ("a1", ("b1", "b2"), "Ada", 12.0, "Say it")
    assert (two.name, two.parents, two.time, two.subject) == ("a2", (), 0.0, "(no words)")


HOSTILE = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from(
            [b"diff --git a/x b/x", b"@@ -1,9 +1,9 @@", b"@@ -1 +1 @@ x", b"+a\x1b[2Jb", b"- \xf0\x9f", b"\\ x"]
        ),
    ),
    max_size=40,
).map(b"\n".join)


@given(HOSTILE, st.integers(8, 120))
def test_whatever_it_holds_is_drawn_harmless_and_in_its_width(raw: bytes, cells: int) -> None:
    lines = patch(raw, ()).lines
    numbers, changed = digits(lines), emphasis(lines)
    for i, line in enumerate(lines):
        assert line.text.isprintable()
        for row in patch_rows(line, numbers, cells, changed.get(i, (0, 0))):
            assert line.kind is not LineKind.ADDED or row[1][0].startswith("+")
            assert line_width(row) <= cells + 2


@given(st.binary(max_size=300))
def test_any_list_is_read(raw: bytes) -> None:
    for file in listing.files(raw):
        assert is_visible(file.path) or file.path
    for commit in listing.commits(raw):
        assert commit.subject
