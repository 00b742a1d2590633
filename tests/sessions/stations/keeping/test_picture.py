"""The screen of a terminal as values, from whatever a program writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.floor.ours.picture import Ink, Picture, Run
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.looking.attached import Terminals
from sessions.stations.keeping.looking.by_avt import Avt
from sessions.stations.keeping.looking.by_pyte import Pyte
from sessions.stations.keeping.looking.emulator import Make
from sessions.stations.keeping.looking.picture import LARGEST, SMALLEST, Screen, emulator
from sessions.stations.keeping.values import Kept, Size
from sessions.text import clean_lines
from tests.sessions.stations.keeping.programs import in_terminal, keeping
from tests.support.supervisor import PATIENCE_S

BOTH = pytest.mark.parametrize("make", [Avt, Pyte])


SIZE = Size(20, 4)


def drawn(make: Make, *pieces: bytes, size: Size = SIZE) -> Picture:
    screen = Screen(size, make)
    for piece in pieces:
        screen.feed(piece)
    return screen.picture()


def text(picture: Picture) -> list[str]:
    return ["".join(run.text for run in line) for line in picture.lines]


@BOTH
def test_letters_have_their_inks(make: Make) -> None:
    picture = drawn(make, b"plain \x1b[1;31mred\x1b[0;48;2;1;2;255m on\x1b[7;38;5;200mr\x1b[0m\r\n\x1b[3;4;9mx\x1b[10C")
    assert picture.lines[0] == (
        Run("plain "),
        Run("red", Ink("1", bold=True)),
        Run(" on", Ink(back="#0102ff")),
        Run("r", Ink("200" if make is Avt else "#ff00d7", "#0102ff", reversed=True)),
    )
    assert picture.lines[1] == (Run("x", Ink(italic=True, underline=True, struck=True)),)
    assert (picture.columns, picture.rows, len(picture.lines)) == (20, 4, 4)
    assert (picture.row, picture.column) == (1, 11)


@BOTH
def test_wide_letters_come_through_whole_though_they_were_cut(make: Make) -> None:
    whole = "a漢字b".encode()
    for cut in range(len(whole)):
        assert text(drawn(make, whole[:cut], whole[cut:]))[0] == "a漢字b"


@BOTH
def test_only_what_is_seen_is_there(make: Make) -> None:
    picture = drawn(make, b"gone\x1b[2J\x1b[H\x1b]0;title\x07\x1b]52;c;aGk=\x07\x1b[?25lseen\x07\xe2\x80\xae")
    assert text(picture)[0] == "seen" and picture.row == -1


@BOTH
def test_it_begins_where_the_screen_was_cleared_last(make: Make) -> None:
    screen = Screen(Size(20, 4), make)
    screen.begin(Kept(9, b"old old\x1b[2J\x1b[Hnew", {25: False}))
    assert text(screen.picture())[0] == "new" and screen.picture().row == -1


PARTS = st.sampled_from(
    [
        *("\x1b[", "\x1b]", "\x1bP", "\x07", "\x1b\\", "\x1b(0", "\x1bM", "\x1b7", "\x1b8", "\x1bc", "\x1b[?47h"),
        *("1", "99999999999", ";", "?", ":", "m", "H", "A", "L", "M", "P", "@", "X", "J", "K", "r", "h", "l", "S", "T"),
        *("漢", "e\u0301", "\U0001f469\u200d\U0001f4bb", "\u202e", "\n", "\r", "\t", "\b", "a", "bc", "\x9b", "\x7f"),
    ]
)  # fmt: skip


@BOTH
@settings(max_examples=60)
@given(st.lists(PARTS, max_size=60), st.integers(0, 30), st.integers(0, 8))
def test_whatever_is_written_becomes_a_harmless_picture(make: Make, parts: list[str], columns: int, lines: int) -> None:
    picture = drawn(make, *(part.encode() for part in parts), size=Size(columns, lines))
    assert len(picture.lines) == picture.rows >= SMALLEST.lines
    for line in text(picture):
        assert line == clean_lines(line)[0]


def test_sizes_are_bounded() -> None:
    picture = drawn(emulator(), b"x", size=Size(100_000, 100_000))
    assert (picture.columns, picture.rows) == (LARGEST.columns, LARGEST.lines)


def test_what_breaks_an_emulator_costs_one_picture() -> None:
    class Breaks(Avt):
        def feed(self, text: str) -> None:
            if "!" in text:
                raise BaseException("a panic")
            super().feed(text)

    assert text(drawn(Breaks, b"before", b"!", b"after"))[0] == "after"


def test_a_terminal_is_looked_at_without_being_attached_to() -> None:
    code = "import tty; tty.setraw(0)\nwhile True: print(f'\\x1b[2J\\x1b[Hsaw {input()!r}', end='', flush=True)"

    async def run() -> None:
        async with keeping() as (keeper, _):

            def find(station: str) -> tuple[Keeper, str]:
                return keeper, station

            await keeper.start(in_terminal("agent", f"print('ready', end='', flush=True)\n{code}", size=Size(30, 5)))
            async with asyncio.timeout(PATIENCE_S), aclosing(Terminals(find).pictures("agent")) as pictures:
                await shown(pictures, "ready")
                await keeper.write("agent", b"a\r\n")
                assert (await shown(pictures, "saw 'a")).columns == 30
                await keeper.resize("agent", Size(40, 6))
                await keeper.write("agent", b"b\r\n")
                assert (await shown(pictures, "saw 'b")).columns == 40
                await keeper.end("agent")
                last = [picture async for picture in pictures]
                assert all("saw 'b" in "\n".join(text(picture)) for picture in last)

    asyncio.run(run())


async def shown(pictures: AsyncIterator[Picture], word: str) -> Picture:
    """The first picture with a word on it."""
    async for picture in pictures:
        if word in "\n".join(text(picture)):
            return picture
    raise AssertionError(f"{word} is never shown")
