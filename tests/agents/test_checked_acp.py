"""`factory-tui agents check` with real agents: they hold all that the contract asks for."""

from __future__ import annotations

import pytest

from sessions.stations.conformance.checks import Checked, Verdict
from sessions.stations.conformance.running import check
from tests.agents.homes import SORTS, path_of

COSTLY = ("opencode", "vibe-acp")
"""Each takes a dozen seconds of a processor here: what they do with a station is tried in `test_real_acp` alone."""


@pytest.mark.timeout(150)
@pytest.mark.parametrize("name", [name for name in SORTS if name not in COSTLY])
def test_it_holds_the_contract(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_of(name))
    told: list[Checked] = []
    assert check(SORTS[name].kind.name, told.append), [each for each in told if each.verdict is Verdict.FAILS]
    assert {each.verdict for each in told} == {Verdict.HOLDS}
    assert len(told) == 9
