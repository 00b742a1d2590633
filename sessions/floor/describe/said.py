"""An event in words, and who says it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from sessions.floor import events as ev


class Tone(StrEnum):
    """How an event is meant, for whoever gives it a colour."""

    PLAIN = "plain"
    ASKED = "asked"
    """The operator's own words."""
    QUIET = "quiet"
    """One of very many."""
    FAINT = "faint"
    """Nothing is known of it but that it happened."""
    NEEDS_ME = "needs_me"
    WAITING = "waiting"
    FAILED = "failed"


class Said(msgspec.Struct, frozen=True):
    """An event in a word, its details, and how it is meant."""

    word: str
    text: str = ""
    tone: Tone = Tone.PLAIN
    whose: str = ""
    """Whom it is about; "" is its station, or its source."""
    tokens: int | None = None
    """What was used, where that is what it tells: before the text, in figures of the screen's own."""
    dollars: float | None = None


E = TypeVar("E", bound=ev.Event)


class Says(dict[type[ev.Event], Callable[[Any], Said]]):
    """By kind of event who puts it in words. That takes the kind it is filed under, which a dictionary cannot say."""

    def says(self, say: Callable[[E], Said]) -> Callable[[E], Said]:
        """A decorator: `say` puts the events in words that it is annotated with."""
        for kind in ev.kinds_taken(say):
            self[kind] = say
        return say
