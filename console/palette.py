"""The command palette: every action of the registry that works here, and every station and branch to jump to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from console.screens.base import FactoryScreen
from sessions.text import clean


class FactoryCommands(Provider):
    """Names of stations and branches are foreign: they are shown as literal text, never as markup."""

    def _commands(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        """(text, help, what it does) of everything that works now."""
        screen = self.screen
        if not isinstance(screen, FactoryScreen):
            return
        for action, reason in screen.palette_actions():
            text = f"{action.title}  ({reason})" if reason else action.title
            yield text, action.help, partial(screen.act, action.id)
        for text, jump in screen.palette_jumps():
            yield clean(text), "", jump

    async def discover(self) -> Hits:
        for text, help_text, command in self._commands():
            yield DiscoveryHit(Content(text), command, text=text, help=help_text or None)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for text, help_text, command in self._commands():
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), command, text=text, help=help_text or None)
