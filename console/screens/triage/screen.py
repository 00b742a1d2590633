"""The queue of what needs a person: worked off at a key a case, the next one under the cursor at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from time import monotonic
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType

from console.actions.action import ScreenSpec
from console.links.link import LinkMode
from console.screens.base import bindings
from console.screens.forms.rescope import RescopeScreen, asked_for, opened_together
from console.screens.handed import why
from console.screens.triage import menus
from console.screens.triage.actions import KEYS, SPEC
from console.screens.triage.scene import TriageScene
from sessions.floor.commands import AnyWish, ExpectKind, ReopenCase, SettleCase
from sessions.floor.state import name_of
from sessions.floor.triage.acts import choice, meaning, offered
from sessions.floor.triage.case import Act, Case, Kind
from sessions.floor.triage.meanings import Means, question_of
from sessions.text import clean
from sessions.views import undoing
from sessions.views.triage.queue import Item
from sessions.views.triage.tab import Tab
from widgets.parts.panel import Bar
from widgets.parts.prompt import Choose, Menu, Typing

UNSEEN_S = 0.4
"""So long after another case came under the cursor by itself, keys that allow were meant for the one before."""
WORKS_S = 90.0
"""So long after the last key somebody works here."""
TOLD_S = 8.0
"""How long the footer says what was done."""
_ASKED = (Kind.PERMISSION, Kind.SCOPE)
"""Kinds of which something would be allowed that must have been seen."""

Settle = Callable[..., SettleCase]
"""Makes the wish for a case by its id, an act, and what is said with it."""


class TriageScreen(TriageScene):
    """What the keys do."""

    SPEC: ClassVar[ScreenSpec] = SPEC
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPEC)]

    # Looking

    def silences(self) -> bool:
        """No bell for who works the queue off."""
        return monotonic() - self.last_key < WORKS_S

    def action_move(self, way: str) -> None:
        super().action_move(way)
        self._came_at = -inf  # the operator went there
        self.back = frozenset()

    async def open_row(self, row: Item) -> None:
        """Into what it asks, else into the station."""
        link, case = self.factory.link, row.first
        if case is not None and question_of(link.state, case) is not None:
            await self.factory.open_question(case.station)
        elif row.stations and row.stations[0] in link.state.stations:
            await self.factory.open_station(row.stations[0])
        else:
            self.say("it is about no station that is on the floor")

    def action_apart(self, apart: bool) -> None:
        row = self.row
        if row is None or not row.cases:
            return
        group = row.cases[0].group
        self._apart ^= {group}
        self.draw()
        self.go_to(row.cases[0].id if apart else f"group:{group}")

    def action_filter(self) -> None:
        self._choice = (menus.tab_menu(self.tab, self.counts()), lambda key: self._show_tab(menus.TABS[key]))

    def on_bar_chosen(self, message: Bar.Chosen) -> None:
        self._show_tab([*Tab][message.index])

    def _show_tab(self, tab: Tab) -> None:
        self.tab = tab
        self.marks.clear()
        self.draw()
        self.action_move("home")

    def undoable(self) -> tuple[str, ...]:
        """Among what was settled: how the case under the cursor was."""
        row = self.row if self.lives and self.tab is Tab.SETTLED else None
        if row is not None and row.settled is not None and row.settled.command:
            return undoing.with_its_key(self.factory.link.state, row.settled.command)
        return super().undoable()

    def undone(self, wishes: Sequence[AnyWish]) -> None:
        """What was settled by mistake is what the operator wants to see next."""
        self.back = frozenset(wish.case for wish in wishes if isinstance(wish, ReopenCase))
        self.draw()

    def action_back(self) -> None:
        """Out of another tab before out of the screen."""
        if self.tab is Tab.WAITING or self.focused is self.panel or self.search or self.marks:
            super().action_back()
        else:
            self._show_tab(Tab.WAITING)

    # Settling

    async def action_settle(self, name: str) -> None:
        """Do what a key means to the cases that are meant, or ask first what has to be asked."""
        if name == "hold" and self.factory.link.mode is LinkMode.REPLAY:
            self.action_transport("toggle")
            return
        if self.tab is Tab.AWAY and name in ("snooze", "expected"):
            self._bring_back()
            return
        found = [(case, act) for row in self.meant for case in row.cases if (act := self._act_for(case, name))]
        cases, act = [case for case, _ in found], found[0][1]
        state, now = self.factory.link.state, self.factory.link.now()
        first = choice(state, cases[0], act, now)
        settle = partial(self.settle, found)
        match act:
            case Act.ALLOW | Act.ALWAYS | Act.RESCOPE if cases[0].kind in _ASKED and await self._unseen(cases):
                return
            case Act.DENY:
                typing = Typing(f"deny {self._whom(cases)}: why?")
                self._reason = (typing, lambda text: settle(text=text))
            case Act.ANSWER:
                await self._write(cases, settle)
            case Act.MORE if first.lacks:
                self._ask_more(cases, settle)
            case Act.HAND_OVER:
                self._ask_whom(cases, settle)
            case Act.SNOOZE:
                self._choice = (menus.snooze_menu(state, cases), partial(self._snooze, settle))
            case Act.KILL:
                kept = "kept: branches, uncommitted work, conversations"
                menu = Menu(f"kill {self._whom(cases)}?  {kept}", (Choose("y", "kill"), Choose("n", "leave it")), "")
                self._choice = (menu, lambda key: settle() if key == "y" else None)
            case _:
                settle()

    def _act_for(self, case: Case, name: str) -> Act | None:
        """What a key means to a case that it can be done to."""
        state, now = self.factory.link.state, self.factory.link.now()
        acts = offered(case, state)
        act = next((act for act in KEYS[name] if act in acts), None)
        return act if act is not None and not choice(state, case, act, now).why_not else None

    async def _unseen(self, cases: Sequence[Case]) -> bool:
        """Whether something would be allowed that was not seen: then it is shown."""
        row = self.row
        if monotonic() - self._came_at < UNSEEN_S:
            self.say("it has just come before your eyes: look at it, then press the key")
            return True
        if self.marks or row is None or self.seen(row):
            return False
        if len(row.cases) == 1 and question_of(self.factory.link.state, cases[0]) is not None:
            await self.factory.open_question(cases[0].station, hurried=True)
        else:
            self.set_focus(self.panel)
            self.say("not all of it was on the screen: look at it, then press the key")
        return True

    def settle(self, found: Sequence[tuple[Case, Act]], **more: object) -> None:
        """Have these settled; the next one is under the cursor before the supervisor has heard of it."""
        found, places = opened_together(self.factory.link.state, found)
        wishes = [
            replace(SettleCase(case.id, act, paths=places.get(case.station, ()) * (act is Act.RESCOPE)), **more)
            for case, act in found
        ]
        cases = [case for case, _ in found]
        means = meaning(self.factory.link.state, wishes[0], cases[0], self.factory.link.now())
        words = means.words if isinstance(means, Means) else found[0][1].value
        self.pending.take(cases)
        self.marks.clear()
        self.back = frozenset()
        self.set_focus(self.listing)
        self.draw()
        self.begin(lambda: self._send(cases, wishes, f"{self._whom(cases)}: {words}"), group="hands")

    async def _send(self, cases: Sequence[Case], wishes: Sequence[SettleCase], words: str) -> None:
        replies = await self.answers_to(wishes)
        refused = [(case, reply) for case, reply in zip(cases, replies, strict=True) if not reply.ok]
        for case, reply in refused:
            self.pending.refuse(case, why(reply))
        if not self.lives:
            return
        if refused:
            self.draw()
        told = [words] if len(refused) < len(cases) else []
        told += [f"{self._whom([case])}: not done: {why(reply)}" for case, reply in refused[:2]]
        told += [f"and {len(refused) - 2} more not done"] if len(refused) > 2 else []
        self.say(clean("; ".join(told), 400), TOLD_S)

    def _whom(self, cases: Sequence[Case]) -> str:
        names = list(dict.fromkeys(case.station for case in cases))
        if len(names) > 1:
            return f"{len(names)} stations"
        return clean(name_of(self.factory.link.state, names[0]), 40) if names[0] else "the floor"

    # What is asked before

    async def _write(self, cases: Sequence[Case], settle: Callable[..., None]) -> None:
        from console.screens.prompt.screen import PromptScreen

        drafts, key = self.factory.drafts, "case " + cases[0].id

        def keep(text: str) -> None:
            drafts.pop(key, None)
            if text.strip():
                drafts[key] = text

        def send(text: str) -> None:
            drafts.pop(key, None)
            settle(text=text)

        await self.app.push_screen(PromptScreen(self._whom(cases), drafts.get(key, ""), send, keep))

    def _ask_more(self, cases: Sequence[Case], settle: Callable[..., None]) -> None:
        state = self.factory.link.state
        acts = offered(cases[0], state)
        known = state.owned.get(cases[0].station)
        bounded = known is not None and any(getattr(known.budget, what) for what in known.budget.__struct_fields__)
        menu = menus.more_menu(bounded, model=True, fresh=Act.FRESH in acts)
        self._choice = (menu, partial(self._more, cases, settle))

    def _more(self, cases: Sequence[Case], settle: Callable[..., None], key: str) -> None:
        state = self.factory.link.state
        known = state.owned[cases[0].station]
        if key == "b":
            from sessions.floor.triage.meanings import MORE

            budget = type(known.budget)(*(getattr(known.budget, it) * MORE for it in known.budget.__struct_fields__))
            settle(budget=budget)
        elif key == "f":
            self.settle([(case, Act.FRESH) for case in cases])
        else:
            names = menus.models(state, known.model)
            self._choice = (menus.model_menu(names), partial(self._with_model, names, settle))

    def _with_model(self, names: Sequence[str], settle: Callable[..., None], key: str) -> None:
        if key == "o":
            self._reason = (Typing("model:"), lambda text: settle(model=text) if text else None)
        else:
            settle(model=names[int(key) - 1])

    def _ask_whom(self, cases: Sequence[Case], settle: Callable[..., None]) -> None:
        state = self.factory.link.state
        stations = menus.takers(state, {case.station for case in cases})
        menu = menus.hand_menu(state, stations, cases[0].kind is Kind.RESULT)
        self._choice = (menu, lambda key: settle(to="" if key == "q" else stations[int(key) - 1]))

    def _snooze(self, settle: Callable[..., None], key: str) -> None:
        if key in menus.SNOOZES:
            settle(until=self.factory.link.now() + menus.SNOOZES[key])
        else:
            settle(wakes=menus.WAKES[key][0])

    def _bring_back(self) -> None:
        """Have what is out of sight in the queue again."""
        wishes: list[ExpectKind | ReopenCase] = [
            ExpectKind(*row.expected, False) for row in self.meant if row.expected is not None
        ]
        wishes += [ReopenCase(case.id) for row in self.meant for case in row.cases]
        self.begin(lambda: self._send_back(wishes), group="hands")

    async def _send_back(self, wishes: Sequence[ExpectKind | ReopenCase]) -> None:
        refused = [reply for reply in await self.answers_to(wishes) if not reply.ok]
        if self.lives:
            self.say(clean(why(refused[0]), 300) if refused else "it is in the queue again", TOLD_S)

    async def action_rescope(self) -> None:
        """Fill in another boundary for the stations that are meant."""
        state = self.factory.link.state
        cases = [case for row in self.meant for case in row.cases]
        opened = [path for case in cases for path in asked_for(state, case)]
        over = [(case, Act.SEEN) for case in cases if case.kind is Kind.SCOPE and question_of(state, case) is None]
        await self.app.push_screen(
            RescopeScreen(self.hands(), self.factory.link, opened, lambda: self.settle(over) if over else None)
        )
