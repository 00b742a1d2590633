"""What a program writes may draw on an operator's terminal, and do nothing else to it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.stations.keeping.looking.again import begin_of, modes_at, shown_again
from sessions.stations.keeping.looking.sieve import MOST, Sieve
from sessions.stations.keeping.values import Kept

DRAWS = (
    b"plain \xe6\xbc\xa2\xe5\xad\x97 \xc2\xa0 text\r\n\t\x08",
    b"\x1b[1;38;2;1;2;3m\x1b[2J\x1b[H\x1b[10;20r\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[>1u\x1b[<u\x1b[4:3m",
    b"\x1b7\x1b8\x1bM\x1b(0\x1b#8\x1bc\x1b=\x1b>",
    b"\x1b]8;;https://example.org\x07link\x1b]8;;\x1b\\",
    b"\x1b]9;done\x07\x1b]777;notify;a;b\x07\x1b]133;A\x07",
    b"\x1b[2 q\x1b[!p\x1b[5$r\x1b[1;2;3;4$x",
)
REACHES_OUT = (
    b"\x1b]52;c;aGk=\x07",
    b"\x1b]52;c;?\x1b\\",
    b"\x1b]0;title \xe2\x9c\xb3 more\x07",
    b"\x1b]2;t\x1b\\",
    b"\x1b]1337;File=name=eA==:AAAA\x07",
    b"\x1b]10;#ffffff\x07",
    b"\x1bP+q544e\x1b\\",
    b"\x1bP$qm\x1b\\",
    b"\x1b_Ga=T,t=f;L2V0Yy9wYXNzd2Q=\x1b\\",
    b"\x1b^x\x1b\\",
    b"\x1bXx\x1b\\",
    b"\x1b[21t",
    b"\x1b[8;10;10t",
    b"\x1b[5i",
    b"\x1b[1;1;1;1;1;1*y",
    b"\x1b[1x",
    b"\x05",
    b"\xc2\x9b6n"[:2],
    b"\xc2\x9d52;c;aGk="[:2],
    b"\x1b%@",
)
ASKS = (
    *(b"\x1b[c", b"\x1b[>c", b"\x1b[=c", b"\x1b[6n", b"\x1b[?6n", b"\x1b[5n", b"\x1b[>q", b"\x1b[?u", b"\x1b[?2026$p"),
    *(b"\x1b]11;?\x07", b"\x1b]4;1;?\x1b\\", b"\x1bZ"),
)


@pytest.mark.parametrize("data", DRAWS)
def test_what_draws_passes_as_it_is(data: bytes) -> None:
    assert Sieve().sift(data) == data
    slowly = Sieve()
    assert b"".join(slowly.sift(data[at : at + 1]) for at in range(len(data))) == data


@pytest.mark.parametrize("data", REACHES_OUT)
@pytest.mark.parametrize("answers", [True, False])
def test_what_reaches_further_is_held_back(data: bytes, answers: bool) -> None:
    assert Sieve(answers).sift(b"<" + data + b">") == b"<>"
    slowly = Sieve(answers)
    assert b"".join(slowly.sift(bytes([byte])) for byte in b"<" + data + b">") == b"<>"


@pytest.mark.parametrize("data", ASKS)
def test_what_asks_passes_where_somebody_may_answer(data: bytes) -> None:
    assert Sieve(True).sift(b"<" + data + b">") == b"<" + data + b">"
    assert Sieve(False).sift(b"<" + data + b">") == b"<>"


def test_a_long_string_is_held_back_to_its_end() -> None:
    sieve = Sieve()
    assert sieve.sift(b"a\x1b]52;c;" + b"x" * 3 * MOST) == b"a"
    assert sieve.sift(b"x" * MOST + b"\x1b") == b""
    assert sieve.sift(b"\\b") == b"b"


def test_a_string_that_never_ends_costs_no_more_than_itself() -> None:
    assert Sieve().sift(b"\x1b]0;never ends\x1b[2Jdrawn") == b"\x1b[2Jdrawn"


BROKEN = (b"\x1b", b"\x1b[", b"\x1b]", b"\x1bP", b"\xc2", b"\x9b", b"\x9d", b"\x05", b"6n", b"52;c;aGk=", b"?", b";")
PARTS = st.sampled_from([*DRAWS, *REACHES_OUT, *ASKS, *BROKEN, b"\x07", b"\x1b\\", b"\x18", b"a", b"\x7f", b"\n"])
TALKS = re.compile(
    rb"\x1b\]52|\x1b\]0;|\x1b[PX^_]|\x1b\[[0-?]*[ -/]*[nci]|\x1b\[[\d;]*t|\x05|\xc2[\x80-\x9f]|\x1bZ|\x1b%|\x1b\Z"
    rb"|\x1b[\x00-\x1f\x7f]"
)
"""Whatever of a terminal does more than draw, and an escape that something may follow."""


@given(st.lists(PARTS | st.binary(max_size=6), max_size=12), st.integers(1, 9))
def test_nothing_forms_anew_from_what_is_left(parts: list[bytes], step: int) -> None:
    data, sieve = b"".join(parts), Sieve()
    seen = b"".join(sieve.sift(data[at : at + step]) for at in range(0, len(data), step))
    assert TALKS.search(seen) is None


def test_a_screen_is_shown_again_from_where_it_was_cleared_last() -> None:
    kept = Kept(
        0, b"old\x1b[?1049h\x1b[?1002h\x1b[?25lold\x1b[2J\x1b[Hnew\x1b[6n\x1b]52;c;aGk=\x07", {2004: True, 7: False}
    )
    again = shown_again(kept)
    assert again.startswith(b"\x1b[?1049h") and again.endswith(b"\x1b[2J\x1b[Hnew") and b"old" not in again
    for mode in (b"\x1b[?2004h", b"\x1b[?1002h", b"\x1b[?25l", b"\x1b[?7l"):
        assert mode in again
    assert modes_at(kept, begin_of(kept.data))[1049]
    assert b"half" not in shown_again(Kept(7, b"half\x1b]0;a line\nwhole"))
    assert shown_again(Kept(0, b"first")).endswith(b"first")
