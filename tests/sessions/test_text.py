"""Foreign text: whatever goes in, what comes out is harmless."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessions.text import clean, clean_lines, is_visible

foreign = st.one_of(
    st.text(),
    st.text(
        st.sampled_from("\x1b\x9b\x9d\x90[]P;0m\x07\\ab\n\r\t\u202e\u200b\ufeff\u0301\u0e34\u3164\ufe0f\U000e0041 é한")
    ),
)

FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _check(line: str) -> None:
    assert not {unicodedata.category(char) for char in line} & FORBIDDEN, ascii(line)
    marks = "".join("m" if unicodedata.category(char).startswith("M") else "." for char in line)
    assert "mmm" not in marks
    assert not marks.startswith("m")
    assert not any(0xFE00 <= ord(char) <= 0xFE0F or char in "\u115f\u1160\u3164\uffa0\u034f" for char in line)


@given(foreign, st.integers(1, 60))
@example("\u0344" * 5, 60)
def test_cleaned_text_is_one_visible_bounded_line(text: str, limit: int) -> None:
    line = clean(text, limit)
    _check(line)
    assert len(line) <= limit
    assert "  " not in line
    assert line == line.strip() or len(line) == limit


@given(foreign)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(foreign)
def test_cleaned_lines_are_visible_too(text: str) -> None:
    for line in clean_lines(text):
        _check(line)


@given(st.text(st.characters(categories=["Lu", "Ll", "Nd", "Sm", "Po"], max_codepoint=0x24F), max_size=100))
def test_ordinary_text_stays(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)
    assert clean_lines(text) == [unicodedata.normalize("NFC", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\x1b]52;c;ZXZpbA==\x07b", "ab"),
        ("a\x9d52;c;ZXZpbA==\x9cb", "ab"),
        ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("a\x1bP+q544e\x1b\\b", "ab"),
        ("a\x90q#0\x9cb", "ab"),
        ("a\x1b_Gi=1\x1b\\b", "ab"),
        ("a\x9b2Jb", "ab"),
        ("a\x1b]0;never ended", "a"),
        ("\x1b\x1b[0m[2Jx", "[2Jx"),
        ("pay \u202eexe.txt\u202c", "pay exe.txt"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tag\U000e0041\U000e0042", "tag"),
        ("fill\u3164\u115fer", "filler"),
        ("no\u00a0break\u3000wide", "no break wide"),
        ("Z\u0335\u0321\u0322\u0347a", "Z\u0335\u0321a"),
        ("\u0301starts with a mark", "starts with a mark"),
        ("cafe\u0301", "café"),
        ("lines\r\nand\u2028more\x85here", "lines and more here"),
        ("heart ❤️", "heart ❤"),
        ("lone \ud800 surrogate", "lone surrogate"),
    ],
)
def test_hostile_text(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_long_text_says_that_it_was_cut() -> None:
    assert clean("x" * 300, 10) == "x" * 9 + "…"


def test_lines_keep_their_indentation() -> None:
    assert clean_lines("a\r\n\tb\n  c\x1b[1m  d") == ["a", "    b", "  c  d"]
    assert clean_lines("10 %\r20 %") == ["10 %", "20 %"]


@pytest.mark.parametrize("part", ["\x1b", "\x1bP", "\x1b]", "\x1b[0", "\x90", "\x1b[" + "0" * 50, "e\u0301", "\u0e34"])
def test_time_grows_with_the_length_only(part: str) -> None:
    text = part * (100_000 // len(part))
    begin = time.process_time()
    clean_lines(text)
    assert time.process_time() - begin < 1.0


@given(foreign)
def test_what_is_called_visible_stays_as_it_is(text: str) -> None:
    if is_visible(text):
        assert "".join(clean_lines(text)) == unicodedata.normalize("NFC", text)


@given(foreign, st.integers(2, 30))
def test_an_excerpt_is_the_beginning_of_the_whole(text: str, limit: int) -> None:
    """However much of it is invisible, within the eight times its length that is looked at."""
    text = text[: limit * 8]
    whole = clean(text, 10_000)
    assert clean(text, limit) == (whole if len(whole) <= limit else whole[: limit - 1] + "…")


def test_every_character_is_kept_because_it_is_visible() -> None:
    """Those that are told at a glance, too: each is alone in its cell, and in its shortest form."""
    for code in range(0x3000):
        kept = clean(f"a{chr(code)}b")[1:-1]
        assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for char in kept)
        assert unicodedata.is_normalized("NFC", kept)
        assert len(kept) <= 2
        if kept and kept != " ":
            assert clean(kept * 3) == kept * 3 or unicodedata.category(kept[0]).startswith("M")
