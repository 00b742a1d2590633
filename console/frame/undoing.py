"""The key that undoes, whatever screen is shown."""

from __future__ import annotations

import asyncio

from console.frame.going import GoingApp
from console.links.link import Link
from console.screens.base import FactoryScreen
from sessions.errors import FactoryError
from sessions.floor.commands import Reply, Undo
from sessions.text import clean

TOLD_S = 12.0
"""How long the footer says what was undone."""


class UndoingApp(GoingApp):
    """Asks the supervisor for the opposite of what was done last."""

    link: Link
    not_undone: set[str]

    async def action_undo(self) -> None:
        """Undo what the operator did last, all of it that came of one key; or what the screen means instead."""
        screen = self.screen
        if not isinstance(screen, FactoryScreen):
            return
        commands = screen.undoable()
        if not commands:
            screen.say("nothing that you did can be undone")
            return
        from sessions.views import undoing

        words = undoing.told(self.link.state, commands)
        screen.say(f"undoing {words} …")
        screen.begin(lambda: self._undo(screen, commands), group="hands")

    async def _undo(self, screen: FactoryScreen, commands: tuple[str, ...]) -> None:
        from sessions.operator import one_key
        from sessions.views import undoing

        together, state = one_key() if len(commands) > 1 else "", self.link.state
        replies = await asyncio.gather(*(self._reply(command, together) for command in commands))
        self.not_undone.update(command for command, reply in zip(commands, replies, strict=True) if not reply.ok)
        if screen.lives:
            ended = [state.ended[command] for command, reply in zip(commands, replies, strict=True) if reply.ok]
            screen.undone([each.undo for each in ended if each.undo is not None])
            told = undoing.came_to(state, dict(zip(commands, replies, strict=True)))
            before = undoing.told(state, screen.undoable()) if not all(reply.ok for reply in replies) else ""
            screen.say(clean(told + f"; u again: {before}" * bool(before), 400), TOLD_S)

    async def _reply(self, command: str, together: str) -> Reply:
        try:
            return await self.link.send(Undo(command), together)
        except FactoryError as error:
            return Reply(False, error.message, error.cure)
