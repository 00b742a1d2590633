"""What every test stands on: no setting of the user reaches it, chance falls the same in every run, and it ends."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import os
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import aiosqlite.core
import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from sessions.stations.boundary import groups
from tests import ROOT
from tests.support import cli

# No deadline for an example and the same examples everywhere: a slow machine or an unlucky seed fails no run. The same
# ones run each time, so the second fifty of them say little more than the first.
settings.register_profile("same", parent=settings.get_profile("ci"), max_examples=50)
settings.load_profile("same")
# `make fuzz` looks for new ones, more of them, and keeps what fails in .hypothesis until it passes.
settings.register_profile(
    "fuzz",
    max_examples=int(os.environ.get("EXAMPLES", "1000")),
    derandomize=False,
    deadline=None,
    database=DirectoryBasedExampleDatabase(ROOT / ".hypothesis/examples"),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)

LIMIT_S = float(os.environ.setdefault("PYTEST_TIMEOUT", "120"))
"""A test that takes longer has failed; `@pytest.mark.timeout(seconds)` gives one a limit of its own."""
GRACE_S = float(os.environ.get("PYTEST_GRACE", "30"))
"""So much later the process is ended, of a test that cannot be: it waits for a thread that nobody ends."""

FOREIGN = ("GIT_", "XDG_", "LC_", "SSH_", "TEXTUAL_", "CLAUDE_", "CODEX_", "FACTORY_TUI_")
"""How the names of variables begin that would change what git, the product or its screens do."""
FOREIGN_NAMES = (
    *("LANGUAGE", "NO_COLOR", "FORCE_COLOR", "COLORFGBG", "COLUMNS", "LINES", "TMUX", "STY"),
    *("PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONWARNINGS"),  # such a one hides what is not flushed
    "PYTHONDONTWRITEBYTECODE",  # with it each of some thousand processes would compile all that it imports
)
LONG = (
    "sessions/supervisor/test_stations",
    "sessions/stations/boundary/test_escapes",
    "console/terminal/test_redrawing",
    "console/terminal/test_opening",
    "sessions/supervisor/stations/test_terminal_agents",
    "sessions/stations/terminal/test_real",
    "console/screens/forms/test_start",
    "agents/test_supervised_acp",
    "agents/test_real_acp",
    "agents/test_checked_acp",
    "sessions/branches/merges/test_matrix",
    "console/screens/triage/test_worked_off",
    "sessions/branches/merges/test_trial_merges",
    "sessions/stations/builtin/test_supervised",
    "console/cli/test_cli",
    "console/cli/test_cli_conflicts",
    "console/cli/test_cli_pasts",
    "console/cli/test_cli_terminal",
    "console/screens/hands/test_verbs",
    "console/cli/test_cli_journal",
    "sessions/supervisor/test_door_first",
    "sessions/supervisor/test_supervisor_process",
    "console/cli/stations/test_cli_lives",
    "sessions/supervisor/stations/test_left_behind",
    "console/screens/conflicts/test_conflicts_screen",
    "sessions/stations/builtin/test_turns",
    "sessions/supervisor/stations/test_places",
    "sessions/supervisor/test_killing",
    "sessions/journal/test_damaged_pasts",
    "sessions/supervisor/stations/test_thirty",
    "sessions/supervisor/test_full_disk",
    "console/screens/forms/test_live",
    "console/test_idle",
    "agents/test_bounded_acp",
    "sessions/supervisor/stations/test_tasks",
    "sessions/headless/test_live_demo",
    "sessions/stations/checking/test_commands",
    "console/cli/test_cli_completions",
    "test_endings",
)
"""The modules of tests that take longest, the longest first (see `--durations`). The others come as they are found."""
MEMORY, ROOM_BYTES = Path("/dev/shm"), 3 << 30
"""All tests together need a part of that."""
OWN = "TEXTUAL_SNAPSHOT_"
"""How the names begin by which the processes of one run know where to put their pictures."""


def pytest_configure(config: pytest.Config) -> None:
    """Give this process, and all that it starts, an empty home and the environment of a plain terminal."""
    around = pytest.MonkeyPatch()
    if not hasattr(config, "workerinput"):  # whom the processes of a run have it from
        temporary = tempfile.TemporaryDirectory(prefix="ft", dir=_place(), ignore_cleanup_errors=True)
        config.add_cleanup(temporary.cleanup)
        Path(temporary.name).chmod(0o1777)  # as `/tmp` is: some run as nobody
        around.setenv("TMPDIR", temporary.name)  # killed programs leave something in it
        config.option.basetemp = config.option.basetemp or f"{temporary.name}/t"  # whoever gives one keeps it
    around.setattr(tempfile, "tempdir", None)  # as it was found without that variable
    home = tempfile.TemporaryDirectory(prefix="ft-home-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    config.add_cleanup(around.undo)
    for name in list(os.environ):
        if (name.startswith(FOREIGN) and not name.startswith(OWN)) or name in FOREIGN_NAMES:
            around.delenv(name)
    around.setattr(sys, "dont_write_bytecode", False)
    plain = {"HOME": home.name, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LANG": "C.UTF-8"}
    for name, value in (plain | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}).items():
        around.setenv(name, value)
    config.add_cleanup(partial(_leave_groups, frozenset(_groups())))
    # The thread of a journal that a failing test left open must not keep the process from ending.
    around.setattr(aiosqlite.core, "Thread", partial(Thread, daemon=True))


def _place() -> Path:
    """Where temporary files lie: in memory, where there is room for them. Both names leave room for those of sockets.

    A file system on a disk may look through all that was deleted of late before it makes a file, and tests delete
    a great many: with that some of them take twice the time.
    """
    with contextlib.suppress(OSError):
        there = os.statvfs(MEMORY)
        room = there.f_bavail * there.f_frsize >= ROOM_BYTES and not there.f_flag & os.ST_NOEXEC
        if room and os.access(MEMORY, os.W_OK):
            return MEMORY
    return Path("/tmp")


def _groups() -> Iterator[Path]:
    return (group for top in ("pids/", "") for group in Path("/sys/fs/cgroup").glob(f"{top}{groups.PREFIX}*"))


def _leave_groups(before: frozenset[Path]) -> None:
    """Of supervisors that were killed control groups stay, until the next one of that factory begins."""
    for group in set(_groups()) - before:
        with contextlib.suppress(OSError):
            group.rmdir()


def pytest_collection(session: pytest.Session) -> None:
    """Read the modules of tests, each of several processes from another place on: what one compiles, all others have.

    One that cannot be read is told of when its tests are looked for.
    """
    given = getattr(session.config, "workerinput", None)
    if given is None:
        return
    under = {Path(argument).resolve() for argument in session.config.args}
    files = sorted(file for folder in under if folder.is_dir() for file in folder.rglob("test_*.py"))
    first = len(files) * int(given["workerid"].removeprefix("gw")) // given["workercount"]
    for file in [*files[first:], *files[:first]]:
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no process is still at it when all others are done."""
    order = {f"tests/{name}.py": at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0], len(order)))


def pytest_collection_finish() -> None:
    """What was imported stays: looking through it again and again for garbage takes a fifth of what tests take."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let no test run for ever, whatever it waits for."""
    marker = item.get_closest_marker("timeout")
    limit = marker.args[0] if marker is not None else LIMIT_S
    faulthandler.dump_traceback_later(limit + GRACE_S, exit=True, file=item.config.stash[fault_handler_stderr_fd_key])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="session", autouse=True)
def _signals_of_a_terminal() -> None:
    """Whoever runs this with `nohup`, or in the background, has what it starts ignore signals that tests send."""
    for number, usual in ((signal.SIGHUP, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


@pytest.fixture(autouse=True)
def _no_supervisor_stays() -> Iterator[None]:
    """Commands leave one for the next command; the next test has a machine of its own."""
    yield
    cli.end_all()
