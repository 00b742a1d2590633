"""`scopes`, and the presets of roles, by the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.cli.commands.stations import named, obeyed
from console.cli.commands.stations.scope import Scope as ScopeCommand
from console.cli.commands.stations.scopes import Scopes
from console.cli.commands.stations.start import Start
from console.cli.told.scopes import print_scopes
from sessions import settings
from sessions.errors import UsageError
from sessions.floor.commands import AnyWish, StartStation
from sessions.floor.scope import Budget, Scope
from sessions.floor.scopes.paths import Paths
from sessions.views.scopes.ground import Ground
from tests import ROOT
from tests.support.branches.verdict import book, conflict
from tests.support.stations.bounded import bounded

STATE = bounded(
    {"p": ("src/**", "new/**"), "q": ("src/api/**", "new/q/**")},
    wrote={"p": {"src/api/a.py": 2}},
    verdicts=book(conflict("station/p", "station/q", ("src/api/a.py", 1))),
)


def test_everything_is_told_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    owned = {**STATE.owned, "q": replace(STATE.owned["q"], outside={"docs/x.md": 2}, wanted={"docs/**": 1})}
    print_scopes(Ground(replace(STATE, owned=owned), Paths(["src/api/a.py", "src/b.py", "README.md"])), 1, True)
    told = json.loads(capsys.readouterr().out)
    assert (told["version"], told["tree"], told["files"], told["gap_files"]) == (1, "repository", 4, 2)
    p, q = told["stations"]
    assert (p["files"], p["touched"], p["times"], p["unused"]) == (2, 1, 2, ["new/**"])
    assert (q["outside"], q["wanted"]) == (
        [{"path": "docs/x.md", "times": 2, "waits": False}],
        [{"path": "docs/**", "times": 1, "waits": False}],
    )
    assert told["overlaps"] == [{"a": "p", "b": "q", "files": 1, "first": ["src/api/a.py"], "might": ""}]
    assert told["gaps"] == ["README.md", "docs/"]
    assert [place["path"] for place in told["places"]] == ["", "README.md", "docs/", "new/", "src/"]
    assert told["suggestions"] == [{"place": "src/api/a.py", "leave": ["q"], "keep": ["p"], "pairs": 1}]


def test_everything_is_told_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    print_scopes(Ground(STATE, Paths(["src/api/a.py", "src/b.py", "README.md"])), 2, False)
    said = capsys.readouterr().out
    for words in ("3 files; 2 stations of ours may write", "never used: new/**", "p × q: 1 file  src/api/a.py",
                  "1 file nobody may write: README.md", "1: q left src/api/a.py to others"):  # fmt: skip
        assert words in said
    print_scopes(Ground(bounded({}), Paths()), 2, False)
    said = capsys.readouterr().out
    assert "no repository was looked at; 0 stations of ours may write" in said
    assert "nobody may write" not in said


def test_a_past_is_told_as_of_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    demo = str(ROOT / "console/demo.ftr")
    assert Scopes(what=demo, at="50%", depth=0, json=True).run() == 0
    middle = json.loads(capsys.readouterr().out)
    assert Scopes(what=demo, seq=1, depth=0, json=True).run() == 0
    first = json.loads(capsys.readouterr().out)
    assert (middle["tree"], first["stations"]) == ("floor", [])
    assert len(middle["stations"]) > 3
    with pytest.raises(UsageError, match="a time is that of a past"):
        Scopes(at="50%").run()


def test_scopes_are_printed_as_presets(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(named, "floor_now", lambda _: STATE)
    assert ScopeCommand(export=True).run() == 0
    roles = settings.parse(capsys.readouterr().out, "config.toml").roles
    assert roles["p"].scope(Scope()) == Scope(("src/**", "new/**"))
    monkeypatch.setattr(named, "floor_now", lambda _: bounded({}))
    assert ScopeCommand(export=True).run() == 0
    assert capsys.readouterr().out == ""
    for call in (ScopeCommand(), ScopeCommand(export=True, stations=("p",)), ScopeCommand(export=True, turns=3)):
        with pytest.raises(UsageError):
            call.run()


def test_a_start_begins_with_what_is_preset_for_its_role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[roles.test]\nwrite = ["tests/**"]\nbudget = { turns = 9 }\n')
    monkeypatch.setenv(settings.VARIABLE, str(file))
    sent: list[AnyWish] = []

    def obey(repo: Path, wishes: Mapping[str, AnyWish], done: str, as_json: bool, beside: Callable[[str], str]) -> int:
        sent.extend(wishes.values())
        return 0

    monkeypatch.setattr(obeyed, "obey_all", obey)
    calls = (
        Start(kind="builtin", role="test"),
        Start(kind="builtin", role="test", write=("docs/**",), turns=0),
        Start(kind="builtin", role="ship"),
    )
    for call in calls:
        assert call.run() == 0
    bounds = [(wish.scope.write, wish.budget) for wish in sent if isinstance(wish, StartStation)]
    assert bounds == [(("tests/**",), Budget(turns=9)), (("docs/**",), Budget()), (("**",), Budget())]
