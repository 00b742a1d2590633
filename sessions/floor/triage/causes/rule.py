"""A rule that tells a cause by what was said, and how rules are asked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

import msgspec

from sessions.floor.triage.case import Cause
from sessions.floor.triage.causes.bounded import FLAGS, TEXT
from sessions.text import clean, clean_lines

PIECES = 4
"""As many times `TEXT` characters of the end of a longer text are looked at."""
LINE = 160


class Where(StrEnum):
    """Who said it."""

    TURN = "turn"
    """Why a turn failed."""
    WAIT = "wait"
    """What a machine is waited for."""
    END = "end"
    """How a process ended."""
    TOOL = "tool"
    """What a tool came to that failed."""
    CHECK = "check"
    """What a task's check printed."""
    WORDS = "words"
    """What an agent, or something inside its station, said."""


ANYWHERE = tuple(Where)
SAID = (Where.TURN, Where.WAIT, Where.WORDS)
"""Where providers and agents speak."""
SEEN = (Where.TOOL, Where.CHECK, Where.TURN, Where.END)
"""Where programs speak."""


class Said(msgspec.Struct, frozen=True):
    """A text, and who said it."""

    where: Where
    text: str


class Rule(msgspec.Struct, frozen=True):
    """Tells a cause."""

    name: str
    cause: Cause
    words: tuple[str, ...]
    """Regular expressions without regard to case, one of which must match; `bounded.trouble` has no word for them."""
    where: tuple[Where, ...] = ANYWHERE
    source: str = ""
    """Where its words come from."""

    @property
    def pattern(self) -> str:
        """All of its words as one expression."""
        return "|".join(self.words)


class Found(msgspec.Struct, frozen=True):
    """What the rules said."""

    cause: Cause = Cause.UNKNOWN
    rule: str = ""
    line: str = ""
    """What they said it by, harmless."""


@lru_cache(maxsize=1_024)
def cause_of(rules: tuple[Rule, ...], said: tuple[Said, ...]) -> Found:
    """The cause by the first rule that matches anything of it; unknown where none does."""
    pieces = [(each.where, piece) for each in said for piece in _pieces(each.text)]
    for rule in rules:
        for where, piece in pieces:
            if where in rule.where and (found := _compiled(rule.pattern).search(piece)) is not None:
                return Found(rule.cause, rule.name, _line(piece, found.start()))
    return Found()


def _pieces(text: str) -> Sequence[str]:
    """What is looked at of a text: all of a short one, the end of a long one, which says how it came out."""
    end = "\n".join(clean_lines(text[-2 * PIECES * TEXT :]))[-PIECES * TEXT :]
    return [end[at : at + TEXT] for at in range(0, len(end), TEXT)]


def _line(piece: str, at: int) -> str:
    """The line that was matched."""
    before, after = piece[:at].rpartition("\n")[2], piece[at:].partition("\n")[0]
    first = len(before) - LINE // 2
    if first <= 0:
        return clean(before + after, LINE)
    word = before.find(" ", first) + 1
    return clean(f"…{before[word or first :]}{after}", LINE)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, FLAGS)
