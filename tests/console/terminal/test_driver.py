"""The driver of the terminal: what size it tells."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import termios
from collections.abc import Iterator

import pytest
from textual.app import App

from console.terminal.driver import QuietDriver


@pytest.fixture
def slave() -> Iterator[int]:
    master, slave = os.openpty()
    yield slave
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("size", [(0, 0), (120, 0)])
def test_a_terminal_without_a_size_has_the_one_that_is_drawn_for(slave: int, size: tuple[int, int]) -> None:
    """Two that differ lay all out for the one and the other in turn, without end."""

    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    async def told() -> tuple[object, object]:
        app: App[object] = App()
        driver = QuietDriver(app)
        driver.fileno = slave
        return driver._get_terminal_size(), app.console.size

    size_told, drawn_for = asyncio.run(told())
    assert size_told == drawn_for
