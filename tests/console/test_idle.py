"""A live floor on which nothing happens: nothing wakes, and nothing is sent. The real supervisor, the real console."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sessions.watching import inotify
from tests.bench.idle import LiveFloor, live_floor
from tests.support.supervisor import short_directory

pytestmark = pytest.mark.skipif(not inotify.available(), reason="without inotify the supervisor polls")

WINDOW_S = 4.0


@pytest.fixture(scope="module")
def floor() -> Iterator[LiveFloor]:
    with short_directory() as directory, live_floor(directory, stations=4) as floor:
        floor.rest(3)
        yield floor


def test_console_and_supervisor_sleep_while_nothing_happens(floor: LiveFloor) -> None:
    """In four seconds the newest events' age changes once or twice, and the supervisor says once that it lives."""
    before = floor.spent
    floor.rest(WINDOW_S)
    assert (floor.spent - before).wakes <= 25


def test_a_key_is_answered_and_an_escape_alone_is_a_key(floor: LiveFloor) -> None:
    terminal = floor.terminal
    terminal.press("?")
    terminal.until(lambda text: "esc" in text and "enter" in text, 30)
    terminal.press("\x1b")
    terminal.until(lambda text: "1/4" in text, 30)
