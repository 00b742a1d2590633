"""A real terminal is drawn again, and gets another size: all is sent, and nothing else is ever shown."""

from __future__ import annotations

from pathlib import Path

from tests.bench.opening import PATIENCE_S, QUIET_S, frames, still
from tests.bench.probe import Seen, Terminal

REDRAW = "\x0c"


def cells(terminal: Terminal) -> list[tuple[object, ...]]:
    """All cells above the footer with their colours; of a blank one sees the ground alone."""
    screen = terminal.screen
    every = (screen.buffer[y][x] for y in range(screen.lines - 1) for x in range(screen.columns))
    return [(cell.data, cell.bg, *((cell.fg, cell.bold) if cell.data.strip() else ())) for cell in every]


def shows(terminal: Terminal, wanted: list[tuple[object, ...]]) -> Seen:
    return lambda _: cells(terminal) == wanted


def test_what_the_console_knows_of_the_terminal_is_true(tmp_path: Path) -> None:
    """Wherever one comes to by changes, the screen drawn anew is the same; so it is in the size that it had before."""
    with still(tmp_path, columns=120, lines=40) as terminal:
        for keys in ("?", "jj/pl\r", "\x1b\x1b", ":so", "\x1b", "\r", "\t", "\x1bz", "2n", "zw", "t", "\x1b"):
            terminal.press(keys)
            terminal.settle(QUIET_S)
            before = cells(terminal)
            if ":" not in keys:  # the palette takes every key as typed
                terminal.screen.erase_in_display(2)
                assert cells(terminal) != before, f"nothing is there after {keys!r}"
                terminal.press(REDRAW)
                terminal.until(shows(terminal, before), PATIENCE_S)
        terminal.resize(100, 30)
        terminal.settle(QUIET_S)
        terminal.screen.erase_in_display(2)
        terminal.resize(120, 40)
        terminal.until(shows(terminal, before), PATIENCE_S)


def test_another_size_shows_no_empty_screen_on_the_way(tmp_path: Path) -> None:
    with still(tmp_path, columns=130, lines=40) as terminal:
        for screen, keys in (("floor", ""), ("station", "\r"), ("conflicts", "\x1b2")):
            for key in keys:
                terminal.press(key)
                terminal.settle(QUIET_S)
            filled = letters_when_it_grows(terminal)
            assert min(filled) > filled[-1] / 2, f"letters in each frame of {screen}: {filled}"


def letters_when_it_grows(terminal: Terminal) -> list[int]:
    """Make the window smaller and as large as before: how many letters each frame has on the way back."""
    terminal.resize(90, 30)
    terminal.settle(QUIET_S)
    start = len(terminal.output)
    terminal.resize(130, 40)
    while terminal.read(QUIET_S, draw=False):
        pass
    filled = []
    for frame in frames(bytes(terminal.output[start:])):
        terminal.draw(frame)
        filled.append(sum(map(len, terminal.text.split())))
    return filled
