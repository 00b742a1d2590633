"""An editor or a shell in a station's place: what an agent may have written for it to run is asked for before."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console import shell
from console.app import FactoryApp
from console.screens.floor.screen import FloorScreen
from sessions.floor import events as ev
from sessions.floor.fold.fold import fold
from tests.console.screens.floor.played import play, press
from tests.console.screens.hands.test_verbs import go, last_line, link
from tests.support.console import NOW


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The work tree of a station's place."""
    path = tmp_path / "state" / "places" / "worker" / "work"
    path.mkdir(parents=True)
    (path / "a.py").write_text("x = 1\n")
    return path


def opened(work: Path, keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], str]:
    """Press keys on a station that works there: where something was opened, and the last line."""
    entered: list[str] = []
    lines: list[str] = []
    it = link()
    told = ev.PlaceMade(time=NOW, station="worker", directory=str(work), branch="station/worker")
    it.state = fold(it.state, told)

    def use(directory: str) -> str:
        entered.append(directory)
        return ""

    for name in ("edit", "run"):
        monkeypatch.setattr(shell, name, use)

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        monkeypatch.setattr(app, "lend_terminal", lambda use: use())
        await go(screen, pilot, "worker")
        await press(pilot, *keys)
        lines.append(last_line(app))

    play(test, it)
    return entered, lines[0]


@pytest.mark.parametrize("key", ["e", "exclamation_mark"])
def test_a_place_without_such_files_is_opened_at_once(work: Path, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened(work, (key,), monkeypatch)[0] == [str(work)]


@pytest.mark.parametrize("key", ["e", "exclamation_mark"])
def test_what_would_run_is_named_and_opened_only_after_a_yes(
    work: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / ".envrc").write_text("touch /tmp/owned\n")
    entered, line = opened(work, (key,), monkeypatch)
    assert entered == []
    assert "it may run what an agent wrote: .envrc" in line
    assert opened(work, (key, "n"), monkeypatch)[0] == []
    assert opened(work, (key, "y"), monkeypatch)[0] == [str(work)]
    assert opened(work, (key,), monkeypatch)[0] == [str(work)], "as it is, it is allowed from now on"
    (work / ".envrc").write_text("touch /tmp/other\n")
    assert opened(work, (key,), monkeypatch)[0] == []


def test_an_editor_is_run_on_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "told"
    editor = tmp_path / "my editor"
    editor.write_text(f'#!/bin/sh\necho "$PWD $@" > {told}\n')
    editor.chmod(0o700)
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(os, "tcsetpgrp", lambda terminal, group: None)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"'{editor}' --wait")
    assert shell.edit(str(tmp_path)) == ""
    assert told.read_text() == f"{tmp_path} --wait .\n"
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    assert "'/nowhere/editor' could not be opened" in shell.edit(str(tmp_path))
    monkeypatch.setenv("VISUAL", "'unclosed")
    assert "could not be opened" in shell.edit(str(tmp_path))
