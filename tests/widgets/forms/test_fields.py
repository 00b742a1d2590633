"""Fields and forms as values: what keys do, what is drawn, and that it fits whatever stands in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.views.forms.overlap import Meeting, Overlap
from tests.support.console import HOSTILE
from tests.support.picture import text_of
from widgets.draw.cells import line_width, plain
from widgets.forms.fields import MOST_WORDS, Choice, Option, Text, Words
from widgets.forms.form import Form, drawn
from widgets.forms.told import option_lines, overlap_lines

KEYS = st.sampled_from(
    ["left", "right", "home", "end", "backspace", "delete", "ctrl+w", "ctrl+u", "ctrl+k", "ctrl+j", "up", "down"]
)
TYPED = st.lists(
    st.one_of(KEYS.map(lambda key: (key, None)), st.text(min_size=1, max_size=1).map(lambda c: (c, c)))
).map(tuple)


def form() -> Form:
    return Form(
        [
            [Text("task", "task", "what to do")],
            [Choice("agent", "agent", [Option("one"), Option("two", refused="no two here"), Option("three")]),
             Words("model", "model", "its own")],
            [Words("writes", "writes", value="**")],
        ]
    )  # fmt: skip


def typed(field: Words | Text | Choice, *keys: str) -> str:
    for key in keys:
        field.type(key, key if len(key) == 1 else None)
    return field.value


@given(TYPED, st.integers(2, 60))
def test_a_line_shows_its_cursor_and_fits_whatever_is_typed(
    keys: tuple[tuple[str, str | None], ...], cells: int
) -> None:
    field = Words("x", "x", "hint")
    for key, character in keys:
        field.type(key, character)
        field.ghost = "ghost"
        (line,) = field.lines(cells, 1, True)
        assert line_width(line) <= cells
        assert sum("cursor" in style for _, style in line) == 1
        assert line_width(field.lines(cells, 1, False)[0]) <= cells
    assert "\n" not in field.value
    assert field.value.isprintable()


def test_a_line_takes_what_is_pasted_as_one_harmless_line_of_bounded_length() -> None:
    field = Words("x", "x")
    field.paste("one\ntwo\t" + HOSTILE)
    assert field.value.startswith("one two red")
    assert "\x1b" not in field.value
    field.paste("x" * 100_000)
    assert len(field.value) == MOST_WORDS
    assert typed(field, "y") == field.value
    assert len(field.value) == MOST_WORDS
    assert line_width(field.lines(30, 1, True)[0]) == 30


@pytest.mark.parametrize("text", ["漢字" * 17_000, "word " * 20_000, "\n" * 100_000, "x" * 100_000])
def test_a_long_text_is_drawn_in_its_rows_around_the_cursor(text: str) -> None:
    field = Text("task", "task", "hint")
    field.paste(text)
    lines = field.lines(60, 4, True)
    assert len(lines) == 4
    assert {line_width(line) for line in lines} == {60}
    assert sum("cursor" in style for line in lines for _, style in line) == 1
    assert all("cursor" not in style for line in field.lines(60, 4, False) for _, style in line)


def test_a_choice_goes_round_and_to_letters() -> None:
    field = Choice("a", "a", [Option("one"), Option("two"), Option("three")], "two")
    assert field.value == "two"
    assert typed(field, "right") == "three"
    assert typed(field, "right") == "one"
    assert typed(field, "left") == "three"
    assert typed(field, "t") == "two"
    assert typed(field, "t") == "three"
    assert typed(field, "z") == "three"
    field.offer([Option("four"), Option("three")])
    assert field.value == "three"
    field.offer([Option("four")])
    assert field.value == "four"
    assert not field.choose("nine")
    assert field.value == "four"
    assert typed(Choice("a", "a", []), "right", "x") == ""


def test_a_choice_is_typed_by_its_name() -> None:
    names = ("acp", "claude-agent-acp", "claude", "codex", "codex-acp", "openclaw", "opencode")
    for name in names:
        field = Choice("a", "a", [Option(each) for each in names], "acp")
        assert typed(field, *name) == name
    assert typed(field, "left", "c", "c") == "claude"


def test_a_word_takes_the_place_of_what_was_proposed_and_a_blank_goes_on_with_it() -> None:
    field = Words("x", "x", value="**")
    field.proposal = "**"
    assert typed(field, *" !a") == "** !a"
    field.value = "**"
    assert typed(field, *"src/**") == "src/**"
    assert typed(field, "backspace", "x") == "src/*x"


def test_the_keys_go_round_the_fields_that_are_seen() -> None:
    it = form()
    it.hide({"model"})
    seen = []
    for _ in range(4):
        seen.append(it.focus.key)
        it.move(1)
    assert seen == ["task", "agent", "writes", "task"]
    it.go_to("model")
    assert it.focus.key == "agent"
    it.hide({"agent"})
    assert it.focus.key == "task"
    assert "agent" not in it.values


def test_only_what_changed_something_counts_as_touched() -> None:
    it = form()
    it.type("left", None)
    assert it.touched == set()
    it.fill({"writes": "src/**", "agent": "three"})
    assert (it.values["writes"], it.values["agent"], it.touched) == ("src/**", "three", set())
    it.type("x", "x")
    it.move(1)
    it.type("left", None)
    assert it.touched == {"task", "agent"}


def test_what_is_wrong_stands_below_its_field() -> None:
    it = form()
    it.go_to("agent")
    it.refuse({"writes": "it would write what others may not, " * 10, "model": "no such model"})
    lines = text_of(drawn(it, 80, 2).lines)
    assert lines[2].startswith("▌agent     ◂ one ▸  two  three")
    assert lines[3] == "           ✗ no such model"
    assert lines[4] == " writes    **"
    assert lines[5].startswith("           ✗ it would write")
    assert lines[6].endswith("…")
    assert len(lines) == 7
    assert [field.key for field in it.troubles] == ["model", "writes"]


@given(st.integers(20, 220), st.integers(1, 9))
def test_every_line_is_as_wide_as_the_form(cells: int, rows: int) -> None:
    it = form()
    it.by_key["task"].paste("漢字 " * 90)
    it.by_key["writes"].note = "note " * 30
    it.refuse({"writes": "漢" * 300})
    for _ in it.order:
        it.move(1)
        found = drawn(it, cells, rows)
        assert {line_width(line) for line in found.lines} == {cells}
        top, stop = found.span_of(it.focus)
        assert found.field_at(next(place[2] for place in found.places if place[4] is it.focus), top) is it.focus
        assert stop > top


def test_kinds_are_listed_with_why_they_cannot_be_chosen() -> None:
    choice = form().by_key["agent"]
    assert isinstance(choice, Choice)
    choice.choose("three")
    lines = option_lines(choice, ["First", "Second", "Third"], 60, 2)
    assert [plain(line).rstrip() for line in lines] == [
        "           ✗ two    no two here",
        "         ▌ ✓ three  Third",
    ]


def test_who_shares_no_file_yet_is_told_with_one_that_both_could_make() -> None:
    def said(might: str) -> str:
        found = Overlap(1, 2, meetings=(Meeting("one", "one", might=might),))
        return plain(overlap_lines(found, "", 80, 5)[1]).split("one", 1)[1].strip()

    assert said(".txt") == "shares no file that exists; both could make .txt"
    assert said("**") == "shares no file that exists"  # where they meet was too much to find out
