"""Which two programs can talk to each other, and which of them is the older one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.supervisor.wire.capabilities import NEEDED, SPEAKS, VERSION, WITHOUT, age_of, lacking, missed

WORDS = st.lists(st.text(max_size=12), max_size=5)


@pytest.mark.parametrize(
    ("version", "speaks", "age"),
    [
        (VERSION, SPEAKS, 0),
        (VERSION, ("floor.2", "events.1"), 0),
        (VERSION, ("floor.2", "floor.3", "events.1"), 0),
        (VERSION, ("floor.3", "events.1"), 1),
        (VERSION, ("floor.1", "events.1"), -1),
        (VERSION, (), -1),
        (VERSION - 1, SPEAKS, -1),
        (VERSION + 1, SPEAKS, 1),
    ],
)
def test_who_is_older(version: int, speaks: tuple[str, ...], age: int) -> None:
    assert age_of(version, speaks) == age


@given(WORDS)
def test_what_else_it_can_do_changes_nothing(more: list[str]) -> None:
    known = {name.rpartition(".")[0] for name in SPEAKS}
    strange = [word for word in more if word.rpartition(".")[0] not in known]
    assert age_of(VERSION, (*SPEAKS, *strange)) == 0
    assert missed((*strange, *SPEAKS)) == ""
    assert lacking(strange) == list(NEEDED)


def test_what_will_not_work_is_said_with_the_cure() -> None:
    said = missed(f"{name}.1" for name in NEEDED)
    assert all(what in said for what in WITHOUT.values())
    assert "factory-tui stop" in said
