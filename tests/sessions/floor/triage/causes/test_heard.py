"""Causes by what was really said: no wrong one, and what a boundary keeps away is no provider's fault."""

from __future__ import annotations

import pytest

from sessions.floor import events as ev
from sessions.floor.scope import Network, Scope
from sessions.floor.triage.case import Cause
from sessions.floor.triage.causes.programs import NO_NETWORK
from sessions.floor.triage.causes.rule import Said, Where, cause_of
from sessions.floor.triage.causes.rules import RULES
from sessions.floor.triage.judging.looked import Looked
from tests.sessions.floor.triage.causes.heard import HEARD
from tests.support.triage.floors import NOW, floor, observed, ours


def test_what_was_really_said_has_its_cause() -> None:
    found = {(text, who): cause_of(RULES, (Said(where, text),)).cause for _, _, where, text, who in HEARD}
    assert found == {(text, who): cause for _, cause, _, text, who in HEARD}


@pytest.mark.parametrize(
    ("network", "cause"),
    [(Network.OFF, Cause.SCOPE), (Network.LISTED, Cause.SCOPE), (Network.OPEN, Cause.ENVIRONMENT)],
)
def test_whoever_has_no_network_by_its_scope_is_told_so(network: Network, cause: Cause) -> None:
    bounded = ev.ScopeAssigned(time=NOW, station="api", scope=Scope(network=network))
    state = floor(ours("api"), bounded)
    looked = Looked(state, state.stations["api"], state.owned["api"], NOW)
    found = [looked.cause(Said(where, text)) for what, _, where, text, _ in HEARD if what == "no registry"]
    assert {(each.rule, each.cause) for each in found} == {(NO_NETWORK, cause)}


def test_of_one_that_is_only_observed_no_scope_is_known() -> None:
    state = floor(observed("guest"))
    looked = Looked(state, state.stations["guest"], None, NOW)
    assert looked.cause(Said(Where.TOOL, "Could not resolve host: x")).cause is Cause.ENVIRONMENT
