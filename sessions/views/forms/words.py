"""Boundaries and budgets as an operator writes them in one line. Pure; what is wrong is said by `WordsError`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from sessions.floor.scope import Budget

_UNITS = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000, "b": 1_000_000_000}
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}
_NUMBER = r"(\d[\d,_]*(?:\.\d+)?|\.\d+)"
_DOLLARS = re.compile(rf"\$ *{_NUMBER}|{_NUMBER} *(?:\$|usd|dollars?)", re.IGNORECASE)
_TURNS = re.compile(rf"{_NUMBER} *turns?", re.IGNORECASE)
_TOKENS = re.compile(rf"{_NUMBER} *([kKMgGbB]?) *(?:tok|tokens?)\b|{_NUMBER}([kKMGB])\b")
_TIME = re.compile(rf"{_NUMBER} *(min|[smhd])(?![a-zA-Z])")
BUDGET_HINT = "such as 2M tokens, $5, 1h30m, 20 turns; nothing is no bound"
MOST = 10**15
"""A figure beyond it is a slip of the finger."""


class WordsError(ValueError):
    """What was written cannot be meant; the message says why."""


def patterns_text(patterns: Sequence[str]) -> str:
    """Patterns in one line, blanks between them; one in a name stands behind a backslash, which no pattern has."""
    return " ".join(pattern.replace(" ", "\\ ") for pattern in patterns)


def patterns_in(text: str) -> tuple[str, ...]:
    """The patterns of a line."""
    return tuple(word.replace("\\ ", " ") for word in re.findall(r"(?:\\ |[^\s])+", text))


def last_word(text: str) -> str:
    """The pattern that is being written at the end of a line."""
    found = re.search(r"(?:\\ |[^\s])*\Z", text)
    return found[0].replace("\\ ", " ") if found else ""


def list_in(text: str) -> tuple[str, ...]:
    """Names with commas between them, each once: names of tools have blanks, as in `Bash(git diff *)`."""
    words = (" ".join(word.split()) for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def hosts_in(text: str) -> tuple[str, ...]:
    """Hosts with blanks or commas between them."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def budget_in(text: str) -> Budget:
    """A budget. Raises `WordsError`."""
    rest, found = text, dict.fromkeys(Budget.__struct_fields__, Decimal())

    def take(what: str, pattern: re.Pattern[str]) -> None:
        nonlocal rest
        for match in pattern.finditer(rest):
            number, *unit = [group for group in match.groups() if group is not None]
            found[what] += Decimal(re.sub("[,_]", "", number)) * _factor(what, "".join(unit))
        rest = pattern.sub(" ", rest)

    for what, pattern in (("dollars", _DOLLARS), ("turns", _TURNS), ("tokens", _TOKENS), ("seconds", _TIME)):
        take(what, pattern)
    rest = " ".join(rest.replace(",", " ").replace(" and ", " ").split())
    if rest:
        raise WordsError(f"{rest[:40]!r} is no budget: write it {BUDGET_HINT}")
    if any(number > MOST for number in found.values()):
        raise WordsError("that is more than anybody has")
    return Budget(
        int(found["tokens"]), round(float(found["dollars"]), 4), round(float(found["seconds"]), 3), int(found["turns"])
    )


def _factor(what: str, unit: str) -> int:
    if what == "seconds":
        return _SECONDS[unit]
    return _UNITS.get(unit.lower(), 1)


def budget_text(budget: Budget) -> str:
    """A budget in words from which `budget_in` makes the same again; a part of a second or a cent is let go."""
    words = []
    if budget.tokens:
        words.append(f"{_short(budget.tokens)} tokens")
    if budget.dollars:
        words.append(f"${budget.dollars:g}" if budget.dollars < 1e5 else f"${budget.dollars:.0f}")
    if budget.seconds:
        words.append(_duration(budget.seconds))
    if budget.turns:
        words.append(f"{budget.turns} turn{'s' * (budget.turns != 1)}")
    return " ".join(words)


def _short(number: int) -> str:
    for unit, factor in (("M", 1_000_000), ("k", 1_000)):
        if number >= factor and number % (factor // 1_000) == 0:
            thousandths = f"{number % factor * 1_000 // factor:03d}".rstrip("0")
            return f"{number // factor}{'.' * bool(thousandths)}{thousandths}{unit}"
    return str(number)


def _duration(seconds: float) -> str:
    left = max(1, int(seconds))
    words = ""
    for unit, size in (("h", 3_600), ("m", 60), ("s", 1)):
        words += f"{left // size}{unit}" if left >= size else ""
        left %= size
    return words
