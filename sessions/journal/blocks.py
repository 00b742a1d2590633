"""Events packed into blocks: a thousand of them together take a seventh of the room that they take as rows.

A block holds the lines of its events, and apart from them what is asked without reading any: times, stations, failures.
It is packed once and never changes.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import TypeAlias

import msgspec

from sessions.journal.codec import MAX_TIME, stored

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BLOCK_EVENTS = 1_024
"""Of two thousand the lines take a tenth less, and reading a single event of them twice as long (0.15 ms)."""
BLOCK_BYTES = 1 << 20
"""Bytes of lines that are a block although they are fewer events."""
LEAST_EVENTS = 64
"""Of a last block that is packed when its journal is closed; in so few, an event takes a third of a row's room."""
LEVEL = 9
"""Costs 1.7 µs an event, a tenth of its fold, and takes a quarter less room than the usual 3."""
MAX_BYTES = 1 << 28
"""Longest block that is unpacked, so that a hostile one cannot fill the memory."""

LONG_MARK = 256
_FRAME = b"\x28\xb5\x2f\xfd"
"""How something compressed begins."""

Row: TypeAlias = "tuple[int, float, str, int | None, int, bytes]"
"""An event as a row: seq, the newest time up to it, type, station, whether it is a failure, line."""


class Heads(msgspec.Struct, frozen=True):
    """What is known of the events of a block without their lines."""

    times: tuple[float, ...]
    """The newest time up to each."""
    stations: tuple[int, ...]
    """The number of each one's station; 0 for none."""
    failed: bytes
    """A byte for each: 1 for a failure."""


class Block(msgspec.Struct, frozen=True):
    """Events `first`..`last`, packed."""

    first: int
    last: int
    latest: float
    """The newest time up to its last event."""
    failures: int
    stations: tuple[int, ...]
    """Those that it has events of."""
    heads: bytes
    lines: bytes


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    """`Heads` as they are compressed: each byte of the numbers beside its like of the next ones."""

    times: bytes
    """Their bit patterns, which ascend as they do, as differences."""
    stations: bytes
    failed: bytes


def is_full(count: int, size: int) -> bool:
    """Whether so many events, with lines of so many bytes, are a block."""
    return count >= BLOCK_EVENTS or size >= BLOCK_BYTES


def pack(rows: Sequence[Row]) -> Block:
    """The block of these rows, which follow each other."""
    numbers, latests, _, names, failures, bodies = zip(*rows, strict=True)
    times = list(accumulate(map(_time, latests), max))
    stations = [*map(_number, names)]
    failed = bytes([failure == 1 for failure in failures])
    patterns = struct.unpack(f"<{len(times)}q", struct.pack(f"<{len(times)}d", *times))
    steps = [patterns[0], *(after - before for before, after in pairwise(patterns))]
    packed = struct.pack(f"<{len(stations)}I", *stations)
    heads = _Packed(_apart(struct.pack(f"<{len(steps)}q", *steps), 8), _apart(packed, 4), failed)
    kept = [*map(stored, bodies)]
    lines = b"\n".join(kept)
    if lines.count(b"\n") >= len(kept):  # a line of JSON has no line's end in it; that of a damaged row may
        lines = b"\n".join(line.replace(b"\n", b" ") for line in kept)
    return Block(
        numbers[0],
        numbers[-1],
        times[-1],
        sum(failed),
        tuple(sorted({*stations} - {0})),
        _compressed(msgspec.msgpack.encode(heads)),
        _compressed(lines),
    )


def packed_mark(value: bytes) -> bytes:
    """A mark as it is stored: compressed where it is long. What a reader remembers of a source is mostly names."""
    return _compressed(value) if len(value) >= LONG_MARK or value.startswith(_FRAME) else value


def unpacked_mark(value: bytes) -> bytes:
    """The mark that was stored; nothing where it is damaged, and its source is then read anew."""
    return _plain(value) if value.startswith(_FRAME) else value


def lines_of(packed: object, count: int) -> list[bytes]:
    """The lines of a block of `count` events; empty ones, which are no events, where it is damaged."""
    lines = _plain(packed).split(b"\n")
    return lines if len(lines) == count else [b""] * count


def heads_of(packed: object, count: int) -> Heads | None:
    """The heads of a block of `count` events; None where it is damaged."""
    try:
        heads = msgspec.msgpack.decode(_plain(packed), type=_Packed)
        steps = struct.unpack(f"<{count}q", _together(heads.times, 8))
        times = struct.unpack(f"<{count}d", struct.pack(f"<{count}q", *accumulate(steps)))
        stations = struct.unpack(f"<{count}I", _together(heads.stations, 4))
    except (msgspec.MsgspecError, struct.error, UnicodeDecodeError, RecursionError):
        return None
    ascend = times[0] >= 0.0 and times[-1] <= MAX_TIME and min(steps[1:], default=0) >= 0
    sound = ascend and len(heads.failed) == count
    return Heads(times, stations, heads.failed) if sound else None


def _time(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0.0 <= value <= MAX_TIME else 0.0


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 < value < 1 << 32 else 0


def _compressed(plain: bytes) -> bytes:
    # The checksum lets damage be seen that would unpack to something else.
    options = {int(zstd.CompressionParameter.compression_level): LEVEL, int(zstd.CompressionParameter.checksum_flag): 1}
    return zstd.compress(plain, options=options)


def _plain(packed: object) -> bytes:
    """What was compressed; nothing where it is damaged."""
    try:
        unpacker = zstd.ZstdDecompressor()
        plain = unpacker.decompress(stored(packed), max_length=MAX_BYTES)
        return plain if unpacker.eof else b""
    except (zstd.ZstdError, EOFError):
        return b""


def _apart(numbers: bytes, width: int) -> bytes:
    return b"".join(numbers[at::width] for at in range(width))


def _together(planes: bytes, width: int) -> bytes:
    numbers = bytearray(len(planes))
    count = len(planes) // width
    for at in range(width):
        numbers[at::width] = planes[at * count : (at + 1) * count]
    return bytes(numbers)


def portions(rows: Iterable[Row]) -> list[Sequence[Row]]:
    """The rows in portions that are a block each; what is left over at their end is in none."""
    found: list[Sequence[Row]] = []
    begun: list[Row] = []
    size = 0
    for row in rows:
        begun.append(row)
        size += len(stored(row[5]))
        if is_full(len(begun), size):
            found.append(begun)
            begun, size = [], 0
    return found
