"""The kinds of agents: found, loaded, and served over the contracts of before."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor.scope import Budget, Held, HeldBy, Scope
from sessions.stations import kinds
from sessions.stations.contract import Brief, Conversing, InTerminal
from sessions.stations.running.fitting import held_for
from tests import ROOT
from tests.support.stations.hosting import installed, wheel


def test_ours_are_those_that_the_project_registers() -> None:
    about = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert about["project"]["entry-points"][kinds.GROUP] == kinds.OURS


@pytest.mark.parametrize("name", sorted(kinds.OURS))
def test_each_of_ours_loads_and_says_whether_it_can_be_used(name: str) -> None:
    kind = kinds.load(name)
    assert kind.name == name and kind.title
    assert isinstance(kind, Conversing | InTerminal)
    usable = kind.usable({})
    assert usable.ok or (usable.reason and usable.cure)


def test_a_plugin_is_found_and_takes_no_name_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(installed(tmp_path)))
    points = tmp_path / "factory_tui_parrot-0.1.0.dist-info/entry_points.txt"
    points.write_text(points.read_text() + "builtin = factory_tui_parrot:KIND\n../evil = factory_tui_parrot:KIND\n")
    found = kinds.found()
    assert found["parrot"].package == "factory-tui-parrot"
    assert found["builtin"].package == "" and "../evil" not in found
    assert kinds.conversing("parrot").title == "a parrot"
    for name, match in (
        ("parrot-newer", "newer"),
        ("parrot-broken", "does not load"),
        ("nobody", "there is no kind"),
    ):
        with pytest.raises(FactoryError, match=match):
            kinds.load(name)


def test_an_older_kind_is_served_and_that_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.syspath_prepend(str(installed(tmp_path)))
    monkeypatch.setattr(kinds, "_warned", set())

    async def scene() -> None:
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                kind = kinds.conversing("parrot-first")
        agent = await kind.start(Brief("one", str(tmp_path), str(tmp_path), ""), lambda events: None)
        assert not await agent.assign(Scope(), Budget())
        await agent.close()

    asyncio.run(scene())
    assert len(caplog.records) == 1


def test_a_plugin_can_be_installed(tmp_path: Path) -> None:
    words = ("pip", "install", "--quiet", "--no-deps", "--no-index", f"--target={tmp_path / 'site'}")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([sys.executable, "-m", *words, str(wheel(tmp_path))], check=True, env=environment)
    code = "from sessions.stations import kinds; print(kinds.conversing('parrot').title)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("a parrot\n", "")


def test_no_hook_is_said_to_hold_what_an_agent_without_one_does() -> None:
    held = Held(HeldBy.BUBBLEWRAP, asked=("docs/*.md",))
    assert held_for(kinds.load("claude"), held) == held
    assert held_for(kinds.load("command"), held) == Held(HeldBy.BUBBLEWRAP, leaving=("docs/*.md",))
