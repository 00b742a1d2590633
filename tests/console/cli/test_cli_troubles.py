"""Whatever goes wrong around a command is told in one line, or not at all."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT
from tests.support.cli import COMMAND, NOON, Machine, usage


@pytest.mark.parametrize("words", [[], ["demo"], ["demo", "--rate", "5"], ["replay", "journal"]])
def test_screens_without_a_terminal_say_what_to_do(shared: Machine, words: list[str]) -> None:
    done = shared.run(*words)
    assert done.code == 2
    assert done.err.startswith("factory-tui: the floor needs a terminal")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["meters"],
        ["events"],
        ["replay", "nothing-there", "--json"],
        ["record", "-o", "x.ftr"],
        ["stop"],
        ["import", "."],
    ],
)
def test_outside_a_repository_one_line_says_so(shared: Machine, tmp_path: Path, words: list[str]) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    done = shared.run(*words, cwd=outside)
    assert done.code in (1, 2)
    assert done.out == ""
    assert done.err.startswith("factory-tui: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("words", [["events", "--json"], ["replay", "demo", "--json"], ["conflicts", "--help"]])
def test_a_broken_pipe_is_quiet(shared: Machine, words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    if words[1] == "demo":
        words = ["replay", str(ROOT / "console/demo.ftr"), "--json"]
    done = subprocess.run(
        [*COMMAND, *words],
        cwd=shared.repo.path,
        env=shared.env,
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("words", [["status"], ["--help"], ["--version"], ["completions", "bash"]])
def test_an_output_that_takes_nothing_is_told_in_one_line(shared: Machine, words: list[str]) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with full.open("wb") as output:
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=shared.repo.path,
            env=shared.env,
            stdout=output,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert done.stderr.startswith(b"factory-tui: No space left on device")


def test_an_error_that_nobody_can_be_told_keeps_its_exit_code(shared: Machine) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with full.open("wb") as output:
        done = subprocess.run([*COMMAND, "nonsense"], env=shared.env, stderr=output, check=False)
    assert done.returncode == 2


def test_hostile_names_do_no_harm(machine: Machine) -> None:
    hostile = "\x1b]52;c;aGk=\x07\u202eevil\x9b2J"
    machine.session("s-evil", machine.tree, hostile, [usage(1, 0, 0, 1)], NOON + 200)
    machine.repo.branch("br\u202eanch\x9b2J")
    for words in (["status"], ["status", "--json"], ["meters", "--by", "branch"], ["events"], ["events", "--json"]):
        out = machine.run(*words).out
        assert all(line.isprintable() for line in out.splitlines()), words


def test_an_unexpected_error_is_one_line_and_a_file(machine: Machine, tmp_path: Path) -> None:
    """A fault of ours, made by breaking an import that a command needs."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "getpass.py").write_text("raise RuntimeError('made \\x1b[31m for this test')\n")
    path = f"{broken}{os.pathsep}{machine.env['PYTHONPATH']}"
    done = machine.start("status", env={"PYTHONPATH": path, "TMPDIR": str(tmp_path)})
    assert done.code == 1
    assert done.err.startswith("factory-tui: unexpected RuntimeError")
    assert done.err.count("\n") == 1
    assert "\x1b" not in done.err
    log = Path(done.err.rsplit(" ", 1)[1].strip())
    assert "Traceback" in log.read_text()
    shown = machine.start("status", env={"PYTHONPATH": path, "FACTORY_TUI_DEBUG": "1"})
    assert "Traceback" in shown.err


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_do_no_harm(shared: Machine, closed: str) -> None:
    words = " ".join(shlex.quote(word) for word in COMMAND)
    done = subprocess.run(
        ["/bin/sh", "-c", f"{words} status --json {closed}"],
        cwd=shared.repo.path,
        env=shared.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert bool(done.stdout) is (">&-" not in closed.replace("2>&-", ""))
    assert shared.run("status").code == 0


def test_ctrl_c_in_an_import_ends_the_process_at_once(shared: Machine) -> None:
    """An exception there would leave extension modules half-made."""
    # Whatever runs the tests may ignore it, as a shell has its jobs in the background do.
    ask = "import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    ask += "from console.cli.imports import importing\n"
    press = "os.kill(os.getpid(), signal.SIGINT)"
    for text, code, said in (
        (f"{ask}with importing():\n    {press}", -signal.SIGINT, b""),
        (
            f"{ask}with importing():\n    pass\ntry:\n    {press}\nexcept KeyboardInterrupt:\n    print('told')",
            0,
            b"told\n",
        ),
    ):
        done = subprocess.run([sys.executable, "-c", text], env=shared.env, capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (code, said, b"")


def test_numbers_of_events_that_cannot_be_are_refused(shared: Machine) -> None:
    for words in (["events", "--since"], ["replay", "journal", "--json", "--seq"]):
        done = shared.run(*words, str(2**63))
        assert (done.code, done.err.count("\n")) == (2, 1)
    assert shared.run("events", "--since", str(2**63 - 1)).out == ""


def test_a_hostile_base_is_shown_harmless(machine: Machine) -> None:
    machine.repo.git("branch", "x\u202ered")
    done = machine.run("status", "--base", "x\u202ered")
    assert done.code == 0
    assert "\u202e" not in done.out
