"""What a start of the machine ended is offered on the floor and by `status`, and one key brings it all back."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.cli.told.status import print_status
from console.links.link import LinkMode
from console.screens.floor.screen import FloorScreen
from sessions.floor import events as ev
from sessions.floor.commands import ChangeLife
from sessions.floor.ours.lives import REBOOTED, Change, Life
from tests.console.screens.floor.played import play, press
from tests.console.screens.hands.test_verbs import done, go
from tests.support.console import StillLink, state_of
from tests.support.picture import text
from tests.support.stations.still import our_events

LOST = ("worker", "asker")
OFFER = "2 stations ran when the machine stopped"


def events() -> list[ev.Event]:
    known = our_events()
    time = max(event.time for event in known) + 1
    ends = [ev.LifeChanged(time=time, source="factory", station=name, life=Life.LOST, reason=REBOOTED) for name in LOST]
    return [*known, *ends]


@pytest.mark.parametrize(
    ("stations", "keys", "brought"),
    [
        (("worker",), ("R", "R"), LOST),
        (("rests",), ("R", "R"), ("rests",)),  # the one at hand, where it can be brought back itself
        (("seen",), ("R", "R"), LOST),
        (("worker",), ("space", "R", "R"), ("worker",)),
    ],
)
def test_one_key_brings_back_all_that_ran(
    stations: tuple[str, ...], keys: tuple[str, ...], brought: tuple[str, ...]
) -> None:
    it = StillLink(state_of(events()), mode=LinkMode.LIVE)

    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        assert OFFER in text(app)
        assert "R brings them back" in text(app)
        await go(screen, pilot, *stations)
        await press(pilot, *keys)
        await done(pilot)
        assert {wish.station for wish in it.sent if isinstance(wish, ChangeLife)} == {*brought}
        assert all(isinstance(wish, ChangeLife) and wish.change is Change.RESUME for wish in it.sent)

    play(test, it)


def test_status_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    state = state_of(events())
    print_status(state, state.time, False)
    assert f"{OFFER}: factory-tui resume brings them back" in capsys.readouterr().out
    print_status(state, state.time, True)
    assert '"rebooted":["asker","worker"]' in capsys.readouterr().out.replace(" ", "")
