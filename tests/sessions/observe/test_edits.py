"""What the arguments of a tool say about the change it makes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.observe.edits import changed_lines, edited, extent
from sessions.observe.tools import tool_text, written_file

LINES = st.lists(st.sampled_from(["a", "b", "", "- c", "+ d"]), max_size=12).map("\n".join)


@given(old=LINES, new=LINES)
def test_the_lines_hold_both_sides_whole(old: str, new: str) -> None:
    lines = changed_lines(old, new)
    assert [line[2:] for line in lines if line[0] in " -"] == (old.split("\n") if old else [])
    assert [line[2:] for line in lines if line[0] in " +"] == (new.split("\n") if new else [])
    if old == new:
        assert not [line for line in lines if line[0] != " "]


@pytest.mark.parametrize(
    ("tool", "arguments", "expected"),
    [
        ("Edit", {"file_path": "a.py", "old_string": "one\ntwo", "new_string": "one\n2\nthree\nfour"}, (3, 1)),
        ("Edit", {"old_string": "gone", "new_string": ""}, (0, 1)),
        ("edit", {"oldText": "a", "newText": "b"}, (1, 1)),
        (
            "MultiEdit",
            {"edits": [{"old_string": "a", "new_string": "b"}, {"old_string": "", "new_string": "c"}]},
            (2, 1),
        ),
        ("Edit", {"old_string": "", "new_string": "one\ntwo\n"}, (2, 0)),
        ("Edit", {"old_string": "one\ntwo\n", "new_string": ""}, (0, 2)),
        ("Edit", {"old_string": "", "new_string": "\n"}, (1, 0)),
        ("Edit", {"old_string": "one\n", "new_string": "one\ntwo\n"}, (1, 0)),
        ("Write", {"file_path": "a.py", "content": "one\ntwo\n"}, (2, 0)),
        ("NotebookEdit", {"new_source": "one"}, (1, 0)),
        ("apply_patch", {"input": "*** Begin Patch\n*** Update File: a\n@@\n-x\n+y\n+z\n*** End Patch"}, (2, 1)),
        ("Bash", {"command": "- no edit\n+ at all"}, (0, 0)),
        ("TodoWrite", {"content": "one\ntwo"}, (0, 0)),
        ("MultiEdit", {"edits": ["no edit", 3, None]}, (0, 0)),
        ("Edit", {"old_string": 3, "new_string": None}, (0, 0)),
    ],
)
def test_how_much_a_tool_changes(tool: str, arguments: dict[str, object], expected: tuple[int, int]) -> None:
    assert extent(tool, arguments) == expected


def test_a_long_edit_is_not_compared_line_by_line() -> None:
    lines = changed_lines("same\n" * 2_000, "same\n" * 2_000)
    assert len(lines) == 2 * 2_001


def test_an_edit_and_a_question_read_as_they_are_meant() -> None:
    arguments = {"file_path": "a.py", "old_string": "one\ntwo", "new_string": "one\n2"}
    assert tool_text(arguments) == "file_path: a.py\n  one\n- two\n+ 2"
    assert edited({"file_path": "a.py"}) == []
    asked = {"questions": [{"question": "Which port?", "options": [{"label": "80", "description": "as now"}, "81"]}]}
    assert tool_text(asked) == "Which port?\n  - 80: as now\n  - 81"
    assert tool_text({"questions": ["no question"]}) == 'questions: ["no question"]'


@pytest.mark.parametrize(
    ("tool", "arguments", "file"),
    [
        ("Write", {"file_path": "a.py", "path": "b.py"}, "a.py"),
        ("edit", {"file_path": 5, "notebook_path": "", "path": "b\x1b[31m.py"}, "b.py"),
        ("apply_patch", {"input": "*** Begin Patch\n*** Update File: c.py\n*** Add File: d.py"}, "c.py"),
        ("Read", {"file_path": "a.py"}, ""),
        ("Write", {"file_path": ["a.py"]}, ""),
    ],
)
def test_the_file_that_a_tool_writes(tool: str, arguments: dict[str, object], file: str) -> None:
    assert written_file(tool, arguments) == file
