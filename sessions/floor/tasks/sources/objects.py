"""Lines of JSON: each is one object, a task. Several values are an array; `check` and `budget` may be objects."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sessions.floor.tasks import most
from sessions.floor.tasks.sources.fault import Fault
from sessions.floor.tasks.sources.imported import MOST_FAULTS, Imported, nothing, understood
from sessions.floor.tasks.sources.written import KEYS, SEVERAL, Value, Written, key_of

_BUDGET = {"tokens": "{} tokens", "dollars": "${}", "seconds": "{}s", "turns": "{} turns"}
_LONGEST_NUMBER = 40


def read(text: str, file: str) -> Imported:
    """The tasks of a file."""
    faults, items = list[Fault](), list[Written]()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if len(items) > most.TASKS or len(faults) > MOST_FAULTS:
            break
        try:
            found = json.loads(line, parse_constant=_refused)
        except (ValueError, RecursionError) as error:
            wrong = "no JSON" if isinstance(error, RecursionError) else f"no JSON: {error}"
            faults.append(
                Fault(file, number, "", wrong, "write one object in each line; jq -c '.[]' makes that of an array")
            )
            continue
        if not isinstance(found, dict):
            faults.append(Fault(file, number, "", "it is no object", 'write one in each line: {"title": "…"}'))
            continue
        item = Written(file, number)
        items.append(item)
        for key, value in found.items():
            _add(item, key, value, faults)
    if not items and not faults:
        faults.append(nothing(file, 'write one object in each line: {"title": "…"}'))
    return understood(file, items, faults)


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is no number")


def _add(item: Written, word: str, value: object, faults: list[Fault]) -> None:
    key = key_of(word)
    if not key:
        faults.append(Fault(item.file, item.line, word, "it is no key", f"the keys are {', '.join(KEYS)}"))
    elif key == "check" and isinstance(value, dict):
        for inner, of_it in value.items():
            if key_of(inner) not in ("check", "must", "must_not", "files", "lines", "seconds"):
                cure = "of a check these are: commands, must, must_not, files, lines, seconds"
                faults.append(Fault(item.file, item.line, f"check.{inner}", "it is no key", cure))
            else:
                _add(item, inner, of_it, faults)
    elif key == "budget" and isinstance(value, dict):
        _budget(item, value, faults)
    else:
        for found in _values(key, value, item.line):
            if found is None:
                cure = "write a text, or an array of texts" if key in SEVERAL else "write a text or a number"
                faults.append(Fault(item.file, item.line, word, f"{type(value).__name__} means nothing there", cure))
            else:
                item.add(key, found)


def _values(key: str, value: object, line: int) -> Iterator[Value | None]:
    """What is meant, each None where nothing is."""
    if isinstance(value, list) and key in SEVERAL:
        for each in value:
            yield Value(each, line, alone=True) if isinstance(each, str) else None
    elif isinstance(value, str):
        yield Value(value, line, alone=key == "check")
    elif isinstance(value, int | float) and not isinstance(value, bool) and key not in SEVERAL:
        yield Value(_number(value), line)
    elif value is not None:
        yield None


def _number(value: float) -> str:
    return str(int(value)) if abs(value) < 1e18 and value == int(value) else repr(value)[:_LONGEST_NUMBER]


def _budget(item: Written, value: dict[str, object], faults: list[Fault]) -> None:
    words = []
    for name, amount in value.items():
        if name not in _BUDGET or isinstance(amount, bool) or not isinstance(amount, int | float) or amount < 0:
            wrong = f"budget.{name}"
            faults.append(Fault(item.file, item.line, wrong, "it is no amount", f"numbers of {', '.join(_BUDGET)}"))
        elif amount:
            words.append(_BUDGET[name].format(_number(amount)))
    item.add("budget", Value(", ".join(words), item.line))
