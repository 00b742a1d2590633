"""Operators at the terminals of agents: real programs, real terminals, and the supervisor's own wire between them."""

from __future__ import annotations

import os
import signal
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.terminal.attach import ASKED, Typed, detaching
from sessions.stations.keeping.values import Size
from tests.sessions.stations.keeping.programs import in_terminal
from tests.sessions.stations.keeping.serving import KEY, serving
from tests.support.supervisor import PATIENCE_S, settled


def contains(word: str, text: str) -> bool:
    return word in text


DRAWS = """
import os, signal, sys, tty
keys = []
def draw(*_):
    size = os.get_terminal_size(0)
    sys.stdout.write(f'\\x1b[2J\\x1b[Hsize {size.columns}x{size.lines} ready {"".join(keys)}'); sys.stdout.flush()
signal.signal(signal.SIGWINCH, draw)
tty.setraw(0)
draw()
while (typed := os.read(0, 1)) != b'q':
    keys.append(f'[{typed.hex()}]')
    signal.raise_signal(signal.SIGWINCH)
"""
"""It draws its size whenever that changes, and each key that was typed."""


def test_a_terminal_is_lent_and_comes_back_as_it_was() -> None:
    with serving() as served:
        served.start(in_terminal("agent", DRAWS, size=Size(100, 30)))
        with served.operator("agent", columns=90, lines=20) as operator:
            operator.until(lambda text: "size 90x20 ready" in text, PATIENCE_S)
            operator.press("ab\x03")  # Ctrl-C is the agent's
            operator.until(lambda text: "[61][62][03]" in text, PATIENCE_S)
            operator.resize(70, 22)
            operator.until(lambda text: "size 70x22 ready" in text, PATIENCE_S)
            operator.press("x" + KEY + "lost")
            operator.until(lambda text: text.rstrip().endswith("CAME BACK:"), PATIENCE_S)
            settled(lambda: b"[78]" in served.kept("agent"))
            assert b"[6c]" not in served.kept("agent")
            operator.press("mine\r")
            operator.until(lambda text: "typed: mine" in text, PATIENCE_S)
            assert operator.wait(PATIENCE_S) == 0
        with served.operator("agent", columns=70, lines=22) as operator:
            operator.until(lambda text: "size 70x22 ready" in text, PATIENCE_S)
            operator.press("q")
            operator.until(lambda text: "CAME BACK: its program has ended" in text, PATIENCE_S)


def test_the_screen_is_there_at_once_and_is_drawn_anew_though_no_size_changes() -> None:
    still = "print('\\x1b[2J\\x1b[Hsecret\\x1b[2J\\x1b[Hstands still'); input()"
    with serving() as served:
        served.start(in_terminal("still", still), b"stands still")
        served.start(in_terminal("agent", DRAWS, size=Size(80, 24)))
        with served.operator("still") as operator:
            operator.until(lambda text: "stands still" in text and "secret" not in text, PATIENCE_S)
        before = len(served.kept("agent"))
        with served.operator("agent") as operator:
            operator.until(lambda text: "size 80x24 ready" in text, PATIENCE_S)
            settled(lambda: served.kept("agent")[before:].count(b"size 80x24") == 1)
            assert b"size 80x23" in served.kept("agent")[before:]
            assert served.kept("agent").endswith(b"size 80x24 ready ")


def test_several_are_attached_and_one_of_them_answers() -> None:
    with serving() as served:
        served.start(in_terminal("agent", DRAWS))
        with served.operator("agent") as first, served.operator("agent", "look", lines=15) as looker:
            first.until(lambda text: "size 80x24 ready" in text, PATIENCE_S)
            looker.until(lambda text: "size 80x24 ready" in text, PATIENCE_S)
            looker.press("nothing")
            with served.operator("agent", columns=60) as second:
                second.until(lambda text: "size 60x24 ready" in text, PATIENCE_S)
                first.until(lambda text: "size 60x24 ready" in text, PATIENCE_S)
                for typist, key in ((second, "2"), (first, "1")):
                    typist.press(key)
                    for each in (first, second, looker):
                        each.until(partial(contains, f"[3{key}]"), PATIENCE_S)
                assert b"[6e]" not in served.kept("agent"), "who only looks types nothing"


def test_what_reaches_further_than_the_screen_is_not_passed_on() -> None:
    code = """
import os, tty
tty.setraw(0)
os.write(1, b'ready'); os.read(0, 1)
os.write(1, b'\\x1b]52;c;aGk=\\x07\\x1b]0;mine\\x07<\\x1b[6n>')
print(' answered', os.read(0, 100).hex())
os.read(0, 1)
"""
    with serving() as served:
        served.start(in_terminal("agent", code))
        with served.operator("agent") as operator:
            operator.until(lambda text: "ready" in text, PATIENCE_S)
            operator.press("x")
            operator.until(lambda text: "answered 1b5b313b3152" in text, PATIENCE_S)
            assert b"\x1b]52" not in operator.output and b"\x1b]0;" not in operator.output
            assert b"<\x1b[6n>" in operator.output, "one operator's terminal answers, and it alone"
            operator.press(KEY)
            operator.until(lambda text: "CAME BACK:" in text, PATIENCE_S)
            assert b"\x1b[5n" in operator.output, "answers that are on their way are waited for"
        with served.operator("agent", "look") as operator:
            operator.until(lambda text: "<>" in text, PATIENCE_S)
            assert b"\x1b[6n" not in operator.output, "old questions are not asked again"


def test_why_nobody_can_be_attached_to() -> None:
    with serving() as served:
        with served.operator("nobody") as operator:
            operator.until(lambda text: "CAME BACK: nobody runs in no terminal: start it" in text, PATIENCE_S)
        with served.operator("unknown") as operator:
            operator.until(lambda text: "CAME BACK: it has no terminal" in text, PATIENCE_S)


def test_the_agent_outlives_the_supervisor_and_a_line_that_hangs_up() -> None:
    with serving() as served:
        served.start(in_terminal("agent", DRAWS))
        with served.operator("agent") as operator:
            operator.until(lambda text: "ready" in text, PATIENCE_S)
            served.shut()
            operator.until(lambda text: "CAME BACK: the supervisor was stopped: the agent goes on" in text, PATIENCE_S)
        served.open()
        with served.operator("agent") as operator:
            operator.until(lambda text: "ready" in text, PATIENCE_S)
            os.kill(operator.pid, signal.SIGHUP)
            assert operator.wait(PATIENCE_S) == -signal.SIGHUP
        with served.operator("agent") as operator:
            operator.until(lambda text: "ready" in text, PATIENCE_S)
            operator.press("z")
            operator.until(lambda text: "[7a]" in text, PATIENCE_S)


@pytest.mark.parametrize("sent", [b"\x1d", b"\x1b[93;5u", b"\x1b[93;5:1u", b"\x1b[93;133u", b"\x1b[27;5;93~"])
def test_the_key_is_known_however_the_agent_has_set_keys(sent: bytes) -> None:
    assert detaching(b"\x1d").search(b"before" + sent)
    assert not detaching(b"\x1d").search(b"]\x1b[93;1u\x1b[93;5:3u\x1b[193;5u")
    assert detaching(b"\x01").search(b"\x1b[97;5u")


@given(cuts=st.lists(st.integers(0, 40), max_size=8))
def test_the_key_in_what_is_pasted_is_a_letter_like_others_however_it_is_cut(cuts: list[int]) -> None:
    pasted, keys, taken = b"\x1b[200~one\x1dtwo\x1b[93;5u\x1b[201~", Typed(detaching(b"\x1d")), b""
    ends = [*sorted({cut for cut in cuts if cut < len(pasted)}), len(pasted)]
    for first, last in pairwise([0, *ends]):
        typed, detaches = keys.take(pasted[first:last], 1.0)
        assert not detaches
        taken += typed
    assert taken == pasted
    assert keys.take(b"x\x1dy", 1.0) == (b"x", True)


def test_a_paste_whose_end_never_comes_does_not_keep_the_operator_there() -> None:
    keys = Typed(detaching(b"\x1d"))
    assert keys.take(b"\x1b[200~one", 1.0) == (b"\x1b[200~one", False)
    assert keys.take(b"\x1d", 2.5) == (b"", True)


def test_what_a_terminal_answers_is_known() -> None:
    for asked in (b"\x1b[c", b"\x1b[>c", b"\x1b[6n", b"\x1b[?u", b"\x1b[>0q", b"\x1b[?2026$p", b"\x1b]11;?\x07"):
        assert ASKED.search(asked)
    assert not ASKED.search(b"\x1b[2J\x1b[1;31m\x1b[4 q\x1b[>1u")
