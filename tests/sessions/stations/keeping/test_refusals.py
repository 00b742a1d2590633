"""Refusals that are noticed in what a program writes, however it comes in."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sessions.stations.keeping.keeper import refusals
from sessions.stations.keeping.keeper.refusals import AT_ONCE, MOST, Refusals
from sessions.stations.keeping.keeper.ring import Ring

SAID = b"made a\r\nsh: 1: cannot create lib/b.py: Read-only file system\r\nmade c\r\n"


def told(chunks: list[bytes], room: int = 1 << 16) -> list[bytes]:
    ring, notices, found = Ring(room), Refusals(), []
    for chunk in chunks:
        ring.put(chunk)
        found.append(notices.take(ring, chunk))
    return [each for each in found if each]


@given(st.lists(st.integers(0, len(SAID)), max_size=20))
def test_the_line_is_told_once_wherever_it_is_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(SAID)]
    chunks = [SAID[a:b] for a, b in pairwise(edges)]
    (said,) = told(chunks)
    assert b"cannot create lib/b.py: Read-only file system\r\n" in said


@given(st.lists(st.binary(max_size=200), max_size=30))
def test_any_bytes_are_taken_and_what_is_told_is_short(chunks: list[bytes]) -> None:
    for said in told([chunk + refusals.SIGNS[0] + b"\n" for chunk in chunks], room=300):
        assert len(said) <= MOST


def test_nothing_else_is_told() -> None:
    assert told([b"all is well\n" * 100, b"Read-only", b" is the file\n"]) == []


def test_a_flood_is_told_a_few_times() -> None:
    assert len(told([SAID] * 1_000)) in (AT_ONCE, AT_ONCE + 1)
