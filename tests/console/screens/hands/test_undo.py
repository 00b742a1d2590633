"""`u` undoes on every screen what the operator did last, and says what that was."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from textual.pilot import Pilot

from console.app import FactoryApp
from console.screens.floor.screen import FloorScreen
from sessions.floor import events as ev
from sessions.floor.commands import AnyWish, ChangeLife, Lasting, Reply, Undo
from sessions.floor.ours.lives import Change
from sessions.operator import who
from tests.console.screens.floor.played import play, press
from tests.support.console import NOW, StillLink, state_of
from tests.support.picture import at_rest, text
from tests.support.stations.still import our_events


def killed(command: str, station: str, together: str = "") -> ev.Event:
    return ev.CommandDone(
        time=NOW, source="factory", command=command, who=who(), together=together, about=station,
        words=f"killed {station}", undo=ChangeLife(station, Change.RESUME),
    )  # fmt: skip


def link(*events: ev.Event, kind: type[StillLink] = StillLink) -> StillLink:
    return kind(state_of([*our_events(), *events]))


class Late(StillLink):
    """Another console was faster."""

    async def send(self, command: AnyWish, together: str = "") -> Reply:
        await super().send(command, together)
        return Reply(False, "that is undone already", "look at what is so now")


def test_it_is_undone_with_all_of_its_key_from_any_screen() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        for go in ("1", "2"):
            await press(pilot, go, "u")
            await at_rest(pilot)
            assert "undone: killed worker, killed fixer" in text(app)

    still = link(killed("c1", "fixer", "k"), killed("c2", "worker", "k"))
    play(test, still)
    assert still.sent == [Undo("c2"), Undo("c1")] * 2
    assert len(set(still.together)) == 2
    assert all(still.together)


def test_where_nothing_can_be_undone_it_says_so() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "u")
        assert "nothing that you did can be undone" in text(app)

    play(test, link())


def test_what_was_undone_meanwhile_is_told_with_its_reason() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "u")
        await at_rest(pilot)
        assert "not undone: killed fixer: that is undone already: look at what is so now" in text(app)

    play(test, link(killed("c1", "fixer"), kind=Late))


class Lasts(StillLink):
    """What was done last stays, whatever is wanted; what was done before is over."""

    async def send(self, command: AnyWish, together: str = "") -> Reply:
        await super().send(command, together)
        if command == Undo("c2"):
            return Reply(False, "nothing undoes reading transcripts in: what was read is in the journal", "prune")
        return Reply(True, "the turn that came of it is over: what it did stays")


def test_what_cannot_be_undone_is_named_with_why_and_only_another_key_goes_on_to_what_was_before() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "u")
        await at_rest(pilot)
        assert "not undone: nothing undoes reading transcripts in: what was read is in the journal: prune" in text(app)
        assert "u again: asking fixer" in text(app)
        assert still.sent == [Undo("c2")]
        await press(pilot, "u")
        await at_rest(pilot)
        assert still.sent == [Undo("c2"), Undo("c1")]
        assert "asking fixer: the turn that came of it is over: what it did stays" in text(app)
        assert "undone: asking" not in text(app)

    read = ev.CommandDone(
        time=NOW, source="factory", command="c2", who=who(), undo=Lasting("reading transcripts in", "it is read")
    )
    still = link(replace(killed("c1", "fixer"), words="asking fixer"), read, kind=Lasts)
    play(test, still)


def test_what_is_done_to_several_by_one_key_is_told_together_and_what_stands_alone_is_not() -> None:
    async def test(app: FactoryApp, screen: FloorScreen, pilot: Pilot[None]) -> None:
        marks: Sequence[str] = ("station:asker", "station:worker")
        app.marks |= {*marks}
        await press(pilot, "I")
        await at_rest(pilot)
        await press(pilot, "M")
        screen.go_to_station("worker")
        await press(pilot, "I")
        await at_rest(pilot)

    still = link()
    play(test, still)
    first, second, alone = still.together
    assert first == second != ""
    assert alone == ""
