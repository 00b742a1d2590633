"""What all forms do: keys go through the fields, refusals stand at them, and `enter` asks the supervisor."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from textual import events

from console.actions.hands import untouchable
from console.screens.base import FactoryScreen
from console.screens.forms.drawn import DrawnForm
from sessions.errors import FactoryError
from sessions.floor.commands import AnyWish, Reply
from sessions.text import clean
from sessions.views.forms.refusals import FORM
from widgets.forms.fields import Text, Words
from widgets.parts.lined import Lined

DONE_S = 12.0
"""How long it is said what was done."""


class FormScreen(DrawnForm):
    """`enter` sends, `esc` leaves. Subclasses say what is asked for."""

    # What subclasses say

    def wishes(self) -> Mapping[str, AnyWish]:
        """What is to be asked, each by whom it is about."""
        raise NotImplementedError

    def done(self, replies: Mapping[str, Reply]) -> str:
        """All was done; what is said of it."""
        raise NotImplementedError

    def keep(self) -> None:
        """Something was typed: keep of it what is to be there the next time, however the form is left."""

    # Keys, and the mouse

    async def answer(self, key: str, character: str | None) -> bool:
        if self._sending:
            return True
        self.complaint = ""
        if key == "escape":
            await self._escape()
        elif key in ("tab", "shift+tab"):
            self._go(1 if key == "tab" else -1)
        elif key == "enter":
            if not (self._picked >= 0 and self._take()):
                self._enter()
        else:
            self._typed(key, character)
        return True

    def answer_paste(self, text: str) -> None:
        if not self._sending:
            self.form.paste(text)
            self._picked, self.complaint = -1, ""
            self.keep()
            self.changed()

    def on_click(self, event: events.Click) -> None:
        box = self.query_one("#form", Lined).region
        field = self.drawn.field_at(event.screen_x - box.x, event.screen_y - box.y - 1 + self._top)
        if box.contains(event.screen_x, event.screen_y) and field is not None and not self._sending:
            self.form.focus = field
            self._go(0)

    def _typed(self, key: str, character: str | None) -> None:
        field, step = self.form.focus, {"up": -1, "down": 1}.get(key, 0)
        if isinstance(field, Text):
            leaves = (step > 0 and field.at_end) or (step < 0 and field.at_start)
        elif step and self._offers and -1 <= self._picked + step < len(self._offers):
            self._picked += step
            self.changed()
            return
        else:
            leaves = bool(step)
        if leaves:
            self._go(step)
        elif isinstance(field, Words) and key == "right" and field.at_end and self._take():
            return
        elif self.form.type(key, character):
            self._picked = -1
            self.keep()
            self.changed()

    def _go(self, steps: int) -> None:
        """Give the keys to another field."""
        self.form.move(steps)
        self._picked = -1
        self.changed()

    def _take(self) -> bool:
        """Take what is picked, or what the field shows behind what was typed."""
        field = self.form.focus
        if self._picked >= 0:
            value = self._offers[self._picked].value
        elif isinstance(field, Words) and field.ghost:
            value = field.value + field.ghost
        else:
            return False
        self.form.put(value)
        self._picked = -1
        self.changed()
        return True

    async def _escape(self) -> None:
        if self._picked >= 0:
            self._picked = -1
            self.draw()
        elif self.is_active:
            await self.app.pop_screen()

    # Sending

    def _enter(self) -> None:
        """Ask the supervisor, unless it is known what would be refused."""
        self.changed()
        if wrong := self.form.troubles:
            self.form.focus = wrong[0]
            self.changed()
            return
        if reason := untouchable(self.present()) or self.trouble:
            self._complain(reason)
            return
        self._sending = True
        self.draw_footer()
        self.begin(self._ask_all, group="sending")

    async def _ask_all(self) -> None:
        from sessions.operator import one_key

        wishes = self.wishes()
        together = one_key() if len(wishes) > 1 else ""
        told = await asyncio.gather(*(self._reply(wish, together) for wish in wishes.values()))
        replies = dict(zip(wishes, told, strict=True))
        self._sending = False
        refused = {whom: f"{it.reason}: {it.cure}" for whom, it in replies.items() if not it.ok}
        if not self.is_active:
            return
        went = {whom: reply for whom, reply in replies.items() if reply.ok}
        if refused and not (self.several and went):
            self.refused(replies)
            self._complain("; ".join(f"{clean(whom, 40)}: " * (len(wishes) > 1) + it for whom, it in refused.items()))
            return
        # Whoever waits for a screen to go waits for its workers, of which this is one.
        self.app.call_later(self._finish, self.done(went), {**refused, **self.left_out()})

    async def _finish(self, words: str, refused: Mapping[str, str]) -> None:
        if not self.is_active:
            return
        below = self.app.screen_stack[-2]
        await self.app.pop_screen()
        if isinstance(below, FactoryScreen):
            below.say(words, DONE_S)
        if refused:
            from console.screens.refused import RefusedScreen

            await self.app.push_screen(RefusedScreen(f"{words}, not these", tuple(refused.items())))

    several = False
    """It asks for several things that have nothing to do with each other: one that is refused keeps none back."""

    def left_out(self) -> Mapping[str, str]:
        """What is meant and was not asked for, with the reasons, as far as they are known before."""
        return {}

    def _complain(self, words: str) -> None:
        self.complaint = clean(words, 400)
        self.draw()

    def refused(self, replies: Mapping[str, Reply]) -> None:
        """Not all was done: what was is not to be asked again."""

    async def _reply(self, wish: AnyWish, together: str) -> Reply:
        try:
            return await self.factory.link.send(wish, together)
        except FactoryError as error:
            return Reply(False, error.message, error.cure)

    def refuse(self, troubles: Mapping[str, str]) -> None:
        """Say what is wrong, at its field where it has one that is seen."""
        self.form.refuse(troubles)
        nowhere = [words for key, words in troubles.items() if key == FORM or key not in self.form.values]
        self.trouble = nowhere[0] if nowhere else ""
