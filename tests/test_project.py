"""The project's own files: what is installed, what `make` offers, which versions are meant."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tomllib
from contextlib import closing
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path

from console.cli.commands.demo import DEMO, DEMO_OPENING
from sessions.floor.fold.fold import fold_all
from sessions.floor.state import EMPTY, Status
from sessions.journal.past.past import EventList
from sessions.journal.recording.record import write
from sessions.journal.recording.recording import Recording
from sessions.simulation import simulate
from sessions.simulation.__main__ import demo_events
from sessions.views.status import status_at
from tests import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())


def test_everything_that_is_not_code_is_installed_too() -> None:
    """Style sheets and the demo recording: without them the program does not start."""
    patterns = PROJECT["tool"]["setuptools"]["package-data"]
    for package in ("console", "widgets", "sessions"):
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and path.suffix not in (".py", ".pyc"):
                name = str(path.relative_to(ROOT / package))
                assert any(fnmatch(name, pattern) for pattern in patterns.get(package, ())), path
    assert (ROOT / "console/demo.ftr").stat().st_size <= 1_000_000


def test_every_package_can_be_found() -> None:
    """A folder without `__init__.py` would be left out of the installation."""
    for package in ("console", "widgets", "sessions"):
        for path in (ROOT / package).rglob("*.py"):
            assert (path.parent / "__init__.py").exists(), path.parent


def test_constraints_are_exact_and_name_no_address() -> None:
    for name, version in PINS.items():
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
        assert re.fullmatch(r"[0-9][A-Za-z0-9.]*", version)
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = PROJECT["project"]["dependencies"] + extras["dev"] + extras["models"]
    pinned = {name.lower().replace("_", "-") for name in PINS}
    assert {re.split(r"[<>=!\[ ]", line)[0].lower() for line in wanted} - {"factory-tui"} <= pinned


def test_a_console_that_watches_installs_neither_litellm_nor_test_tools() -> None:
    names = {re.split(r"[<>=!\[ ]", line)[0].lower() for line in PROJECT["project"]["dependencies"]}
    assert names & {"litellm", "pytest", "hypothesis"} == set()
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("run", "demo"):
        assert re.search(rf"^{target}: \$\(STAMP\) ##", make, re.MULTILINE), target


def test_make_alone_lists_what_there_is() -> None:
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = {line.split()[0] for line in done.stdout.splitlines()}
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony is not None
    assert listed == set(phony[1].split())


def test_the_floor_of_any_directory_can_be_asked_for() -> None:
    """Also of one whose name a shell would take apart."""
    words = ["make", "--no-print-directory", "--old-file=.venv/.installed", "run", "REPO=a b's; false"]
    done = subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert shlex.split(done.stdout.splitlines()[-1]) == [
        str(ROOT / ".venv/bin/factory-tui"),
        "status",
        "--repo",
        "a b's; false",
    ]


def test_the_check_of_a_change_is_the_test_command() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text(encoding="utf-8")
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_demo_recording_is_the_simulation() -> None:
    """`make demo-recording` after a change of the simulation or of the events."""
    events = demo_events()
    with closing(Recording(DEMO)) as recording:
        assert recording.info.events == len(events)
        assert list(recording.events(0, len(events))) == events
        assert recording.state_at(len(events)) == fold_all(EMPTY, events)
        assert recording.info.simulated


def test_the_demo_begins_with_everything_going_on() -> None:
    with closing(Recording(DEMO)) as recording:
        state = recording.state_at(DEMO_OPENING)
    statuses = {status_at(station, state.time).status for station in state.stations.values()}
    assert statuses >= set(Status) - {Status.UNKNOWN}
    assert (len(state.stations), len(state.branches)) == (30, 48)


def test_the_same_simulation_makes_the_same_bytes(tmp_path: Path) -> None:
    past = EventList(list(islice(simulate(3), 2_000)), "demo")
    for name in ("a.ftr", "b.ftr"):
        write(past, tmp_path / name, 1, 2_000, redact=False)
    assert (tmp_path / "a.ftr").read_bytes() == (tmp_path / "b.ftr").read_bytes()
