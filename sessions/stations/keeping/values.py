"""What is said about the children of a keeper, as values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from sessions.errors import FactoryError

RING = 1 << 20
"""Bytes of output that are kept of a terminal, unless it is asked for another number."""


class KeeperError(FactoryError):
    """The keeper refused something."""


class KeeperLostError(KeeperError):
    """The keeper has ended, or the line to it. What it kept ended with it; another one can be started."""


class StartFailedError(KeeperError):
    """A program could not be started; nothing is left of it."""


class Size(msgspec.Struct, frozen=True):
    """Of a terminal, in cells."""

    columns: int = 120
    lines: int = 40


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """A program to be started. `id` names it for as long as it is kept: the same one again starts nothing."""

    id: str
    argv: tuple[str, ...]
    """Looked up in the PATH of `environment`."""
    environment: Mapping[str, str]
    """The whole of it; the marks of its station are part of it (see `marks`)."""
    directory: Path
    size: Size | None = None
    """Of the terminal that it gets; None for a program without one."""
    log: Path | None = None
    """Where a program without a terminal says what it has to say; None throws that away."""
    ring: int = RING
    refusals: bool = False
    """Lines that tell of a refusal are told as they come."""
    answers: bool = True
    """Its terminal answers the few questions that every terminal answers, also while nobody looks."""


class Exit(msgspec.Struct, frozen=True):
    """How a program ended: by itself with a code, or by a signal."""

    code: int
    signal: int
    time: float
    """Seconds since 1970."""


class Child(msgspec.Struct, frozen=True):
    """A program that the keeper started, as it was when this was asked for."""

    id: str
    pid: int
    started: int
    """When it began, as the kernel counts it: with its number it is unique."""
    argv: tuple[str, ...]
    cwd: str
    station: str
    mark: str
    group: str
    """The directory of its control group; "" where it has none of its own."""
    since: float
    terminal: bool
    columns: int
    lines: int
    first: int
    """The place of the first byte of its output that is kept."""
    end: int
    """The place of the byte to come."""
    exit: Exit | None
    once: str = ""
    """The name of what was typed last that counts once; "" for nothing, and of a keeper that knows no such thing."""
    parts: int = 0
    """How many parts of it were typed."""
    once_at: float = 0.0
    """When the last of them was, in seconds since 1970."""

    @property
    def size(self) -> Size:
        """Of its terminal."""
        return Size(self.columns, self.lines)


class Ended(msgspec.Struct, frozen=True):
    """A child has ended."""

    id: str
    exit: Exit


class Output(msgspec.Struct, frozen=True):
    """A piece of what a program wrote."""

    at: int
    """The place of its first byte in all that the program wrote."""
    data: bytes
    lost: int = 0
    """Bytes right before it that are gone: whoever follows was too slow, or the ring is too small."""


class Kept(msgspec.Struct, frozen=True):
    """All that is kept of a program's output."""

    at: int
    data: bytes
    modes: Mapping[int, bool] = {}
    """Modes of its terminal (DECSET) that were set or reset before `at`."""
