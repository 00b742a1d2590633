"""`log`, end to end."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from console.cli.commands.stations.log import LogShape
from sessions.paths import repo_state_dir
from sessions.stations.places.layout import Place
from sessions.stations.places.making import Wanted, make
from sessions.stations.places.setup import Setup, prepare
from tests.support.cli import Machine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", machine.env["XDG_STATE_HOME"])
    return machine


def place_in(machine: Machine) -> Place:
    common_dir = machine.repo.path / ".git"
    return make(common_dir, repo_state_dir(common_dir), Wanted("s1", "agent/s1"))


def test_what_a_place_lacks_and_what_its_set_up_printed_can_be_read(machine: Machine) -> None:
    machine.repo.commit({".gitattributes": "*.bin filter=lfs diff=lfs\n", ".gitmodules": ""})
    place = place_in(machine)
    prepare(place, Setup(script="printf 'one\\ntwo\\033[31m\\n'; exit 3"), (), machine.env, None)
    told = machine.run("log", "s1").out
    assert str(place.work) in told
    assert "without the content of submodules, the content of files of git-lfs" in told
    assert "one\ntwo" in told
    assert "ended with 3" in told
    assert "\x1b" not in told
    shape = msgspec.convert(machine.run("log", "s1", "--json").json, LogShape)
    assert shape.lacks == ("the content of submodules", "the content of files of git-lfs")
    assert "two" in shape.log


def test_where_nothing_is_to_be_told_that_is_said(machine: Machine) -> None:
    place_in(machine)
    assert "nothing was to be set up" in machine.run("log", "s1").out
    for word in ("../s1", "s2"):
        done = machine.run("log", word)
        assert (done.code, "there is no station" in done.err) == (1, True)
