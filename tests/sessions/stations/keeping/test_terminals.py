"""Terminals in the keeper: their output by its place, their size, what is typed, and programs that stand still."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.stations.keeping import processes
from sessions.stations.keeping.client import Keeper
from sessions.stations.keeping.keeper.answers import answers
from sessions.stations.keeping.keeper.framing import Frames, FramingError, packed
from sessions.stations.keeping.keeper.ring import Ring
from sessions.stations.keeping.marks import Mark, in_environment, mark_of
from sessions.stations.keeping.processes import Process, process, send
from sessions.stations.keeping.values import KeeperError, Size
from tests import ROOT
from tests.sessions.stations.keeping.programs import ends, eventually, in_terminal, keeping, piece_of, program, said
from tests.support.supervisor import PATIENCE_S


@given(st.lists(st.binary(max_size=40), max_size=30), st.integers(1, 64), st.integers(0, 400), st.integers(1, 100))
def test_a_ring_is_the_end_of_all_that_was_written(pieces: list[bytes], room: int, start: int, most: int) -> None:
    ring, whole = Ring(room), b"".join(pieces)
    for piece in pieces:
        ring.put(piece)
    assert ring.end == len(whole) and ring.first == max(0, len(whole) - room)
    at, data = ring.take(start, most)
    assert data == whole[at : at + most] and at >= ring.first
    assert at == start or at in (ring.first, ring.end)


@given(st.lists(st.sampled_from([b"\x1b[?1049h", b"\x1b[?25l", b"\x1b[?1049l", b"\x1b[?2004;1h", b"text", b"\x1b["])),
       st.integers(1, 7))  # fmt: skip
def test_modes_that_were_dropped_are_remembered_however_they_were_cut(pieces: list[bytes], step: int) -> None:
    whole = b"".join(pieces) + b"." * 64
    ring = Ring(1)
    for at in range(0, len(whole), step):
        ring.put(whole[at : at + step])
    modes: dict[int, bool] = {}
    for piece in pieces:
        if piece.startswith(b"\x1b[?"):
            modes |= dict.fromkeys(map(int, piece[3:-1].split(b";")), piece.endswith(b"h"))
    broken = {at for at, piece in enumerate(pieces[:-1]) if piece == b"\x1b["}
    if not broken:
        assert ring.modes == modes


@given(
    st.lists(st.tuples(st.dictionaries(st.text(), st.text()), st.binary(max_size=60)), max_size=5), st.integers(1, 50)
)
def test_frames_come_through_in_any_pieces(sent: list[tuple[dict[str, str], bytes]], step: int) -> None:
    wire = b"".join(packed({**words}, data) for words, data in sent)
    frames, heard = Frames(), []
    for at in range(0, len(wire), step):
        heard += frames.feed(wire[at : at + step])
    assert heard == [({**words}, data) for words, data in sent]


@given(st.binary(max_size=200))
def test_foreign_bytes_are_frames_or_refused(data: bytes) -> None:
    try:
        Frames().feed(data)
    except FramingError:
        return


def test_marks_must_agree() -> None:
    mark = Mark("f", "a:b", "n")
    assert mark_of("a:b", str(mark)) == mark
    environment = b"\0".join(f"{name}={value}".encode() for name, value in mark.environment.items())
    assert in_environment(b"PATH=/\0" + environment + b"\0") == mark
    assert in_environment(environment.replace(b"STATION=a:b", b"STATION=c")) is None
    assert in_environment(b"FACTORY_TUI_MARK=f:a:1\0") is None
    assert mark_of("", "f::1") is None and mark_of("a", "a") is None
    with pytest.raises(ValueError, match="no mark"):
        Mark("a:b", "c", "d")


def test_a_number_that_was_used_again_is_not_signalled() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        own = process(child.pid)
        assert own is not None
        before = Process(own.pid, _fields(own.started - 1))
        assert not send(before, signal.SIGKILL)
        assert send(Process(own.pid, _fields(own.started)), signal.SIGTERM)
    assert child.returncode == -signal.SIGTERM


def _fields(started: int) -> list[bytes]:
    return [b"S", b"1", b"1", b"1", *[b"0"] * 15, str(started).encode()]


def test_terminals_answer_what_every_terminal_answers() -> None:
    assert answers(b"a\x1b[c b\x1b[>c\x1b[0c") == b"\x1b[?62;22c\x1b[>0;0;0c\x1b[?62;22c"
    assert answers(b"\x1b[5n\x1b[6n\x1b[?6n") == b"\x1b[0n\x1b[1;1R\x1b[1;1R"
    assert answers(b"\x1b[31m\x1b[2c\x1b]11;?\x07\x1b[18t plain c") == b""
    code = "import tty, sys, os; tty.setraw(0); os.write(1, b'\\x1b['); os.write(1, b'6n'); print(os.read(0, 6))"

    async def run() -> None:
        async with keeping() as (keeper, _):
            await keeper.start(in_terminal("asks", code))
            assert (await ends(keeper))[0].exit.code == 0
            (child,) = keeper.children()
            assert b"[1;1R" in await said(keeper, child, b"R")

    asyncio.run(run())


def test_output_has_places_and_what_was_lost_is_counted() -> None:
    code = "import sys\nfor n in range(20000): print(f'{n:07}', end='')\nprint('.'); input()"

    async def run() -> None:
        async with keeping() as (keeper, _):
            child = await keeper.start(in_terminal("talks", code, ring=10_000))
            await said(keeper, child, b".\r\n")
            kept = await keeper.kept("talks")
            assert len(kept.data) == 10_000 and kept.at + len(kept.data) == 140_003
            whole = "".join(f"{n:07}" for n in range(20_000)).encode() + b".\r\n"
            assert kept.data == whole[kept.at :]
            piece = await piece_of(keeper, "talks", 5)
            assert piece.at == kept.at and piece.lost == kept.at - 5
            piece = await piece_of(keeper, "talks", 140_000)
            assert (piece.at, piece.data, piece.lost) == (140_000, b".\r\n", 0)
            await keeper.write("talks", b"\n")
            await ends(keeper)
            rest = [piece async for piece in keeper.output("talks", 140_003)]
            assert b"".join(piece.data for piece in rest) == b"\r\n"

    asyncio.run(run())


def test_whoever_reads_slowly_loses_the_oldest_and_holds_nobody_up() -> None:
    code = "print('ready'); input()\nfor n in range(60): print('x' * 100000)\nprint('done'); input()"

    async def run() -> None:
        async with keeping() as (keeper, _):
            child = await keeper.start(in_terminal("floods", code, ring=50_000))
            await said(keeper, child, b"ready")
            slow = keeper.output("floods")
            first = await anext(slow)
            await keeper.write("floods", b"\n")
            await said(keeper, child, b"done")  # nobody waited for the slow one
            pieces = [first]
            async with asyncio.timeout(PATIENCE_S):
                while b"done" not in pieces[-1].data:
                    pieces.append(await anext(slow))
            await slow.aclose()
            lost = sum(piece.lost for piece in pieces)
            assert lost > 0
            assert sum(len(piece.data) for piece in pieces) + lost == pieces[-1].at + len(pieces[-1].data)

    asyncio.run(run())


def test_a_wide_character_that_is_cut_in_two_comes_through_whole() -> None:
    code = "import os, time; whole = '漢字'.encode(); os.write(1, whole[:4]); input(); os.write(1, whole[4:]); input()"

    async def run() -> None:
        async with keeping() as (keeper, _):
            child = await keeper.start(in_terminal("wide", code))
            await said(keeper, child, "漢".encode())
            await keeper.write("wide", b"\n")
            seen = await said(keeper, child, "字".encode()[1:])
            assert seen.replace(b"\r\n", b"").decode() == "漢字"

    asyncio.run(run())


def test_a_program_is_told_of_another_size() -> None:
    code = """
import os, signal
signal.signal(signal.SIGWINCH, lambda *_: print('now', *os.get_terminal_size(0)))
print('first', *os.get_terminal_size(0))
while True: signal.pause()
"""

    async def run() -> None:
        async with keeping() as (keeper, _):
            child = await keeper.start(in_terminal("sized", code, size=Size(90, 30)))
            await said(keeper, child, b"first 90 30")
            await keeper.resize("sized", Size(100, 40))
            await said(keeper, child, b"now 100 40")
            with pytest.raises(KeeperError):
                await keeper.resize("sized", Size(0, 40))

    asyncio.run(run())


def test_nobody_types_where_nobody_reads() -> None:
    async def run() -> None:
        async with keeping() as (keeper, _):
            await keeper.start(program("host", "sleep", "1000"))
            with pytest.raises(KeeperError, match="nobody reads"):
                await keeper.write("host", b"x")
            child = await keeper.start(
                in_terminal("deaf", "import tty; tty.setraw(0); print('ready'); __import__('signal').pause()")
            )
            await said(keeper, child, b"ready")
            with pytest.raises(KeeperError, match="nobody reads"):
                for _ in range(10):
                    await keeper.write("deaf", b"x" * 1_000_000)

    asyncio.run(run())


def test_a_terminal_may_be_closed_and_opened_again_by_its_program() -> None:
    code = """
import os, sys
print('ready'); input()
for number in range(3): os.close(number)
read, write = os.pipe()
os.read(read, 0) if False else None
import time; time.sleep(0.05)
back = os.open('/dev/tty', os.O_RDWR)
os.write(back, b'back again')
os.read(back, 1)
"""

    async def run() -> None:
        async with keeping() as (keeper, _):
            child = await keeper.start(in_terminal("shy", code))
            await said(keeper, child, b"ready")
            await keeper.write("shy", b"\n")
            await said(keeper, child, b"back again")

    asyncio.run(run())


def test_what_is_paused_stands_still_with_all_that_it_started() -> None:
    code = """
import subprocess, sys
busy = [sys.executable, '-I', '-S', '-c', 'while True: pass']
subprocess.Popen(busy); subprocess.Popen(['setsid', *busy]); print('ready'); input(); print('goes on')
"""

    async def run() -> None:
        async with keeping() as (keeper, _):
            child = await keeper.start(in_terminal("busy", code))
            await said(keeper, child, b"ready")
            await eventually(lambda: len(processes.below([child.pid], processes.everything())) == 3)
            assert await keeper.pause("busy")
            found = await keeper.tree("busy")
            assert len(found) == 3 and all(each.halted for each in found)
            used = {each.pid: each.ticks for each in found}
            await keeper.write("busy", b"\n")
            await asyncio.to_thread(os.sched_yield)
            assert {each.pid: each.ticks for each in await keeper.tree("busy")} == used
            await keeper.resume("busy")
            await said(keeper, child, b"goes on")
            await keeper.end("busy", 2.0)  # a halted one, too, hears of its end
            (end,) = await ends(keeper)
            assert (end.exit.code, end.exit.signal) in ((0, 0), (0, signal.SIGTERM))
            await eventually(lambda: not [pid for pid in used if (it := process(pid)) is not None and not it.over])

    asyncio.run(run())


def test_a_paused_program_can_be_ended() -> None:
    async def run() -> None:
        async with keeping() as (keeper, _):
            child = await keeper.start(in_terminal("halted", "print('ready'); input()"))
            await said(keeper, child, b"ready")
            assert await keeper.pause("halted")
            await keeper.end("halted")
            assert (await ends(keeper))[0].exit.signal == signal.SIGTERM

    asyncio.run(run())


def test_what_is_left_behind_may_write_for_ever_and_holds_nobody_up() -> None:
    code = "import subprocess; subprocess.Popen('trap \"\" TERM HUP; exec yes', shell=True, start_new_session=True)"

    async def run() -> None:
        async with keeping() as (keeper, _):
            await keeper.start(in_terminal("agent", code))
            assert (await ends(keeper))[0].exit.code == 0
            assert (await keeper.start(program("fine", "true"))).pid
            assert [each.id for each in await ends(keeper)] == ["fine"]
            for left in await keeper.tree("agent"):
                assert send(left, signal.SIGKILL)

    asyncio.run(run())


TYPES = """
import asyncio, sys
from pathlib import Path
from sessions.stations.keeping.client import Keeper

async def run():
    keeper = await Keeper.open(Path(sys.argv[1]), 60.0, scoped=False)
    for part, keys in enumerate((b"go", b"\\n")):
        await keeper.write("agent", keys, "c1", part)
    print("typed", flush=True)
    await asyncio.Event().wait()

asyncio.run(run())
"""


def test_what_a_supervisor_typed_that_was_killed_before_it_knew_of_it_is_not_typed_again() -> None:
    """It is killed between what it typed and the word of whoever it was for, which has read it by then."""
    code = "import sys\nfor line in sys.stdin: print('read', line.strip(), flush=True)"

    async def run() -> None:
        async with keeping() as (keeper, directory):
            child = await keeper.start(in_terminal("agent", code))
            first = await asyncio.create_subprocess_exec(
                sys.executable, "-c", TYPES, str(directory), cwd=ROOT, stdout=asyncio.subprocess.PIPE
            )
            await said(keeper, child, b"read go")
            first.kill()
            assert await first.wait() == -signal.SIGKILL
            second = await Keeper.open(directory, 60.0, scoped=False)
            parts, when = second.typed("agent", "c1")
            assert (parts, second.typed("agent", "c2")) == (2, (0, 0.0))
            assert child.since <= when <= time.time()
            assert [await second.write("agent", keys, "c1", part) for part, keys in enumerate((b"go", b"\n"))] == [
                False,
                False,
            ]
            assert await second.write("agent", b"\n", "c1", 2), "what was not typed yet is"
            assert await second.write("agent", b"more\n", "c2")
            assert second.typed("agent", "c2")[0] == 1
            await said(second, child, b"read more")
            assert (await second.kept("agent")).data.count(b"read go") == 1
            await second.close()

    asyncio.run(run())
