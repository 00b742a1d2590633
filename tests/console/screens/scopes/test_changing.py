"""What keys change of the scopes: each verb shows what comes of it, and does it after a yes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from console.app import FactoryApp
from console.screens.scopes.actions import ScopesSituation, needs_rules
from console.screens.scopes.screen import ScopesScreen
from sessions.floor.scope import Scope
from sessions.journal.past.past import EventList
from tests.console.screens.scopes.played import RefusingLink, play, press, written
from tests.support.branches.floor import clash
from tests.support.picture import text
from tests.support.replay import StillReplay
from tests.support.stations.asked import AskedLink
from tests.support.stations.still import our_events


def last(app: FactoryApp) -> str:
    return text(app).splitlines()[-1]


def test_a_place_is_assigned_to_a_station_that_is_chosen_after_its_effect_was_seen() -> None:
    link = AskedLink()

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        screen.go_to("docs/")
        await press(app, pilot, "plus")
        assert "let asker write docs/" in text(app)
        assert "160 → 162 files" in text(app)
        await press(app, pilot, *"work")
        shown = text(app)
        assert "let worker write docs/" in shown
        assert "120 → 122 files  +docs/**" in shown
        assert "free 5 → 3" in shown
        assert link.sent == []
        await press(app, pilot, "enter")
        assert written(link.sent) == [("worker", ("src/**", "!src/gen/**", "docs/**"), False)]
        assert "done: let worker write docs/" in last(app)

    play(test, link)


def test_what_would_be_refused_is_told_in_the_words_of_the_supervisor_and_not_sent() -> None:
    link = AskedLink()

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        screen.go_to("docs/")
        await press(app, pilot, "plus", *"helper", "enter")
        assert "it would write what worker may not" in last(app)
        assert "refused: it would write what worker may not" in text(app)
        assert link.sent == []
        await press(app, pilot, "escape")
        assert "let helper write docs/" in text(app)  # what was typed is dropped first
        await press(app, pilot, "escape")
        assert "let helper write docs/" not in text(app)
        assert link.sent == []

    play(test, link)


def test_a_place_is_taken_from_the_station_at_hand() -> None:
    link = AskedLink()

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        screen.go_to("src/api/")
        await press(app, pilot, "tab", "minus")
        assert "take src/api/ from fixer" in text(app)
        assert "ends asker × fixer  40 files" in text(app)
        await press(app, pilot, "y")
        assert written(link.sent) == [("fixer", ("src/**", "!src/api/**"), False)]

    play(test, link)


def test_on_the_whole_tree_a_station_is_left_what_it_wrote() -> None:
    link = AskedLink()
    wrote = {"/state/places/asker/work/src/pool/a_0.py": 2, "/state/places/asker/work/src/pool/a_1.py": 1}
    stations = link.state.stations
    link.state = replace(link.state, stations={**stations, "asker": replace(stations["asker"], files=wrote)})

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, "minus")
        assert "narrow asker to what it wrote" in text(app)
        await press(app, pilot, "enter")
        assert written(link.sent) == [("asker", ("src/pool/a_0.py", "src/pool/a_1.py"), False)]

    play(test, link)


def test_a_station_is_widened_by_the_directory_around_what_it_may_write_all_of() -> None:
    link = AskedLink()

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        screen.go_to("src/api/")
        await press(app, pilot, "W")
        assert "widen asker by the whole tree" in text(app)  # all of src is its already
        await press(app, pilot, *"worker")
        assert "widen worker by src/" in text(app)
        await press(app, pilot, "enter")
        assert written(link.sent) == [("worker", ("src/**",), False)]

    play(test, link)


def test_a_place_is_handed_from_the_station_at_hand_to_another() -> None:
    link = AskedLink()

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        screen.go_to("src/gen/")
        await press(app, pilot, "tab", "H", *"work")
        assert "hand src/gen/ from fixer to worker" in text(app)
        await press(app, pilot, "enter")
        assert written(link.sent) == [
            ("fixer", ("src/**", "!src/gen/**"), False),
            ("worker", ("src/**",), False),
        ]
        assert len(set(link.together)) == 1  # one key undoes both

    play(test, link)


def test_a_scope_is_made_exclusive_by_taking_it_from_all_others_first() -> None:
    link = AskedLink()

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        screen.go_to("src/api/")
        await press(app, pilot, "number_sign", *"worker")
        shown = text(app)
        assert "have nobody else write what worker writes" in shown
        assert "shared 160 → 40" in shown
        await press(app, pilot, "enter")
        sent = written(link.sent)
        assert sent[-1] == ("worker", ("src/**", "!src/gen/**"), True)
        assert sorted(sent[:-1]) == [(name, ("src/gen/**",), False) for name in ("asker", "fixer", "next", "rests")]

    play(test, link)


def test_what_was_done_before_a_refusal_is_put_back() -> None:
    link = RefusingLink("worker")

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        screen.go_to("src/gen/")
        await press(app, pilot, "H", *"work", "enter")
        sent = written(link.sent)
        assert [name for name, *_ in sent] == ["asker", "worker", "asker"]
        assert sent[-1][1] == ("src/**",)
        assert "worker: it is not to be: ask again; nothing was changed" in last(app)

    play(test, link)


def test_a_scope_that_changed_meanwhile_is_looked_at_again_before_it_is_done() -> None:
    link = AskedLink()

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        screen.go_to("src/api/")
        await press(app, pilot, "minus")
        owned = link.state.owned
        other = replace(owned["asker"], scope=Scope(("src/**", "docs/**")))
        link.state = replace(link.state, owned={**owned, "asker": other})
        await press(app, pilot, "y")
        assert link.sent == []
        assert "changed meanwhile" in text(app)
        await press(app, pilot, "y")
        assert written(link.sent) == [("asker", ("src/**", "docs/**", "!src/api/**"), False)]

    play(test, link)


def test_the_scope_that_would_have_prevented_most_is_proposed() -> None:
    link = AskedLink([*our_events(), clash("station/asker", "station/fixer"), clash("station/fixer", "station/rests")])

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        assert "would have prevented most of 2 colliding pairs" in text(app)
        await press(app, pilot, "w")
        assert "1 src/" in last(app)
        await press(app, pilot, "enter")
        assert screen.place.startswith("src/")
        assert "have fixer leave src/" in text(app)
        await press(app, pilot, "y")
        ((station, write, _),) = written(link.sent)
        assert station == "fixer"
        assert write == ("src/**", f"!{screen.place}")

    play(test, link)


def test_of_branches_that_collide_in_places_apart_it_does_not_say_that_none_do() -> None:
    assert needs_rules(ScopesSituation(pairs=1)) == "no one scope would have prevented it"
    assert needs_rules(ScopesSituation()) == "no two branches collide"


@pytest.mark.parametrize("key", ["plus", "minus", "W", "H", "number_sign"])
def test_in_a_past_nothing_is_changed(key: str) -> None:
    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        await press(app, pilot, key)
        assert screen.proposing is None
        assert "a replay shows what was" in last(app)

    play(test, StillReplay(EventList(our_events(), "a past")))


def test_from_when_on_it_holds_is_known_once_the_kinds_of_agents_are() -> None:
    link = AskedLink()
    link.kinds = [replace(kind, abilities=(*kind.abilities, "rebinds")) for kind in link.kinds]

    async def test(app: FactoryApp, screen: ScopesScreen, pilot: Pilot[None]) -> None:
        screen.go_to("src/api/")
        await press(app, pilot, "minus")
        assert "from now: its next command is held to it" in text(app)

    play(test, link)
