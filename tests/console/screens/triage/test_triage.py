"""The queue is worked off at a key a case: the next one is under the cursor at once, and what is refused is back."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from console.app import FactoryApp
from console.screens.forms.rescope import RescopeScreen
from console.screens.prompt.screen import PromptScreen
from console.screens.question.screen import QuestionScreen
from console.screens.station.screen import StationScreen
from console.screens.triage import screen as shown
from console.screens.triage.pending import Pending
from console.screens.triage.screen import TriageScreen
from sessions.floor import events as ev
from sessions.floor.commands import AssignScope, SettleCase, Undo
from sessions.floor.fold.fold import fold
from sessions.floor.triage.case import Act, Cause, Kind
from sessions.views.triage.tab import Tab
from tests.console.screens.triage.played import SIZES, go, play
from tests.support.console import HOSTILE, NOW, state_of
from tests.support.picture import at_rest, text, worked
from tests.support.stations.still import asking, ours
from tests.support.triage.mixed import DecidingLink, case, mixed_events, mixed_link


def sent(link: DecidingLink) -> list[tuple[str, Act]]:
    return [(wish.case.partition(":")[0], wish.act) for wish in link.sent if isinstance(wish, SettleCase)]


def showing(app: FactoryApp) -> object:
    """The screen in front."""
    return app.screen


@pytest.mark.parametrize("size", SIZES)
def test_the_next_case_is_under_the_cursor_before_the_supervisor_answers(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        assert isinstance(app.link, DecidingLink)
        app.link.gate = asyncio.Event()
        assert screen.row is not None and screen.row.stations == ("proxy-07",)
        await screen.act("triage.allow")
        assert screen.row.stations == ("wt-seen",)
        assert app.link.state.cases.keys() >= {"proxy-07:permission:130"}
        app.link.gate.set()
        await at_rest(pilot)
        assert "proxy-07:permission:130" not in app.link.state.cases
        assert "proxy-07: Bash git push" in screen._said

    assert sent(play(test, size=size)) == [("proxy-07", Act.ALLOW)]


def test_what_is_refused_is_back_with_its_reason() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        assert isinstance(app.link, DecidingLink)
        app.link.deaf = True
        await go(screen, pilot, "proxy-03")
        before = len(screen.shown)
        await pilot.press("R")
        await at_rest(pilot)
        assert len(screen.shown) == before
        assert "not done: no supervisor answers" in text(app)
        assert screen.row is not None and "proxy-03" not in screen.row.stations, "nothing jumps back under the cursor"

    play(test)


def test_cases_of_one_cause_are_settled_with_one_key_and_undone_with_one() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "ship-01")
        assert "+2" in text(app)
        await pilot.press("R")
        await at_rest(pilot)
        assert "3 stations: it goes on" in screen._said
        assert screen.row is not None and "ship-01" not in screen.row.stations
        await pilot.press("u")
        await at_rest(pilot)
        assert "ship-01" in screen.row.stations, "what was undone is under the cursor"

    names = ("ship-01", "ship-02", "ship-03")
    over = [ev.TurnFailed(time=NOW - 80, source="builtin", station=name, reason="HTTP 429") for name in names]
    link = play(test, mixed_link([*mixed_events(), *over]))
    assert sent(link) == [("ship-03", Act.RETRY), ("ship-02", Act.RETRY), ("ship-01", Act.RETRY)]
    assert len(set(link.together[:3])) == 1 and link.together[0]
    assert [type(wish) for wish in link.sent[3:]] == [Undo] * 3
    assert {"ship-01:failed:91", "ship-02:failed:92", "ship-03:failed:93"} <= link.state.cases.keys()


def test_a_group_is_taken_apart_and_put_together_again() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        rows = len(screen.shown)
        await go(screen, pilot, "ship-01")
        await pilot.press("right")
        assert len(screen.shown) == rows + 2
        assert screen.row is not None and len(screen.row.cases) == 1
        await pilot.press("R")
        await at_rest(pilot)
        await go(screen, pilot, "ship-01")
        await pilot.press("left")
        assert [row.stations for row in screen.shown if "ship-01" in row.stations] == [("ship-02", "ship-01")]
        assert screen.row is not None and screen.row.stations == ("ship-02", "ship-01")

    assert sent(play(test)) == [("ship-03", Act.RETRY)]


DOES = (
    ("proxy-07", "permission", "A", Act.ALWAYS),
    ("proxy-03", "crash", "B", Act.FRESH),
    ("docs-02", "failed", "Xy", Act.KILL),
    ("tests-03", "check", "T", Act.REQUEUE),
    ("tests-03", "check", "-", Act.GIVE_UP),
    ("tests-03", "check", "Hq", Act.HAND_OVER),
    ("tests-03", "check", "H1", Act.HAND_OVER),
    ("tests-04", "stuck", "p", Act.HOLD),
    ("api-01", "scope", "a", Act.RESCOPE),
    ("api-02", "scope", "a", Act.ALLOW),
    ("clean-01", "budget", "+", Act.MORE),
    ("docs-02", "failed", "+b", Act.MORE),
    ("docs-02", "failed", "+f", Act.FRESH),
    ("clean-01", "conflict", "R", Act.RETRY),
    ("ship-09", "signal", "R", Act.RETRY),
    ("ship-09", "signal", "O", Act.SEEN),
)
"""Of whom, of which kind, after which keys, what a case is settled by."""


def test_a_key_does_what_is_told_beside_it() -> None:
    link = mixed_link()
    start = link.state

    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        for station, kind, keys, act in DOES:
            link.state, screen.pending = start, Pending()
            link.sent.clear()
            screen.draw()
            it = await go(screen, pilot, station, kind)
            await pilot.press(*({"-": "minus", "+": "plus"}.get(key, key) for key in keys))
            await worked(app)
            assert sent(link) == [(station, act)], text(app)
            assert it.id not in link.state.cases, text(app)

    play(test, link)


def test_a_denial_takes_its_reason_and_an_answer_its_words() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await pilot.press("d", *"use a branch", "enter")
        await at_rest(pilot)
        await go(screen, pilot, "ship-09")
        await pilot.press("i")
        assert isinstance(app.screen, PromptScreen)
        await pilot.press(*"the second", "enter")
        await at_rest(pilot)
        assert showing(app) is screen

    link = play(test)
    assert [wish.text for wish in link.sent if isinstance(wish, SettleCase)] == ["use a branch", "the second"]
    assert sent(link) == [("proxy-07", Act.DENY), ("ship-09", Act.ANSWER)]


def test_another_model_is_chosen_among_those_that_worked_here_or_typed() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "docs-02")
        await pilot.press("plus", "m", "1")
        await at_rest(pilot)
        await go(screen, pilot, "ship-01")
        await pilot.press("plus", "m", "o", *"gpt-5.3", "enter")
        await at_rest(pilot)

    link = play(test)
    chosen = [wish.model for wish in link.sent if isinstance(wish, SettleCase)]
    assert chosen == ["claude-sonnet-4-6", *["gpt-5.3"] * 3], "of all in the row"


@pytest.mark.parametrize(("key", "words"), [("h", "back in 1h00"), ("b", "back when its scope or budget is another")])
def test_what_is_snoozed_is_out_of_sight_and_brought_back_by_the_same_key(key: str, words: str) -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        it = await go(screen, pilot, "tests-04")
        await pilot.press("L", key)
        await at_rest(pilot)
        assert not [row for row in screen.shown if "tests-04" in row.stations]
        assert "out of sight 1" in text(app)
        await pilot.press("f", "z")
        await at_rest(pilot)
        assert words in text(app)
        await pilot.press("L")
        await at_rest(pilot)
        screen.draw()
        assert not screen.shown
        await pilot.press("f", "w")
        assert it.id in {case.id for row in screen.shown for case in row.cases}

    play(test, size=(160, 40))


def test_what_is_expected_is_not_shown_for_that_station_until_it_is_again() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "tests-04")
        await pilot.press("equals_sign")
        await at_rest(pilot)
        assert app.link.state.expected == {"tests-04": (Kind.STUCK,)}
        await pilot.press("f", "z")
        await at_rest(pilot)
        assert "expected: cases of this kind are not shown" in text(app)
        await pilot.press("equals_sign")
        await at_rest(pilot)
        assert app.link.state.expected == {}

    play(test, size=(200, 60))


def test_what_was_settled_is_told_with_how_and_undone_there() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "tests-04")
        await pilot.press("O")
        await at_rest(pilot)
        await go(screen, pilot, "ship-09")
        await pilot.press("O")
        await at_rest(pilot)
        await pilot.press("f", "s")
        await at_rest(pilot)
        assert [row.stations[0] for row in screen.shown] == ["ship-09", "tests-04"]
        assert "seen by" in text(app) and "u undoes it" in text(app)
        await pilot.press("down", "u")
        await at_rest(pilot)
        assert "tests-04:stuck:360" in app.link.state.cases
        assert "ship-09:signal:33" not in app.link.state.cases
        await pilot.press("escape")
        assert app.screen is screen and screen.tab is Tab.WAITING
        await pilot.press("escape")
        assert app.screen is not screen

    play(test)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_allowed_that_was_not_seen_in_full(size: tuple[int, int]) -> None:
    long = "\n".join(f"echo step {i}" for i in range(70))
    events = [*ours("asker"), asking("asker", "q1", NOW - 60, text=long),
              case("asker", Kind.PERMISSION, Cause.UNKNOWN, "Bash echo", 60, about="q1")]  # fmt: skip

    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await pilot.press("a")
        await at_rest(pilot)
        assert isinstance(app.screen, QuestionScreen)
        assert "not all of it was on the screen" in text(app)
        await pilot.press("escape", "tab")
        for _ in range(9):
            await pilot.press("pagedown")
        await pilot.press("a")
        await at_rest(pilot)
        assert showing(app) is screen

    assert sent(play(test, DecidingLink(state_of(events)), size)) == [("asker", Act.ALLOW)]


def test_a_key_that_was_meant_for_the_case_before_allows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        monkeypatch.setattr(shown, "UNSEEN_S", 60.0)
        await pilot.press("a")
        assert "it has just come before your eyes" in screen._said
        await pilot.press("down", "up", "a")
        await at_rest(pilot)

    assert sent(play(test)) == [("proxy-07", Act.ALLOW)]


def test_of_cases_of_one_cause_all_that_would_be_allowed_is_told_and_what_comes_to_it_is_looked_at_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def outside(path: str, age: float) -> ev.CaseOpened:
        return case("asker", Kind.SCOPE, Cause.SCOPE, f"write {path}", age, about=f"write {path}", group="scope:asker")

    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        assert isinstance(app.link, DecidingLink)
        assert "also    write README.md" in text(app)
        monkeypatch.setattr(shown, "UNSEEN_S", 60.0)
        app.link.state = fold(app.link.state, outside("pyproject.toml", 5))
        screen.draw_news()
        await pilot.press("a")
        assert not app.link.sent
        assert "it has just come before your eyes" in screen._said
        await at_rest(pilot)
        assert "write pyproject.toml" in text(app)

    play(test, DecidingLink(state_of([*ours("asker"), outside("src/a.py", 60), outside("README.md", 50)])))


def test_after_a_key_the_arrows_go_on_in_the_list() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await pilot.press("tab", "O")
        await at_rest(pilot)
        assert screen.focused is screen.listing

    play(test)


def test_one_that_others_started_says_how_to_answer_where_it_runs() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "wt-seen")
        assert "where it runs: a claude of somebody else in /srv/wt/seen" in text(app)
        await pilot.press("i")
        assert "it was started by somebody else" in screen._said
        screen._unheard_until = 0.0  # what is typed after a refused place to write in is no key
        await pilot.press("O")
        await at_rest(pilot)

    assert sent(play(test, size=(200, 60))) == [("wt-seen", Act.SEEN)]


def test_another_boundary_is_filled_in_from_what_was_tried_and_settles_the_case() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        it = await go(screen, pilot, "api-01")
        await pilot.press("S")
        await at_rest(pilot)
        assert isinstance(app.screen, RescopeScreen)
        assert app.screen.form.by_key["writes"].value == "src/** docs/index.md"
        await pilot.press("enter")
        await at_rest(pilot)
        assert showing(app) is screen
        assert it.id not in app.link.state.cases

    wish = play(test).sent[0]
    assert isinstance(wish, AssignScope)
    assert wish.scope.write == ("src/**", "docs/index.md")


def test_marked_cases_are_settled_together() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        for station in ("docs-02", "proxy-03"):
            await go(screen, pilot, station)
            await pilot.press("space")
        await pilot.press("R")
        await at_rest(pilot)
        assert not screen.marks

    link = play(test)
    assert sorted(sent(link)) == [("docs-02", Act.RETRY), ("proxy-03", Act.RETRY)]


def test_enter_goes_to_what_is_asked_else_into_the_station() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        assert isinstance(app.screen, QuestionScreen)
        await pilot.press("escape")
        await go(screen, pilot, "docs-02")
        await pilot.press("enter")
        assert isinstance(showing(app), StationScreen)

    play(test)


@pytest.mark.parametrize("size", SIZES)
def test_where_nothing_needs_anybody_it_says_so(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        assert "Nothing needs you." in text(app)
        for key in ("a", "d", "R", "L", "O", "enter", "D", "X", "right"):
            await pilot.press(key)
        assert "triage" in text(app)

    assert not play(test, DecidingLink(state_of(ours("asker"))), size).sent


def test_a_new_case_comes_in_without_moving_the_cursor() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await go(screen, pilot, "docs-02")
        assert isinstance(app.link, DecidingLink)
        app.link.state = fold(app.link.state, case("ship-09", Kind.PERMISSION, Cause.UNKNOWN, "Bash make", 999))
        screen.draw_news()
        await at_rest(pilot)
        assert "Bash make" in text(app)
        assert screen.row is not None and screen.row.stations == ("docs-02",)

    play(test)


def test_a_case_that_came_back_by_itself_is_there_again_and_says_why() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        it = await go(screen, pilot, "docs-02")
        await pilot.press("R")
        await at_rest(pilot)
        assert isinstance(app.link, DecidingLink)
        back = ev.CaseReturned(time=NOW, source="factory", station="docs-02", case=it.id, why="retry failed: gone")
        app.link.state = fold(app.link.state, back)
        screen.draw_news()
        await at_rest(pilot)
        assert "back: retry failed: gone" in text(app)

    play(test)


@pytest.mark.parametrize("size", SIZES)
def test_hostile_names_and_titles_do_no_harm(size: tuple[int, int]) -> None:
    name = "漢字" * 40
    hostile = case(name, Kind.FAILED, Cause.UNKNOWN, HOSTILE, 60, evidence=(HOSTILE,), rule=HOSTILE, note=HOSTILE)
    events = [*ours(name), hostile]

    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        told = text(app)
        assert "\x1b" not in told and "\u202e" not in told
        assert all(len(line) <= size[0] for line in told.splitlines())

    play(test, DecidingLink(state_of(events)), size)


def test_the_bell_is_silent_while_somebody_works_here() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await pilot.press("down")
        assert screen.silences()
        screen.last_key -= shown.WORKS_S + 1
        assert not screen.silences()

    play(test)


def test_the_floor_says_how_many_wait_and_the_palette_goes_to_each() -> None:
    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        assert app.telling.cases == 16
        assert any("docs-02" in title for title, _ in screen.palette_jumps())
        await pilot.press("1")
        await at_rest(pilot)
        assert "3 triage 16" in text(app)
        await pilot.press("colon", *"triage", "enter")
        await at_rest(pilot)
        assert isinstance(app.screen, TriageScreen)

    play(test, size=(200, 60))


def test_settled_cases_of_a_rule_say_which() -> None:
    link = mixed_link()
    told = ev.CaseSettled(time=NOW, source="factory", station="docs-02", case="docs-02:failed:660", act=Act.HAND_OVER,
                          who="rule:auth", command="r1", rule="auth")  # fmt: skip
    link.state = fold(link.state, told)

    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        await pilot.press("f", "s")
        await at_rest(pilot)
        assert screen.tab is Tab.SETTLED
        assert "handed over by rule:auth" in text(app)
        assert "rule    will" not in text(app), "it has done that"
        assert "u undoes it" not in text(app), "no command is known that could be undone"

    play(test, link)


def test_what_is_counted_follows_the_floor() -> None:
    link = mixed_link()

    async def test(app: FactoryApp, screen: TriageScreen, pilot: Pilot[None]) -> None:
        link.state = replace(link.state, cases={})
        assert app.telling.cases == 0

    play(test, link)
