"""What an agent asks, in full: what leaves the scope is loud, what is hostile is harmless, the next opens by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest
from textual.pilot import Pilot

from console.app import FactoryApp
from console.links.link import LinkMode
from console.options import Options
from console.screens.question import screen as shown
from console.screens.question.screen import QuestionScreen
from sessions.floor import events as ev
from sessions.floor.commands import AnswerQuestion, AnyWish, Reply
from sessions.floor.fold.fold import fold
from sessions.floor.ours.lives import Asks
from tests.console.screens.floor.played import OPTIONS, press
from tests.support.console import HOSTILE, NOW, StillLink, state_of
from tests.support.picture import Compare, at_rest, pressing, text
from tests.support.stations.still import asking, hostile_question, our_events

Play = Callable[[FactoryApp, QuestionScreen, Pilot[None]], Coroutine[Any, Any, None]]
SIZES = [(200, 60), (80, 24)]


class Obeying(StillLink):
    """Settles what is answered, as a supervisor does."""

    async def send(self, command: AnyWish, together: str = "") -> Reply:
        reply = await super().send(command, together)
        assert isinstance(command, AnswerQuestion)
        self.settle(command.station, command.question, command.decision)
        return reply

    def settle(self, station: str, question: str, decision: str = "") -> None:
        told = ev.QuestionAnswered(time=NOW, source="factory", station=station, question=question, decision=decision)
        self.state = fold(self.state, told)


@pytest.fixture(autouse=True)
def seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever presses keys in these tests has seen what they are for."""
    monkeypatch.setattr(shown, "UNSEEN_S", 0.0)


def ask(
    test: Play, station: str, events: Sequence[ev.Event] | None = None, size: tuple[int, int] = (120, 40)
) -> Obeying:
    """The screen of a station's question, and a test of it."""
    told = our_events() if events is None else events
    link = Obeying(state_of(told), events=told)

    async def run() -> None:
        app = FactoryApp(link, OPTIONS)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await app.open_question(station)
            await at_rest(pilot)
            assert isinstance(app.screen, QuestionScreen)
            await test(app, app.screen, pilot)

    asyncio.run(run())
    return link


@pytest.mark.parametrize("size", SIZES)
def test_news_leave_the_keys_that_answer_in_view(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        link = app.link
        assert isinstance(link, StillLink)
        app.telling.tell(screen, ascii_only=False)
        link.state = fold(link.state, asking("worker", "q9", NOW, text="make"))
        app.telling.tell(screen, ascii_only=False)
        await at_rest(pilot)
        *_, above, below = text(app).splitlines()
        assert "a allow" in below
        assert "worker needs you" in above
        assert "C goes there" in above
        await pilot.press("C")
        await at_rest(pilot)
        assert isinstance(app.screen, QuestionScreen)
        assert app.screen.station == "worker"
        assert "needs you" not in text(app), "one is there"

    ask(test, "asker", size=size)


async def look(screen: QuestionScreen, pilot: Pilot[None]) -> None:
    """Have the screen see what became of an answer, as soon as it was given."""
    await at_rest(pilot)
    if pilot.app.screen is screen:
        screen.draw_news()
    await at_rest(pilot)


@pytest.mark.parametrize("size", SIZES)
def test_it_tells_what_would_be_done_and_what_was_said_before(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        told = text(app)
        assert "git push --force origin station/asker" in told
        assert "The branch has to be pushed before the tests can run." in told
        assert "asker  asks  Bash  2m" in told
        assert "1 of 3" in told
        assert "the kernel holds it (bubblewrap)" in told

    ask(test, "asker", size=size)


def test_a_difference_is_told_line_by_line_and_paths_outside_the_scope_are_loud() -> None:
    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        told = text(app)
        assert "✗ 2 of 3 files outside what it may write" in told
        assert "helper-3  a sub-agent of it" in told
        assert "✓ src/pool.py" in told
        assert "✗ docs/pool.md  outside its scope" in told
        assert "✗ /etc/passwd  outside its work tree" in told
        assert "+     retries = settings.retries" in told
        assert "-     retries = 3" in told
        assert "advisory!" in told
        styles = {plain: style for line in screen.lines(100) for plain, style in line}
        assert styles["    retries = settings.retries"] == "added"
        assert styles["    retries = 3"] == "removed"

    ask(test, "fixer", size=(120, 50))


@pytest.mark.parametrize(("key", "decision"), [("a", "allow"), ("A", "always")])
def test_the_next_one_opens_by_itself_and_after_the_last_it_closes(key: str, decision: str) -> None:
    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        await press(pilot, key)
        await look(screen, pilot)
        assert "rm -rf build" in text(app)
        await press(pilot, "d", *"no", "enter")
        await look(screen, pilot)
        assert screen.station == "fixer"
        await press(pilot, "a")
        await look(screen, pilot)
        assert not isinstance(app.screen, QuestionScreen)

    link = ask(test, "asker")
    assert link.sent == [
        AnswerQuestion("asker", "q1", decision),
        AnswerQuestion("asker", "q2", "deny", "no"),
        AnswerQuestion("fixer", "q3", "allow"),
    ]


def test_what_is_answered_is_what_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is pressed twice by mistake does not answer the question that came in between."""
    monkeypatch.setattr(shown, "UNSEEN_S", 60.0)

    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "a")
        await look(screen, pilot)
        await press(pilot, "a")
        await at_rest(pilot)
        assert "it has just come before your eyes" in text(app)

    assert len(ask(test, "asker").sent) == 1


def test_one_that_was_settled_elsewhere_stays_to_be_read_and_is_not_answered() -> None:
    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        assert isinstance(app.link, Obeying)
        app.link.settle("asker", "q1")
        screen.draw_news()
        await pilot.pause()
        assert "it does not ask this any more" in text(app)
        assert "git push --force" in text(app)
        await press(pilot, "a")
        assert "it does not ask that any more" in text(app)
        await press(pilot, "n")
        assert "rm -rf build" in text(app)

    assert ask(test, "asker").sent == []


def test_what_cannot_be_allowed_for_good_says_so() -> None:
    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "n", "n", "A")
        assert "rm -rf build" in text(app)
        assert "it cannot be allowed for good: allow it once" in text(app)

    assert ask(test, "asker").sent == []


@pytest.mark.parametrize("size", SIZES)
def test_hostile_text_is_harmless_and_nothing_of_it_is_hidden(size: tuple[int, int]) -> None:
    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "N")
        told = text(app)
        for sign in ("\x1b", "\u202e", "\u200b", "\x9b"):
            assert sign not in told
        lines = ["".join(plain for plain, _ in line) for line in screen.lines(size[0])]
        assert any("(400 blank lines)" in line for line in lines)
        assert any(line.strip() == "; rm -rf ~" for line in lines)
        assert "".join(lines).replace(" ", "").count("n" * 60) > 150
        await press(pilot, "end")
        assert "▲" in text(app).splitlines()[-1]

    ask(test, "asker", hostile_question(), size)
    assert HOSTILE


def test_enter_goes_into_the_station_and_escape_comes_out() -> None:
    def name(app: FactoryApp) -> str:
        return type(app.screen).__name__

    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        await at_rest(pilot)
        assert name(app) == "StationScreen"
        await press(pilot, "Q")
        await at_rest(pilot)
        assert name(app) == "QuestionScreen"
        await press(pilot, "escape")
        await at_rest(pilot)
        assert name(app) == "StationScreen"

    ask(test, "asker")


def test_its_age_is_told_to_the_full_minute_of_the_question_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        for later, told in ((0.0, "2m"), (26.0, "2m"), (49.5, "2m"), (50.5, "3m")):
            monkeypatch.setattr(app.link, "now", lambda later=later: NOW + later)
            screen.sample()
            await pilot.pause()
            assert f"since    {told} ago" in text(app), later
            assert screen.rest() == pytest.approx(60.0 - (130.0 + later) % 60.0)

    ask(test, "asker")


def test_in_a_past_it_can_be_read_and_not_answered() -> None:
    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        app.link.mode = LinkMode.REPLAY
        await press(pilot, "a")
        assert "a replay shows what was" in text(app)

    assert ask(test, "asker").sent == []


def test_a_long_one_scrolls() -> None:
    long = [*our_events(), asking("asker", "q0", NOW - 999, text="\n".join(f"echo {i}" for i in range(90)))]

    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        await press(pilot, "N")
        assert "echo 89" not in text(app)
        assert "more" in text(app).splitlines()[-1]
        for _ in range(6):
            await press(pilot, "pagedown")
        assert "echo 89" in text(app)

    ask(test, "asker", long, (80, 24))


LOOKS = {"dark": OPTIONS, "light": Options("light", False, False), "ascii": Options("dark", True, True)}
PICTURES = {
    "command-200x60": ("asker", (200, 60), "dark"),
    "difference-80x24": ("fixer", (80, 24), "dark"),
    "difference-100x40-light": ("fixer", (100, 40), "light"),
    "difference-100x40-ascii": ("fixer", (100, 40), "ascii"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(snap_compare: Compare, name: str) -> None:
    station, size, look = PICTURES[name]
    told = our_events()
    app = FactoryApp(StillLink(state_of(told), events=told), LOOKS[look])

    async def go(pilot: Pilot[None]) -> None:
        await app.open_question(station)
        await pressing()(pilot)

    assert snap_compare(app, terminal_size=size, run_before=go)


@pytest.mark.parametrize(
    ("keys", "decision", "reason"),
    [(("i", *"keep it", "enter"), "allow", "keep it"), (("a",), "allow", ""), (("d", "enter"), "deny", "")],
)
def test_a_question_for_words_is_answered_in_words(keys: tuple[str, ...], decision: str, reason: str) -> None:
    told = [*our_events(), asking("worker", "w1", NOW - 999, text="Keep the old endpoint?", asks=Asks.WORDS)]

    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        assert "i answers in words" in text(app)
        assert "touches" not in text(app)
        await press(pilot, *keys)
        await look(screen, pilot)

    assert ask(test, "worker", told).sent == [AnswerQuestion("worker", "w1", decision, reason)]


def test_a_wider_scope_that_is_asked_for_is_no_violation() -> None:
    told = [*our_events(), asking("worker", "w1", NOW - 999, text="docs/**\nwhy: the guide", paths=("docs/**",),
                                  asks=Asks.SCOPE)]  # fmt: skip

    async def test(app: FactoryApp, screen: QuestionScreen, pilot: Pilot[None]) -> None:
        assert "it asks for a wider boundary" in text(app)
        assert "docs/**" in text(app)
        assert "outside" not in text(app)

    ask(test, "worker", told)
