"""Numbers as people write them: times, budgets, counts; and the way back, exactly."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from sessions.floor.scope import Budget
from sessions.floor.tasks.sources.fault import WrongValueError

MOST = 10**15
"""Of anything that is counted."""
_UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_NUMBER = r"\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?"
_TIME = re.compile(
    rf"({_NUMBER})\s*(s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?)(?![a-z])\s*", re.IGNORECASE
)
_TIMES = re.compile(rf"(?:{_TIME.pattern})+", re.IGNORECASE)
_LASTING = re.compile(rf"(?:(?!{_NUMBER}\s*(?-i:M)){_TIME.pattern})+", re.IGNORECASE)
_TOKENS = re.compile(rf"({_NUMBER})\s*(?:([kmgb]?)\s*(?:tokens?|tok)|((?-i:[kKMGB])))", re.IGNORECASE)
_DOLLARS = re.compile(rf"\$\s*({_NUMBER})|({_NUMBER})\s*(?:\$|dollars?|usd)", re.IGNORECASE)
_TURNS = re.compile(r"(\d+)\s*(?:turns?|requests?)", re.IGNORECASE)
_SIZES = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000, "b": 1_000_000_000}
_KINDS = (("tokens", _TOKENS), ("dollars", _DOLLARS), ("turns", _TURNS), ("seconds", _LASTING))
BUDGET = "write an amount of each, such as: $5, 200k tokens, 30m, 20 turns"
_NUMERALS = re.compile(r"[+-]?\d{1,18}")


def whole(text: str, least: int = 0, most: int = MOST) -> int:
    """A whole number. Raises `WrongValueError`."""
    text = text.replace("_", "").replace(",", "") if re.fullmatch(r"[+-]?\d{1,3}(?:[_,]\d{3})+", text) else text
    if not _NUMERALS.fullmatch(text) or not least <= int(text) <= most:
        raise WrongValueError(f"{text[:40]!r} is no whole number from {least:,} to {most:,}", "write it in digits")
    return int(text)


def seconds(text: str) -> float:
    """A time: `90`, `90s`, `10m`, `1h 30m`, `2 days`. Raises `WrongValueError`."""
    if re.fullmatch(_NUMBER, text):
        return _bounded(float(text), text)
    if not _TIMES.fullmatch(text):
        raise WrongValueError(f"{text[:40]!r} is no time", "write seconds, or a time such as 10m or 1h 30m")
    return _bounded(sum(float(number) * _UNITS[unit[0].lower()] for number, unit in _TIME.findall(text)), text)


def budget(text: str) -> Budget:
    """What may be used up: amounts of several kinds, with commas or blanks between, as a form takes it.

    Of `2M` and `2m` the one is tokens, the other a time. Raises `WrongValueError`.
    """
    found: dict[str, float] = {}
    for part in re.split(r"(?<!\d),|,(?!\d{3}\b)|;|\n", text):
        if not (word := part.strip()):
            continue
        for name, amount in _amounts(word):
            if name in found:
                raise WrongValueError(f"{word[:40]!r} has a second amount of {name}", BUDGET)
            found[name] = amount
    return Budget(
        tokens=int(found.get("tokens", 0)),
        dollars=found.get("dollars", 0.0),
        seconds=found.get("seconds", 0.0),
        turns=int(found.get("turns", 0)),
    )


def _amounts(word: str) -> Iterator[tuple[str, float]]:
    """The amounts that stand side by side in a text without commas between them."""
    rest = word.replace(",", "")
    while rest:
        name, said = _first(rest)
        if not said:
            raise WrongValueError(f"{word[:40]!r} is no amount of tokens, dollars, time or turns", BUDGET)
        yield name, _amount(name, said.strip(), word)
        rest = rest[len(said) :].lstrip()


def _first(text: str) -> tuple[str, str]:
    """What kind of amount a text begins with, and its words; they are "" where it begins with none."""
    for name, pattern in _KINDS:
        match = pattern.match(text)
        if match and (match[0][-1].isspace() or not text[match.end() :][:1].strip()):
            return name, match[0]
    return "", ""


def _amount(name: str, said: str, word: str) -> float:
    if name == "tokens" and (match := _TOKENS.fullmatch(said)):
        return _counted(match[1], _SIZES[(match[2] or match[3] or "").lower()], word)
    if name == "dollars" and (match := _DOLLARS.fullmatch(said)):
        return _bounded(float(match[1] or match[2]), word)
    if name == "turns" and (match := _TURNS.fullmatch(said)):
        return _counted(match[1], 1, word)
    return seconds(said)


def _counted(number: str, size: int, word: str) -> int:
    found = int(number) * size if number.isdigit() and len(number) <= 18 else _bounded(float(number) * size, word)
    if found > MOST:
        raise WrongValueError(f"{word[:40]!r} is too much", f"{MOST:,} are the most; leave it out for no bound")
    return round(found)


def _bounded(number: float, word: str) -> float:
    if not math.isfinite(number) or number > MOST:
        raise WrongValueError(f"{word[:40]!r} is too much", f"{MOST:,} are the most; leave it out for no bound")
    return number


def said_seconds(number: float) -> str:
    """A time in words that `seconds` reads as the same."""
    for unit, size in (("h", 3_600), ("m", 60)):
        if number and number % size == 0:
            return f"{number / size:.0f}{unit}"
    return f"{_plain(number)}s"


def said_budget(bound: Budget) -> str:
    """A budget in words that `budget` reads as the same; "" for none."""
    words = [
        f"${_plain(bound.dollars)}" if bound.dollars else "",
        f"{bound.tokens} tokens" if bound.tokens else "",
        said_seconds(bound.seconds) if bound.seconds else "",
        f"{bound.turns} turns" if bound.turns else "",
    ]
    return ", ".join(filter(None, words))


def _plain(number: float) -> str:
    return f"{number:.0f}" if number == round(number) and abs(number) < MOST else repr(number)
