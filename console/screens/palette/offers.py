"""What the command palette offers: every action that works where it was called, and every place to jump to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from textual.fuzzy import FuzzySearch

from console.actions.registry import key_name, keys_of
from sessions.text import clean
from widgets.draw.cells import Line, Span, cut, pad, spread

if TYPE_CHECKING:
    from console.screens.base import FactoryScreen

TITLE_CELLS = 120
"""The longest name that is offered; what follows is cut."""


class Offer(msgspec.Struct, frozen=True):
    """Something to choose in the palette."""

    title: str
    """What is searched and shown; of foreign names only what is harmless."""
    help: str
    keys: str
    """The keys that do it without the palette."""
    reason: str
    """Why it cannot work now; empty when it can."""
    run: Callable[[], object]


class Hit(msgspec.Struct, frozen=True):
    """A command that answers what was typed."""

    command: Offer
    places: frozenset[int] = frozenset()
    """The letters of its title that were typed."""


def commands(screen: FactoryScreen) -> list[Offer]:
    """All that can be chosen, from `screen` on: what the footer names, the other actions, then places."""
    keymap = screen.factory.user_keys
    now = screen.present()
    offered = [(action, reason) for action, reason in screen.palette_actions() if action.id != "app.palette"]
    actions = [
        Offer(
            title=action.title,
            help=action.help,
            keys=" ".join(key_name(key) for key in keys_of(action, keymap)),
            reason=reason,
            run=partial(screen.act, action.id),
        )
        for action, reason in sorted(offered, key=lambda pair: not (pair[0].rank and pair[0].fits(now)))
    ]
    jumps = [Offer(clean(text, TITLE_CELLS), "", "", "", jump) for text, jump in screen.palette_jumps()]
    return [*actions, *jumps]


def hits(offered: Sequence[Offer], typed: str, search: FuzzySearch) -> list[Hit]:
    """The commands that `typed` may mean, the likeliest first; all of them when nothing was typed.

    Those whose help alone has the words stand last: who types `sort` finds `order`.
    """
    typed = typed.strip()
    if not typed:
        return [Hit(command) for command in offered]
    scored = [(search.match(typed, command.title), command) for command in offered]
    found = [(score, Hit(command, frozenset(places))) for (score, places), command in scored if score > 0]
    words = typed.casefold()
    told = [Hit(command) for (score, _), command in scored if score <= 0 and words in command.help.casefold()]
    return [*(hit for _, hit in sorted(found, key=lambda pair: -pair[0])), *told]


def hit_line(hit: Hit, cells: int, chosen: bool) -> Line:
    """A hit in one line: its title with the typed letters marked, what it does or why it cannot, and its keys."""
    command, ground = hit.command, " on cursor" if chosen else " on bar"
    weight = "soft" if command.reason else "text"
    title = cut(command.title, max(1, cells - 4))
    marked = [
        (letter, ("bold accent" if place in hit.places else weight) + ground) for place, letter in enumerate(title)
    ]
    spans: list[Span] = [("▌" if chosen else " ", "accent" + ground), *marked]
    told = command.reason or command.help
    if told:
        spans = [
            *pad(spans, max(16, len(title) + 3), "text" + ground),
            (told, ("faint" if command.reason else "soft") + ground),
        ]
    return spread(spans, [(f"  {command.keys} ", "soft" + ground)], cells, "text" + ground)
