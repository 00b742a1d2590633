"""Which last words of a turn ask something of the operator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.observe.questions import PLAN, asked_by


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("All done. Shall I push it?", "Shall I push it?"),
        ("Two ways:\n- a\n- b\n\n**Which one do you want?**", "Which one do you want?"),
        ("どちらにしますか？", "どちらにしますか？"),
        ("Is it \"right\"?)", 'Is it "right"?'),
        ("Why was it slow? The cache was cold.", ""),
        ("I asked: what now?\nThen I fixed it.", ""),
        ("Run it:\n```\ngrep 'what?'\n```", ""),
        ("See `what?`", ""),
        ("", ""),
        ("Here:\n<proposed_plan>\n1. go\n</proposed_plan>", PLAN),
    ],
)  # fmt: skip
def test_what_a_text_asks(text: str, question: str) -> None:
    assert asked_by(text) == question


@given(st.text())
def test_what_is_asked_is_short_and_stands_in_one_line(text: str) -> None:
    asked = asked_by(text)
    assert len(asked) <= 200
    assert "\n" not in asked
