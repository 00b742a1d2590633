"""Screens with stations at hand: what keys do to those that this factory runs, and what is asked before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace

from console import shell
from console.actions.action import Situation
from console.actions.hands import untouchable
from console.links.link import LinkMode
from console.screens.base import FactoryScreen
from sessions.errors import FactoryError
from sessions.floor.commands import AnyWish, FreezeFloor, Reply, TakeTasks
from sessions.floor.ours.owned import Owned
from sessions.floor.state import name_of
from sessions.text import clean
from sessions.views.hands import Hands, Verb
from widgets.draw.cells import Line, width
from widgets.parts.prompt import Choose, Menu, Typing

TOLD_S = 12.0
"""How long the footer says what could not be done."""
NAMED = 3
"""Stations that are named where something could not be done to several."""
_YES = ("y", "Y")


class HandedScreen(FactoryScreen):
    """Subclasses say in `hands` which stations are meant."""

    def __init__(self) -> None:
        super().__init__()
        self._choice: tuple[Menu, Callable[[str], None]] | None = None
        """A question that one key answers, and what the key is for."""
        self._reason: tuple[Typing, Callable[[str], None]] | None = None
        """A line that is being typed, and what it is for."""

    def hands(self) -> Hands:
        """The stations that a verb would be done to."""
        raise NotImplementedError

    def sees_whole(self, station: str) -> bool:
        """Whether all of what it asks is on this screen: what is not seen is shown before it is allowed."""
        return True

    def present(self) -> Situation:
        return replace(super().present(), hands=self.hands())

    # What is asked before

    def asked(self) -> Line:
        if self._choice is not None:
            return self._choice[0].line(self.size.width)
        if self._reason is not None:
            return self._reason[0].line(self.size.width, "", "enter denies   esc back")
        return super().asked()

    async def take(self, key: str, character: str | None) -> bool:
        if self._choice is not None:
            (menu, then), self._choice = self._choice, None
            if (chosen := menu.chosen(key if key == "enter" else character or key)) is not None:
                then(chosen.key)
        elif self._reason is not None:
            typing, then = self._reason
            if key in ("enter", "escape"):
                self._reason = None
                if key == "enter":
                    then(typing.text.strip())
            else:
                typing.type(key, character)
        else:
            return await super().take(key, character)
        self.draw_footer()
        return True

    def take_paste(self, text: str) -> None:
        if self._reason is not None:
            self._reason[0].paste(text)
            self.draw_footer()
        elif self._choice is None:
            super().take_paste(text)

    # Actions

    async def action_hand(self, verb: str) -> None:
        """Do a verb to the stations at hand, or ask first what has to be asked."""
        it, hands = Verb(verb), self.hands()
        able = hands.able(it)
        match it:
            case Verb.PAUSE if self.factory.link.mode is LinkMode.REPLAY:
                self.action_transport("toggle")
            case Verb.ALLOW | Verb.ALWAYS if not (hands.marked or self.sees_whole(able[0])):
                await self.factory.open_question(able[0], hurried=True)
            case Verb.PROMPT:
                await self._prompt(hands, able)
            case Verb.ASKED:
                await self.factory.open_question(able[0])
            case Verb.ATTACH:
                self._lend(able[0])
            case Verb.DENY:
                self._reason = (Typing(f"deny {self._names(hands, able)}: why?"), partial(self.do, hands, it))
            case Verb.RESUME:
                items = (Choose("R", "where it was"), Choose("f", "fresh, with a new conversation"))
                title, hint = f"bring back {self._names(hands, able)}", "enter R   esc back"
                self._choice = (Menu(title, items, hint, enter="R"), partial(self._bring, hands))
            case Verb.KILL | Verb.REMOVE:
                self._ask_first(hands, it, self._kept(hands, able, it))
            case Verb.STOP if hands.alone(it):
                self._ask_first(hands, it, "")
            case _:
                self.do(hands, it)

    def _ask_first(self, hands: Hands, verb: Verb, kept: str) -> None:
        """Have a yes before it is done. Those that would work on alone are named, and can be ended with it."""
        alone = hands.alone(verb) if verb is not Verb.REMOVE else []
        family = (Choose("F", "all its family"),) if alone else ()
        items = (Choose("y", verb.value), *family, Choose("n", "leave it"))
        on = f"{_listed(alone)} work{'s' * (len(alone) == 1)} on for it" if alone else ""
        title = "  ".join(filter(None, (f"{verb.value} {self._names(hands, hands.able(verb))}?", on, kept)))
        self._choice = (Menu(title, items, ""), partial(self._sure, hands, verb))

    async def _prompt(self, hands: Hands, able: list[str]) -> None:
        from console.screens.prompt.screen import PromptScreen

        drafts, key = self.factory.drafts, " ".join(able)

        def keep(text: str) -> None:
            drafts.pop(key, None)
            if text.strip():
                drafts[key] = text

        send = partial(self.do, hands, Verb.PROMPT)
        await self.app.push_screen(PromptScreen(self._names(hands, able), drafts.get(key, ""), send, keep))

    def _lend(self, station: str) -> None:
        reason = self.factory.lend_terminal(lambda: self.factory.link.attach(station))
        name = clean(name_of(self.factory.link.state, station), 40)
        self.say(f"attach: {reason}" if reason else f"back from {name}: it goes on", TOLD_S)
        if reason:
            self.hear_nothing()

    def _bring(self, hands: Hands, key: str) -> None:
        self.do(hands, Verb.RESUME, fresh=key == "f")

    def _sure(self, hands: Hands, verb: Verb, key: str) -> None:
        if key in _YES:
            self.do(hands, verb)
        elif key == "F":
            self.do(hands.with_families(), verb)

    def _names(self, hands: Hands, stations: list[str]) -> str:
        if len(stations) > 1:
            return f"{len(stations)} stations"
        return clean(name_of(hands.state, stations[0]), 40) if stations else ""

    def _kept(self, hands: Hands, able: list[str], verb: Verb) -> str:
        """What is kept, so that nobody has to fear for it."""
        own: Owned | None = hands.state.owned.get(able[0]) if len(able) == 1 else None
        branch = clean(own.branch, 40) if own is not None and own.branch else "branches"
        if verb is Verb.REMOVE:
            return f"kept: commits of {branch}, and for 30 days uncommitted work"
        return f"kept: {branch}, uncommitted work, conversation" + "s" * (own is None)

    async def action_see(self) -> None:
        """Look at its terminal."""
        for station in self.hands().able(Verb.ATTACH)[:1]:
            await self.factory.open_terminal(station)

    async def action_edit(self) -> None:
        """Leave the terminal to the operator's editor, or a shell, in the directory at hand."""
        await self._enter("editor", shell.edit)

    async def action_shell(self) -> None:
        await self._enter("shell", shell.run)

    async def _enter(self, word: str, use: Callable[[str], str]) -> None:
        """Open something in the directory at hand; what an agent may have written for it to run is asked for before."""
        directory = next((copy.text for copy in self.copies() if copy.key == "d"), "")
        if reason := shell.refusal(directory):
            self.say(f"{word}: {reason}")
        elif found := await asyncio.to_thread(shell.opening, directory):
            items = (Choose("y", f"open the {word}, they are fine as they are"), Choose("n", "leave it"))
            menu = Menu(f"it may run what an agent wrote: {_listed(found)}", items, "")
            self._choice = (menu, lambda key: self._allowed(key, word, directory, use))
        else:
            self._open_in(word, directory, use)

    def _allowed(self, key: str, word: str, directory: str, use: Callable[[str], str]) -> None:
        if key in _YES:
            from sessions.operator import who

            shell.allow(directory, who())
            self._open_in(word, directory, use)

    def _open_in(self, word: str, directory: str, use: Callable[[str], str]) -> None:
        if reason := self.factory.lend_terminal(lambda: use(directory)):
            self.say(f"{word}: {reason}")

    def action_freeze(self) -> None:
        """Have all stations of ours rest, or go on."""
        frozen = not self.factory.link.state.frozen
        done = "the floor is frozen: all stations of ours rest, P thaws" if frozen else "the floor goes on"
        self.begin(lambda: self._send_one(FreezeFloor(frozen), done), group="hands")

    async def _send_one(self, wish: AnyWish, done: str) -> None:
        reply = await self._answer_to(wish)
        self.say(done if reply.ok else why(reply), TOLD_S)

    async def action_create(self) -> None:
        """Fill in a station to start."""
        await self._start("")

    async def action_spawn(self) -> None:
        """Fill in a station that works for the one at hand."""
        await self._start(self.hands().bounded[0])

    async def _start(self, parent: str) -> None:
        from console.screens.forms.start import StartScreen

        factory = self.factory
        roles = factory.options.roles
        await self.app.push_screen(
            StartScreen(self.hands(), factory.link, factory.memory, factory.drafts, parent, roles)
        )

    def action_duty(self) -> None:
        """Have them take tasks from the queue, all of them, or not any more where all do."""
        hands = self.hands()
        stations, takes = hands.bounded, not hands.all_take
        names = self._names(hands, [*stations])
        done = f"{names} {'takes' if takes else 'takes no more'} tasks from the queue whenever it is free"
        if len(stations) > 1:
            done = f"{names}: each {'takes' if takes else 'takes no more'} tasks from the queue"
        self.begin(lambda: self._put_on_duty(hands, takes, done), group="hands")

    async def _put_on_duty(self, hands: Hands, takes: bool, done: str) -> None:
        stations = hands.bounded
        replies = await self.answers_to([TakeTasks(station, takes) for station in stations])
        came = zip(stations, replies, strict=True)
        refused = [f"{self._names(hands, [name])}: {why(reply)}" for name, reply in came if not reply.ok]
        if self.lives:
            told = [done] * (len(refused) < len(stations)) + refused[:NAMED]
            self.say(clean("; ".join(told), 400), TOLD_S)

    async def action_scope(self) -> None:
        """Fill in another boundary."""
        from console.screens.forms.scope import ScopeScreen

        await self.app.push_screen(ScopeScreen(self.hands(), self.factory.link))

    def action_transport(self, control: str, *steps: int) -> None:
        """One of the controls of a replay; what can be asked for is in the registry."""
        from console.links.replay import ReplayLink

        link = self.factory.link
        if isinstance(link, ReplayLink):
            getattr(link, control)(*steps)

    def action_mark(self) -> None:
        """Mark what the screen is about, or take its mark away."""
        marks, hands = self.factory.marks, self.hands()
        keys = {"station:" + station for station in hands.stations}
        marks ^= keys
        marked = "marked: what is done on the floor is done to all that are marked"
        self.say((marked if keys <= marks else "not marked") if keys else hands.nobody)

    def action_unmark(self) -> None:
        self.factory.marks.clear()

    # Doing it

    def do(self, hands: Hands, verb: Verb, text: str = "", fresh: bool = False) -> None:
        """Ask the supervisor for it, and say what became of it."""
        self.say(f"{verb.value} {self._names(hands, hands.able(verb))} …")
        self.begin(lambda: self._do(hands, verb, text, fresh), group="hands")

    async def _do(self, hands: Hands, verb: Verb, text: str, fresh: bool) -> None:
        able = hands.able(verb)
        wishes = [hands.wish(station, verb, text, fresh) for station in able]
        replies = await self.answers_to(wishes)
        came = [*zip(able, replies, strict=True)]
        not_done = [(station, hands.trouble(station, verb)) for station in hands.meant(verb) if station not in able]
        not_done += [(name, why(reply)) for name, reply in came if not reply.ok or reply.reason]
        went = [name for name, reply in came if reply.ok and not reply.reason]
        done = [hands.said(name, verb, wish) for name, wish in zip(able, wishes, strict=True) if name in went]
        if verb is Verb.PROMPT and went == able:
            self.factory.drafts.pop(" ".join(able), None)
        self.done(verb, went)
        if len(done) > 1:
            done = [f"{len(done)} stations: each {done[0].removeprefix(name_of(hands.state, went[0])).strip()}"]
        told = done
        refused = [(clean(name_of(hands.state, name), 40), reason) for name, reason in not_done]
        told += [f"{name}: {reason}" for name, reason in refused[:NAMED]]
        told += [f"and {len(not_done) - NAMED} more could not"] if len(not_done) > NAMED else []
        words = clean("; ".join(told), 400)
        if self.lives:
            self.say(words, TOLD_S)
        if len(refused) > 1 and (len(refused) > NAMED or width(words) > self.size.width - 2) and self.is_active:
            from console.screens.refused import RefusedScreen

            went_words = f"{verb.value}: done to {len(went)} of {len(went) + len(refused)}, not to these"
            # A worker must not wait for a screen that waits for the workers of this one.
            self.app.call_later(self.app.push_screen, RefusedScreen(went_words, refused))

    def done(self, verb: Verb, stations: list[str]) -> None:
        """It was done to these."""

    async def answers_to(self, wishes: Sequence[AnyWish]) -> Sequence[Reply]:
        """Have the supervisor answer all that one key wants, which is then undone together."""
        from sessions.operator import one_key

        together = one_key() if len(wishes) > 1 else ""
        return await asyncio.gather(*(self._answer_to(wish, together) for wish in wishes))

    async def _answer_to(self, wish: AnyWish, together: str = "") -> Reply:
        if reason := untouchable(self.present()):
            return Reply(False, reason)
        try:
            return await self.factory.link.send(wish, together)
        except FactoryError as error:
            return Reply(False, error.message, error.cure)


def _listed(names: Sequence[str]) -> str:
    """The first few of them."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(clean(name, 40) for name in names[:NAMED]) + more


def why(reply: Reply) -> str:
    """A refusal with its cure."""
    return clean(f"{reply.reason}: {reply.cure}" if reply.cure else reply.reason, 300)
