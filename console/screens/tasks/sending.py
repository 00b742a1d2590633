"""A list of which many rows are done something to with one key: what is typed before, and every refusal after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from console.screens.handed import NAMED, TOLD_S, why
from console.screens.listed.rows import R
from console.screens.listed.screen import ListedScreen
from sessions.floor.commands import AddTasks, AnyWish, Reply
from sessions.text import clean
from widgets.draw.cells import Line
from widgets.parts.prompt import Typing


def _nothing(_: str) -> None:
    pass


class Asked:
    """A line that is typed: what `enter` does with it, `esc`, and other keys."""

    def __init__(
        self, typing: Typing, hint: str, then: Callable[[str], None], left: Callable[[str], None] = _nothing,
        keys: Mapping[str, Callable[[str], None]] | None = None,
    ) -> None:  # fmt: skip
        self.typing, self.hint, self.then, self.left, self.keys = typing, hint, then, left, keys or {}


class SendingList(ListedScreen[R]):
    """Asks the supervisor for all that one key wants, and tells what came of it."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: Asked | None = None
        self._wanted = ""
        """The key of the row that the cursor goes to as soon as it is in the list, or ""."""

    def look_at(self, key: str) -> None:
        """Put the cursor on a row, now or when the list is first drawn."""
        self._wanted = key
        self.draw()

    def draw(self) -> None:
        super().draw()
        if self._wanted and self.go_to(self._wanted):
            self._wanted = ""
            self.on_picker_picked()

    def action_move(self, way: str) -> None:
        self._wanted = ""  # whoever goes elsewhere is not fetched back
        super().action_move(way)

    def look_at_added(self, wish: AnyWish, reply: Reply) -> None:
        """Put the cursor on what a wish has added: the reply says what that is."""
        if isinstance(wish, AddTasks) and reply.ok and reply.about and self.lives:
            self.look_at(reply.about)

    # A line that is typed

    def question(self) -> Line:
        if self._asked is None:
            return super().question()
        return self._asked.typing.line(self.size.width, "", self._asked.hint)

    async def answer(self, key: str, character: str | None) -> bool:
        it = self._asked
        if it is None:
            return await super().answer(key, character)
        if key in it.keys:
            it.keys[key](it.typing.text)
        elif key in ("enter", "escape"):
            self._asked = None
            (it.then if key == "enter" else it.left)(it.typing.text.strip())
        else:
            it.typing.type(key, character)
        self.draw_footer()
        return True

    def answer_paste(self, text: str) -> None:
        if self._asked is None:
            super().answer_paste(text)
        else:
            self._asked.typing.paste(text)
            self.draw_footer()

    # Sending

    def send_all(
        self, wishes: Sequence[tuple[str, AnyWish]], done: Callable[[Sequence[str]], str],
        refused: Mapping[str, str] | None = None, names: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Have all of it done, and tell what came of it: `done` says that of those of which it was done.

        `refused` are others that were meant, with the reasons; `names` what those are called whose wish is refused.
        """
        self.begin(lambda: self._send_all(wishes, done, refused or {}, names or {}), group="hands")

    async def _send_all(
        self, wishes: Sequence[tuple[str, AnyWish]], done: Callable[[Sequence[str]], str],
        refused: Mapping[str, str], names: Mapping[str, str],
    ) -> None:  # fmt: skip
        replies = await self.answers_to([wish for _, wish in wishes])
        for (_, wish), reply in zip(wishes, replies, strict=True):
            self.look_at_added(wish, reply)
        pairs = [(id, reply) for (id, _), reply in zip(wishes, replies, strict=True)]
        went = [id for id, reply in pairs if reply.ok]
        told = [done(went)] if went else []
        troubles = [*refused.items(), *((id, why(reply)) for id, reply in pairs if not reply.ok)]
        alone = len(wishes) + len(refused) == 1
        told += [reason if alone else f"{names.get(id, id)}: {reason}" for id, reason in troubles[:NAMED]]
        told += [f"and {len(troubles) - NAMED} more could not"] if len(troubles) > NAMED else []
        told += [reply.reason for _, reply in pairs if reply.ok and reply.reason]
        if self.lives and (words := "; ".join(filter(None, told))):
            self.say(clean(words, 400), TOLD_S)
