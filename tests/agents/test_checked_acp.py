"""`factory-tui agents check` with real agents: they hold all that the contract asks for."""

from __future__ import annotations

import pytest

from sessions.stations.conformance.checks import Checked, Verdict
from sessions.stations.conformance.running import check
from tests.agents.homes import SORTS, path_of


@pytest.mark.timeout(150)
@pytest.mark.parametrize("name", list(SORTS))
def test_it_holds_the_contract(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_of(name))
    told: list[Checked] = []
    assert check(SORTS[name].kind.name, told.append), [each for each in told if each.verdict is Verdict.FAILS]
    assert {each.verdict for each in told} == {Verdict.HOLDS}
    assert len(told) == 9
