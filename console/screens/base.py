"""What every screen of the console shares: actions from the registry, a footer, and how they meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, cast

from msgspec.structs import replace
from textual import events, on
from textual.binding import Binding
from textual.geometry import Size
from textual.worker import Worker

from console.actions.action import KEPT_RANK, AnyAction, ScreenSpec, Situation
from console.actions.registry import BY_ID, actions_on, footer_actions, key_name, keys_of
from console.copies import Copy
from console.screens.opening import OpeningScreen
from sessions.floor.commands import AnyWish
from sessions.text import clean
from widgets.draw.cells import Line, Span
from widgets.draw.look import Look
from widgets.floor.topline import counters
from widgets.parts.footer import Footer, footer_line
from widgets.parts.guard import Guarded
from widgets.parts.prompt import Choose, Menu

if TYPE_CHECKING:
    from console.screens.factory import Factory

SAID_S, COPIED_S = 6.0, 10.0
"""How long the footer shows what just happened, and what was copied."""
UNHEARD_S, TYPING_S = 0.7, 0.3
"""So long after a place to write in was refused no key acts, and then as long as keys come so soon after each other:
what is typed on was meant to be words."""


def bindings(screen: ScreenSpec) -> list[Binding]:
    """The bindings of a screen, by action id, so that a keymap can change them."""
    return [
        Binding(",".join(action.keys), f"do('{action.id}')", action.title, id=action.id, show=False)
        for action in actions_on(screen.name)
    ]


class FactoryScreen(Guarded, OpeningScreen):
    """A screen whose keys come from the registry. Subclasses set `SPEC` and `BINDINGS = bindings(SPEC)`."""

    # A screen that could scroll lays itself out twice more before its first frame.
    DEFAULT_CSS: ClassVar[str] = "FactoryScreen { layout: vertical; overflow: hidden; }"
    SPEC: ClassVar[ScreenSpec] = ScreenSpec("", "", ())  # all keys are answers there
    AUTO_FOCUS: ClassVar[str | None] = ""
    NEWS_ABOVE: ClassVar[bool] = False
    """It has a line for news beside the footer, where its question always stands."""
    station = ""
    """The station that it is about, if it is."""

    def __init__(self) -> None:
        super().__init__()
        self._said = ""
        self._said_until = 0.0
        self._copies: dict[str, Copy] = {}
        """What may be copied, by key, while it is asked."""
        self.last_key = 0.0
        """When the last key was pressed, or the mouse, by the monotonic clock."""
        self._unheard_until = 0.0
        """No key acts before this moment of the monotonic clock, nor while words are typed on; 0 where all do."""

    @property
    def factory(self) -> Factory:
        """The app, as what screens know of it."""
        return cast("Factory", self.app)

    @property
    def look(self) -> Look:
        return self.factory.look

    @property
    def lives(self) -> bool:
        """It has its widgets: it was mounted, and what a key or a worker did has not left it."""
        return bool(self.is_mounted and self.is_running)

    @property
    def lost(self) -> bool:
        """No supervisor answers, and it is known why."""
        health = self.factory.link.health
        return bool(health.trouble) and not health.connected

    @on(events.Resize)
    def hold_in_another_size(self) -> None:
        """What was laid out in another size is drawn before it is seen."""
        if self.factory.sent is self:
            self.hold()
            self.call_after_refresh(self.draw_footer)

    def _screen_resized(self, size: Size) -> None:
        """Be as large as the terminal is now, whatever size this was told of.

        Textual (8.2.8) lays a screen out for each size under way, which tells it of that size once more: two at once,
        as where a terminal says it is 0 wide or is resized as the console starts, would take turns for ever.
        """
        super()._screen_resized(self.app.size)

    @on(events.Click)
    def note_hand(self) -> None:
        """A hand on the mouse is as good as a key: nothing moves under it."""
        self.last_key = monotonic()

    # What subclasses say of themselves

    def situation(self) -> Situation:
        """The facts on which actions may be refused, but for those that are so on every screen."""
        return Situation()

    def present(self) -> Situation:
        """The same with what is so on every screen."""
        mode, calls = self.factory.link.mode, self.factory.telling.calls
        return replace(
            self.situation(), mode=mode, lost=self.lost, calls=calls, cases=self.cases(), undoable=self._undone_next()
        )

    def cases(self) -> int:
        """How many cases need a person."""
        return self.factory.telling.cases

    def _undone_next(self) -> str:
        """What would be undone, in words."""
        if not (commands := self.undoable()):
            return ""
        from sessions.views import undoing

        return undoing.told(self.factory.link.state, commands)

    def undoable(self) -> tuple[str, ...]:
        """The commands that the key which undoes is for: of itself the last of this operator, with all of its key."""
        state = self.factory.link.state
        if not state.ended:
            return ()
        from sessions.operator import who  # nobody has done anything before the first paint
        from sessions.views import undoing

        return undoing.newest(state, who(), self.factory.not_undone)

    def undone(self, wishes: Sequence[AnyWish]) -> None:
        """The supervisor does these, which undo what the operator did."""

    def counters(self) -> list[Span]:
        """How many stations need somebody, failed, wait and are stale: for the header, which every screen has.

        Before them stands that the floor is frozen, since then nothing else is what it seems.
        """
        counted = counters(self.factory.telling.counts())
        if not self.factory.link.state.frozen:
            return counted
        return [("FROZEN", "bold waiting on bar"), (" ", "text on bar"), *counted]

    def silences(self) -> bool:
        """Whoever is at work here sees what is new without a bell."""
        return False

    def draw_header(self) -> None:
        """Draw the header anew; only screens that do nothing of the kind by themselves need to."""

    def news_above(self) -> bool:
        """Whether what is new stands in a line of its own: it is in nobody's way there."""
        return self.NEWS_ABOVE

    def right(self) -> list[Span]:
        """What stands at the right end of the footer."""
        return []

    def question(self) -> Line:
        """A question in place of the footer's keys."""
        return ()

    async def answer(self, key: str, character: str | None) -> bool:
        """Take a key as the answer to an open question; false leaves it to what keys do without one."""
        return False

    def answer_paste(self, text: str) -> None:
        """Take pasted text into a line that is being typed."""

    def take_paste(self, text: str) -> None:
        """Take pasted text wherever a key would go now."""
        if not self._copies:
            self.answer_paste(text)

    def palette_jumps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Places that the palette can go to from here."""
        yield from ()

    def copies(self) -> list[Copy]:
        """What can be copied of what is under the cursor."""
        return []

    def go_to_station(self, name: str) -> None:
        """Put the cursor on a station, where there are several."""

    def restyle(self) -> None:
        """Take over the app's look after it has changed."""

    # Copying

    def action_copy(self) -> None:
        """Ask what to copy."""
        self._copies = {copy.key: copy for copy in self.copies()}
        if not self._copies:
            self.say("copy: nothing is known of it")

    def asked(self) -> Line:
        """The question that stands in the footer: what to copy, or the screen's own."""
        if not self._copies:
            return self.question()
        items = tuple(Choose(copy.key, copy.name) for copy in self._copies.values())
        return Menu("copy", items).line(self.size.width)

    async def take(self, key: str, character: str | None) -> bool:
        """Take a key as the answer to the question that stands in the footer."""
        if not self._copies:
            return await self.answer(key, character)
        chosen, self._copies = self._copies.get(character or key), {}
        if chosen is not None and chosen.refusal:
            self.say(f"copy: {chosen.refusal}")
        elif chosen is not None:
            self.factory.copy_to_clipboard(chosen.text)
            self.say(f"copied: {clean(chosen.text, 400)}", COPIED_S)
        self.draw_footer()
        return True

    def lets_go(self, before: float) -> bool:
        """Whether the key that was just pressed is let go, since it goes on with words that have no place here.

        `before` is when the key before it was pressed.
        """
        if self.last_key >= self._unheard_until and self.last_key - before >= TYPING_S:
            self._unheard_until = 0.0
        return self._unheard_until > 0.0

    def hear_nothing(self) -> None:
        """A place to write in was refused: let go what is typed on."""
        self._unheard_until = monotonic() + UNHEARD_S

    # Actions

    def palette_actions(self) -> list[tuple[AnyAction, str]]:
        """Everything that works on this screen, with the reason where it cannot work now."""
        now = self.present()
        return [(action, action.refuse(now)) for action in actions_on(self.SPEC.name)]

    async def action_do(self, action_id: str) -> None:
        """A key was pressed: do the action, or say why not."""
        await self.act(action_id)

    async def act(self, action_id: str) -> None:
        """Do an action of the registry, or say in the footer why it cannot work."""
        action = BY_ID[action_id]
        reason = action.refuse(self.present())
        if reason:
            self.say(f"{action.title}: {reason}")
            if action.writes:
                self.hear_nothing()
            return
        self._said = ""
        await self.run_action(action.run)
        self.draw_footer()

    def begin(
        self, work: Callable[[], Awaitable[None]], group: str = "default", exclusive: bool = False
    ) -> Worker[None]:
        """Have a worker do `work`; with `exclusive` it takes the place of the one of its group.

        It is handed over as a function: a coroutine that is called off before its turn was never awaited, and Python
        complains of that whenever it notices.
        """

        async def do() -> None:
            await work()

        return self.run_worker(do, group=group, exclusive=exclusive)

    # The footer

    def say(self, text: str, seconds: float = SAID_S) -> None:
        """Show a sentence in the footer for a while."""
        self._said, self._said_until = text, monotonic() + seconds
        self.set_timer(seconds + 0.05, self.draw_footer)
        self.draw_footer()

    def draw_footer(self) -> None:
        """Draw the footer anew; only what changed is sent."""
        if not self.lives:
            return
        keymap = self.factory.user_keys
        now = self.present()
        bound = [
            (action, reason, keys[0])
            for action, reason in footer_actions(self.SPEC.name, now)
            if (keys := keys_of(action, keymap))
        ]
        shown = [(key_name(key), action.titled(now) or action.title, not reason) for action, reason, key in bound]
        kept = sum(action.rank >= KEPT_RANK for action, _, _ in bound)
        said = self._said if monotonic() < self._said_until else ""
        footer = self.query_one(Footer)
        cells = footer.size.width
        news = () if self.news_above() else self.factory.telling.line(cells, keymap, self.station)
        footer.show([footer_line(shown, self.right(), cells, said, self.asked(), kept, news)])
        if footer.size:
            self.ripen()
