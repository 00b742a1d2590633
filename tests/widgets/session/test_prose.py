"""Markdown as it is meant: marks become weight and colour, and nothing that was written is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.draw.cells import Line, plain
from widgets.draw.wrap import wrap
from widgets.session.prose import prose


def drawn(text: str, cells: int = 40) -> list[Line]:
    return list(prose(text.split("\n"), cells, "text"))


def styled(lines: list[Line]) -> list[tuple[str, str]]:
    return [span for line in lines for span in line]


def test_headings_emphasis_and_code() -> None:
    lines = drawn("## What changed\nthe **pool** calls `drain()` now\n```python\nx = 1  # **no** mark\n```\nend")
    assert [plain(line) for line in lines] == [
        "What changed",
        "the pool calls drain() now",
        "  x = 1  # **no** mark",
        "end",
    ]
    assert styled(lines)[0] == ("What changed", "bold")
    assert ("pool", "bold") in styled(lines)
    assert ("drain()", "accent") in styled(lines)
    assert ("x = 1  # **no** mark", "soft") in styled(lines)


def test_styles_go_on_over_the_end_of_a_line() -> None:
    lines = drawn("- one **two three four** five", 12)
    assert [plain(line) for line in lines] == ["- one two", "three four", "five"]
    assert [span for span in styled(lines) if span[1] == "bold"] == [("two", "bold"), ("three four", "bold")]


def test_what_is_no_mark_stays() -> None:
    for text in ("2 ** 3 ** 4", "#hash", "a ` b", "** a **", "```", "C#", "snake_case_name"):
        kept = [] if text == "```" else [text]
        assert [plain(line) for line in drawn(text)] == kept


@given(text=st.text(st.characters(exclude_characters="`*#~\n", exclude_categories=("Cs", "Cc")), max_size=60),
       cells=st.integers(1, 30))  # fmt: skip
def test_text_without_marks_is_wrapped_as_ever(text: str, cells: int) -> None:
    assert [plain(line) for line in prose([text], cells, "text")] == wrap(text, cells)


@given(text=st.text(alphabet="ab `*#-~世", max_size=60), cells=st.integers(4, 30))
def test_no_letter_is_lost(text: str, cells: int) -> None:
    shown = "".join(plain(line) for line in prose([text], cells, "text"))
    if not text.lstrip(" ").startswith(("```", "~~~")):
        assert [c for c in shown if c in "ab世"] == [c for c in text if c in "ab世"]


def test_a_line_of_nothing_but_marks_is_drawn_soon() -> None:
    for mark in ("`", "*", "**a "):
        text = "x " + mark * (100_000 // len(mark))
        assert "".join(plain(line) for line in prose([text], 80, "text")).replace(" ", "") == text.replace(" ", "")


def test_code_within_a_line_begins_no_block() -> None:
    for line in ("``` inline ```", "```x = 1```", "~~~gone~~~ all"):
        lines = drawn(f"run\n{line}\nthen **this**")
        assert "".join(c for c in plain(lines[1]) if c.isalnum()) == "".join(c for c in line if c.isalnum())
        assert ("this", "bold") in styled(lines)


def test_a_block_ends_with_the_mark_that_began_it() -> None:
    lines = drawn("````\n```\n~~~\n``` py\ninner\n````\nthen **this**")
    assert [plain(line) for line in lines] == ["  ```", "  ~~~", "  ``` py", "  inner", "then this"]
