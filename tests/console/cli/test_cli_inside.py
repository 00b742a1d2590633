"""`hook` and `ask` of the command line: the same as the command inside a station, and from outside in its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from console import cli
from sessions.paths import outbox_path
from sessions.stations.signals.hook import NO_ANSWER, OUTBOX
from tests.support.house import House, house_in
from tests.support.stations.signals import names


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    yield from house_in(monkeypatch)


def told(directory: Path) -> list[tuple[object, object]]:
    found = [json.loads(path.read_text()) for path in sorted(directory.glob("*.json"))]
    return [(each["name"], each["payload"]) for each in found]


def test_inside_it_knows_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(OUTBOX, str(tmp_path))
    assert cli.main(["hook", "TASK_COMPLETE", "--text", "all green"]) == 0
    assert cli.main(["ask", "scope", "docs/**", "--wait", "0"]) == NO_ANSWER
    assert told(tmp_path) == [
        ("TASK_COMPLETE", {"text": "all green"}),
        ("ask:scope", {"globs": ["docs/**"], "why": ""}),
    ]
    assert "No answer yet" in capsys.readouterr().out


def test_from_outside_a_station_is_named(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(OUTBOX, raising=False)
    outbox = outbox_path(house.place.state_dir) / "ship"
    outbox.mkdir(parents=True)
    where = ["--repo", str(house.repo.path)]
    assert cli.main(["hook", "PROGRESS", "--text=-5 to go", "--key", "k", "--station", "ship", *where]) == 0
    assert told(outbox) == [("PROGRESS", {"text": "-5 to go"})]
    for station in ("other", "../outbox/ship"):
        assert cli.main(["hook", "PROGRESS", "--station", station, *where]) == 1
        assert "there is no station" in capsys.readouterr().err
    assert cli.main(["hook", "PROGRESS", *where]) == 1
    assert "this works inside a station" in capsys.readouterr().err
    assert cli.main(["ask", "scope", "src/**"]) == 1
    assert "factory-tui scope STATION --write PATTERN" in capsys.readouterr().err
    assert len(names(outbox)) == 1


@pytest.mark.parametrize("words", [["ask"], ["ask", "money", "x"], ["ask", "scope"], ["hook", "A", "--test"]])
def test_wrong_words(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    assert capsys.readouterr().err.startswith("factory-tui: ")
