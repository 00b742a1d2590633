"""Sets of session numbers, compact: a factory of a year has a hundred thousand sessions, and every meter such a set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec

WORD = 48
"""Numbers a word, which then is a number that every reader of JSON takes as it is."""
MOST_WORDS = 1 << 20
"""Fifty million sessions: a hostile set cannot fill the memory."""


class SessionNumbers(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A set of numbers from 0 on, as bits. Sessions are numbered as they come, so those of a day lie together."""

    first: Annotated[int, msgspec.Meta(ge=0, le=MOST_WORDS)] = 0
    """Where the words begin, in words."""
    words: tuple[Annotated[int, msgspec.Meta(ge=0, lt=1 << WORD)], ...] = ()
    """The first and the last are not 0."""

    @classmethod
    def of(cls, numbers: Iterable[int]) -> SessionNumbers:
        return cls().plus(numbers)

    def __contains__(self, number: int) -> bool:
        at = number // WORD - self.first
        return 0 <= at < len(self.words) and bool(self.words[at] >> number % WORD & 1)

    def __len__(self) -> int:
        return sum(word.bit_count() for word in self.words)

    def __iter__(self) -> Iterator[int]:
        for at, word in enumerate(self.words, self.first):
            yield from (at * WORD + bit for bit in range(WORD) if word >> bit & 1)

    def plus(self, numbers: Iterable[int]) -> SessionNumbers:
        """This set and these numbers, which begin at 0."""
        numbers = tuple(numbers)
        if not numbers:
            return self
        low, high = min(numbers) // WORD, max(numbers) // WORD + 1
        if self.words:
            low, high = min(low, self.first), max(high, self.first + len(self.words))
        begin = max(0, self.first - low) if self.words else 0
        words = [*[0] * begin, *self.words, *[0] * (high - low - begin - len(self.words))]
        for number in numbers:
            words[number // WORD - low] |= 1 << number % WORD
        return SessionNumbers(low, tuple(words))

    def minus(self, other: SessionNumbers) -> SessionNumbers:
        """This set without the numbers of another."""
        words = list(self.words)
        for at, word in enumerate(other.words, other.first - self.first):
            if 0 <= at < len(words):
                words[at] &= ~word
        held = [at for at, word in enumerate(words) if word]
        return SessionNumbers(self.first + held[0], tuple(words[held[0] : held[-1] + 1])) if held else SessionNumbers()
