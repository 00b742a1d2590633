"""The program in a real terminal: it paints, obeys keys, and gives the terminal back."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.simulation.world import station_names
from tests.bench.probe import Terminal
from tests.support.cli import COMMAND, Machine, stopping, usage

PATIENCE_S = 60.0
ALTERNATE_SCREEN, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"
PROMPT = b"your wish? "
DEMO = (*COMMAND, "demo", "--stations", "12", "--branches", "20", "--rate", "30")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def demo(machine: Machine) -> Iterator[Terminal]:
    with Terminal(DEMO, 120, 40, env=machine.env) as terminal:
        terminal.until(lambda text: "12 stations" in text and "proxy-01" in text, PATIENCE_S)
        yield terminal


def assert_sane(terminal: Terminal) -> None:
    """The terminal is as it was: its modes, its main screen, its cursor; no mouse, no bracketed paste."""
    assert termios.tcgetattr(terminal.descriptor) == terminal.modes
    output = bytes(terminal.output)
    assert output.rindex(LEFT) > output.rindex(ALTERNATE_SCREEN)
    assert output.rindex(b"\x1b[?25h") > output.rindex(b"\x1b[?25l")
    for mode in (b"1000", b"1003", b"1006", b"2004"):
        on, off = output.rfind(b"\x1b[?" + mode + b"h"), output.rfind(b"\x1b[?" + mode + b"l")
        assert off >= on, f"mode {mode!r} is left on"


def test_keys_are_obeyed_the_floor_stays_and_quitting_gives_the_terminal_back(demo: Terminal) -> None:
    """It can be drawn again, has no shell to go back to, and its window can change its size."""
    assert "SIMULATED" in demo.text.upper() and "● proxy-01" in demo.text
    demo.screen.reset()
    demo.press("\x0c")
    demo.until(lambda text: "12 stations" in text and "proxy-01" in text, PATIENCE_S)
    demo.press("\x1a")
    demo.until(lambda text: "there is no shell to go back to" in text, PATIENCE_S)
    demo.resize(80, 24)
    demo.until(lambda text: "proxy-01" in text and max(map(len, text.split("\n"))) <= 80, PATIENCE_S)
    demo.resize(120, 40)
    demo.press("?")
    demo.until(lambda text: "finished its turn" in text, PATIENCE_S)
    demo.press("\x1b")
    demo.until(lambda text: "finished its turn" not in text and "12 stations" in text, PATIENCE_S)
    demo.press("/")
    demo.until(lambda text: "esc drops" in text, PATIENCE_S)
    demo.press("proxy\r")
    demo.until(lambda text: "proxy-01" in text and "docs-04" not in text, PATIENCE_S)
    demo.press("q")
    assert demo.wait(PATIENCE_S) == 0
    assert_sane(demo)


def test_keys_typed_ahead_are_obeyed_in_their_order(demo: Terminal) -> None:
    """A search in one write is a search: none of its letters sorts the floor, no enter opens a station too soon."""
    demo.press("/proxy\r")
    demo.until(lambda text: "“proxy”" in text and "docs-04" not in text, PATIENCE_S)
    demo.press("\r/retry")
    demo.until(lambda text: "find retry" in text, PATIENCE_S)
    demo.press("\r")
    demo.settle()
    demo.press("1:go to the end\x15theme\r")
    demo.until(lambda text: "“proxy”" in text and "12 stations" in text, PATIENCE_S)
    demo.press("\x03")  # in a terminal in this mode it is a key
    demo.until(lambda text: "q quits, and so does" in text, PATIENCE_S)
    demo.press("\x03")
    assert demo.wait(PATIENCE_S) == 0
    assert_sane(demo)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back(demo: Terminal, number: signal.Signals) -> None:
    os.kill(demo.pid, number)
    assert demo.wait(PATIENCE_S) == 130
    assert_sane(demo)


STUCK = """
import os, signal
from console.cli import screens
screens.HUNG_UP_S = 1
signal.signal(signal.SIGHUP, screens.interrupt)
try:
    os.kill(os.getpid(), signal.SIGHUP)
except KeyboardInterrupt:
    while True:
        signal.pause()
"""
"""A console whose terminal is gone, and which does not come to its end."""


def test_a_console_without_a_terminal_never_stays(machine: Machine) -> None:
    done = subprocess.run([sys.executable, "-c", STUCK], env=machine.env, timeout=PATIENCE_S, check=False)
    assert done.returncode == -signal.SIGALRM


def test_nothing_is_left_behind(machine: Machine, tmp_path: Path) -> None:
    """Of a simulation nothing stays on the disk."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with Terminal(DEMO, 120, 40, env={**machine.env, "TMPDIR": str(temporary)}) as demo:
        demo.until(lambda text: "proxy-01" in text, PATIENCE_S)
        assert list(temporary.glob("factory-tui-demo-*/journal.db"))
        os.kill(demo.pid, signal.SIGINT)
        assert demo.wait(PATIENCE_S) == 130
        assert_sane(demo)
    assert list(tmp_path.glob("state/**/*")) == []
    assert list(temporary.iterdir()) == []


def test_the_demo_replays_the_bundled_recording(machine: Machine) -> None:
    names = station_names(30)
    with Terminal((*COMMAND, "demo"), env=machine.env) as demo:
        demo.until(lambda text: all(name in text for name in names), PATIENCE_S)
        assert "SIMULATED" in demo.text
        demo.press("q")
        assert demo.wait(PATIENCE_S) == 0
        assert_sane(demo)


def test_the_live_floor_shows_what_is_there_and_outlives_its_console(machine: Machine) -> None:
    machine.session("s-pool", machine.tree, "feature/pool", [usage(5, 400, 2_000, 90)])
    command = (*COMMAND, "--repo", str(machine.tree), "--theme", "light")
    with stopping(machine):
        with Terminal(command, 120, 40, env=machine.env) as floor:
            # Its station has been idle for years: what it left on its branch is what is shown.
            floor.until(lambda text: "1 station" in text and "feature/pool" in text, PATIENCE_S)
            floor.until(lambda text: "1 idle for more than 7 days" in text, PATIENCE_S)
            floor.press("q")
            assert floor.wait(PATIENCE_S) == 0
            assert_sane(floor)
        assert machine.run("stop").out.startswith("the supervisor (process ")


@pytest.mark.parametrize(
    ("words", "env", "said"),
    [
        (["--theme", "pink"], {}, "theme"),
        ([], {"TERM": "dumb"}, "this terminal cannot place its cursor"),
        (["--repo", "/nowhere"], {}, "factory-tui: "),
    ],
)
def test_what_cannot_begin_is_one_line(machine: Machine, words: list[str], env: dict[str, str], said: str) -> None:
    command = (*COMMAND, "--repo", str(machine.repo.path), *words)
    with Terminal(command, 120, 40, env={**machine.env, **env}) as terminal:
        assert terminal.wait(PATIENCE_S) in (1, 2)
        assert said in terminal.text
        assert len(terminal.text.split()) < 60
        assert_untouched(terminal)


def test_a_wrong_theme_in_the_settings_names_file_key_and_cure(machine: Machine, tmp_path: Path) -> None:
    config = tmp_path / "pink.toml"
    config.write_text('theme = "pink"')
    with Terminal((*COMMAND, "demo"), 200, 40, env={**machine.env, "FACTORY_TUI_CONFIG": str(config)}) as terminal:
        assert terminal.wait(PATIENCE_S) == 1
        told = "".join(terminal.text.split("\n"))
        assert f"{config}: theme cannot be 'pink': give it one of dark, light, colour-blind" in told
        assert_untouched(terminal)


def assert_untouched(terminal: Terminal) -> None:
    assert ALTERNATE_SCREEN not in terminal.output
    assert termios.tcgetattr(terminal.descriptor) == terminal.modes


def test_the_shell_and_back(machine: Machine) -> None:
    """Suspended, the terminal is the shell's; brought back, the console draws everything again."""
    command = shlex.join([*DEMO, "--seed", "2"])
    with Terminal(("bash", "--norc", "-i"), 120, 40, env={**machine.env, "PS1": PROMPT.decode()}) as shell:
        shell.press(f"{command}\r")
        shell.until(lambda text: "12 stations" in text and "proxy-01" in text, PATIENCE_S)
        shell.press("\x1a")
        shell.until(lambda text: "Stopped" in text, PATIENCE_S)
        shell.settle()
        shell.screen.reset()
        shell.press("fg\r")
        shell.until(lambda text: "12 stations" in text and "proxy-01" in text, PATIENCE_S)
        shell.press("q")
        # What is typed before the shell asks is the console's, or thrown away with what it leaves unread.
        shell.until(lambda _: PROMPT in shell.output[shell.output.rindex(ALTERNATE_SCREEN) :], PATIENCE_S)
        shell.press("exit 7\r")
        assert shell.wait(PATIENCE_S) == 7


def test_in_the_locale_c_signs_are_letters(machine: Machine) -> None:
    with Terminal(DEMO, 120, 40, env={**machine.env, "LC_ALL": "C"}) as demo:
        demo.until(lambda text: "12 stations" in text and "* proxy-01" in text, PATIENCE_S)
        assert all(byte < 128 for byte in demo.output)


def test_ctrl_c_ends_a_headless_command(machine: Machine) -> None:
    """In a terminal in its usual mode the key is a signal."""
    command = (*COMMAND, "events", "--follow", "--repo", str(machine.tree))
    with stopping(machine), Terminal(command, env=machine.env) as terminal:
        terminal.until(lambda text: "factory_opened" in text, PATIENCE_S)
        terminal.press("\x03")
        assert terminal.wait(PATIENCE_S) == 130
        assert "Traceback" not in terminal.text
