"""Patterns as sets of paths: whether two meet, whether one lies in the other. Exact, by looking for a path. Pure.

Each pattern is an automaton whose states are bits of a number. The automata of all patterns in question read the same
letters side by side; letters that no pattern names are alike, so one stands for all of them. Hostile patterns can make
that search long: it is given up after `MOST_STATES`, and the answer is then the one that lets nothing slip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sessions.floor import patterns as language
from sessions.floor.patterns import DEEP, Pattern, parsed

MOST_STATES = 3_000
"""States of a search; one takes up to 1 ms with the longest lists."""
_OTHERS = "xyzwvutsrqponmlkjhfedcba0123456789_-"
"""One of these that no pattern names stands for all letters that none names."""


class TooManyStates(Exception):  # noqa: N818 - it is no error: the question stays open
    """The search was given up."""


def overlaps(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether both allow some path that may exist; true also where that cannot be found out."""
    try:
        return common(one, other) != ""
    except TooManyStates:
        return True


def inside(child: Sequence[str], parent: Sequence[str]) -> bool:
    """Whether the parent allows all that the child does; false also where that cannot be found out."""
    try:
        return beyond(child, parent) == ""
    except TooManyStates:
        return False


@lru_cache(4_096)
def _common(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    found = [
        _search(((a.text, *_taken(minus, a, b)), (b.text, *_taken(minus_b, a, b))), all)
        for a, minus in _allowing(one)
        for b, minus_b in _allowing(other)
        if _meet(a, b)
    ]
    return min(filter(None, found), key=len, default="")


def common(one: Sequence[str], other: Sequence[str]) -> str:
    """A short path that both allow, "" when there is none. Raises TooManyStates."""
    return _common(tuple(one), tuple(other))


@lru_cache(4_096)
def _beyond(child: tuple[str, ...], parent: tuple[str, ...]) -> str:
    known = [parsed(text) for text in parent]
    plain = not any(pattern.takes_away for pattern in known)
    found = [
        _search(((a.text, *_taken(minus, a, a)), tuple(b.text for b in known if _meet(a, b))), _only_first)
        for a, minus in _allowing(child)
        if not (plain and any(_covers(b, a) for b in known))
    ]
    return min(filter(None, found), key=len, default="")


def beyond(child: Sequence[str], parent: Sequence[str]) -> str:
    """A short path that the child allows and the parent does not, "" when there is none. Raises TooManyStates."""
    return _beyond(tuple(child), tuple(parent))


def useless(patterns: Sequence[str]) -> str:
    """The first pattern with `!` that takes away nothing, as nothing before it allows what it names; "" if none does.

    It may stand before what it was meant for, or have a slip of the pen. Where that cannot be found out it is none.
    """
    for number, text in enumerate(patterns):
        if text.startswith("!") and not overlaps(patterns[:number], [text[1:]]):
            return text
    return ""


def trouble(texts: Sequence[str]) -> str:
    """Why these patterns cannot be meant, alone or together, with the cure; "" when nothing is wrong with them."""
    if reason := language.trouble(texts):
        return reason
    vain = useless(texts)
    return f"{vain} takes nothing away: write it after what allows it, or leave it out" if vain else ""


def _allowing(patterns: Sequence[str]) -> Iterator[tuple[Pattern, list[Pattern]]]:
    """The patterns that allow something, each with those after it that may take from it again."""
    known = [parsed(text) for text in patterns]
    for number, pattern in enumerate(known):
        if not pattern.takes_away:
            yield pattern, [later for later in known[number:] if later.takes_away]


def _taken(minus: Sequence[Pattern], one: Pattern, other: Pattern) -> Iterator[str]:
    return (pattern.text for pattern in minus if _meet(pattern, one) and _meet(pattern, other))


def _only_first(allowed: Sequence[bool]) -> bool:
    return allowed[0] and not allowed[1]


def _covers(wide: Pattern, narrow: Pattern) -> bool:
    """Whether it is seen at once that `wide` allows all that `narrow` does."""
    if wide.segments == narrow.segments:
        return True
    above = wide.segments[:-1]
    return wide.segments[-1] == DEEP and len(narrow.segments) > len(above) and narrow.segments[: len(above)] == above


@lru_cache(16_384)
def _meet(one: Pattern, other: Pattern) -> bool:
    """Whether two patterns may allow the same path; where they do not, it is seen soon."""
    for a, b in zip(one.segments, other.segments, strict=False):
        if DEEP in (a, b):
            return True
        if not _names_meet(a, b):
            return False
    return len(one.segments) == len(other.segments) or DEEP in (one.segments + other.segments)


@lru_cache(16_384)
def _names_meet(one: str, other: str) -> bool:
    """Whether two names may be the same, by what stands before their first star and after their last."""
    if "*" not in one + other and len(one) != len(other):
        return False
    for a, b in ((one, other), (one[::-1], other[::-1])):
        for x, y in zip(a, b, strict=False):
            if "*" in (x, y):
                break
            if "?" not in (x, y) and x != y:
                return False
    return True


@dataclass(frozen=True, slots=True)
class _Automaton:
    """One pattern. State number n is bit n; the last one is reached by what the pattern matches."""

    steps: dict[str, int]
    """By letter: the states that read it and go on to the next."""
    any_steps: int
    """Those that so read every letter but `/`."""
    stays: int
    """Those that read any letter but `/` and stay."""
    all_stays: int
    """Those that read every letter and stay."""
    backs: int
    """Those that go back to the one before with `/`."""
    skips: int
    """Those from which the next is reached with no letter, and the one after next from `leaps`."""
    leaps: int
    last: int

    def begin(self) -> int:
        return self._settle(1)

    def read(self, states: int, letter: str) -> int:
        steps = self.steps.get(letter, 0)
        stays = self.all_stays
        back = 0
        if letter == "/":
            back = (states & self.backs) >> 1
        else:
            steps |= self.any_steps
            stays |= self.stays
        return self._settle((states & steps) << 1 | states & stays | back)

    def _settle(self, states: int) -> int:
        states |= (states & self.leaps) << 2
        return states | (states & self.skips) << 1


@lru_cache(4_096)
def _automaton(segments: tuple[str, ...]) -> _Automaton:
    steps: dict[str, int] = {}
    any_steps = stays = all_stays = backs = skips = leaps = state = 0
    for number, segment in enumerate(segments):
        bit = 1 << state
        if segment == DEEP and number == len(segments) - 1:
            any_steps |= bit
            all_stays |= bit << 1
            state += 1
        elif segment == DEEP:
            leaps |= bit
            any_steps |= bit
            stays |= bit << 1
            backs |= bit << 1
            state += 2
        else:
            for letter in segment + "/" * (number < len(segments) - 1):
                bit = 1 << state
                if letter == "*":
                    stays |= bit
                    skips |= bit
                elif letter == "?":
                    any_steps |= bit
                else:
                    steps[letter] = steps.get(letter, 0) | bit
                state += 1
    return _Automaton(steps, any_steps, stays, all_stays, backs, skips, leaps, 1 << state)


_NO_NAMES = (".", "..", ".git")


def _name_so_far(name: str, letter: str) -> str | None:
    """What has to be remembered of a name to tell that it is none; None where it has just turned out to be none."""
    if letter == "/":
        return None if name == "" or name in _NO_NAMES else ""
    longer = name + letter.lower()
    return longer if name != "x" and any(word.startswith(longer) for word in _NO_NAMES) else "x"


_State = tuple[tuple[int, ...], str]


@lru_cache(8_192)
def _search(lists: tuple[tuple[str, ...], ...], wanted: Callable[[Sequence[bool]], bool]) -> str:
    """The shortest path for which `wanted` is true of what each list of patterns says to it; "" when there is none."""
    patterns = [[parsed(text) for text in texts] for texts in lists]
    automata = [_automaton(pattern.segments) for row in patterns for pattern in row]
    letters = sorted({letter for automaton in automata for letter in automaton.steps} | {"/"})
    letters.append(next(letter for letter in (*_OTHERS, *map(chr, range(0x4E00, 0xA000))) if letter not in letters))

    def allowed(states: tuple[int, ...]) -> list[bool]:
        reached = iter([bool(state & automaton.last) for state, automaton in zip(states, automata, strict=True)])
        says = []
        for row in patterns:
            answer = False
            for pattern in row:
                if next(reached):
                    answer = not pattern.takes_away
            says.append(answer)
        return says

    first: _State = (tuple(automaton.begin() for automaton in automata), "")
    seen = {first}
    now: list[tuple[_State, str]] = [(first, "")]
    while now:
        then: list[tuple[_State, str]] = []
        for (states, name), path in now:
            for letter in letters:
                longer = _name_so_far(name, letter)
                if longer is None:
                    continue
                next_ = tuple(a.read(state, letter) for a, state in zip(automata, states, strict=True))
                if not any(next_) or (state := (next_, longer)) in seen:
                    continue
                if longer not in ("", *_NO_NAMES) and wanted(allowed(next_)):
                    return path + letter
                if len(seen) >= MOST_STATES:
                    raise TooManyStates
                seen.add(state)
                then.append((state, path + letter))
        now = then
    return ""
