"""Regular expressions that cannot run for long on any text: what they may be made of is looked at, not tried. Pure.

The texts are foreign: an agent may print whatever makes a careless expression run for hours.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from re import _constants as kind  # type: ignore[attr-defined]  # the parser of the standard library, as it is
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

TEXT = 1_000
"""Characters of a text that an expression is tried on at a time."""
LONGEST = 600
"""Characters of an expression."""
FLAGS = re.IGNORECASE | re.MULTILINE
STEPS = 20_000 * TEXT
"""The most ways that may have to be tried: less than half a second."""
_TWICE = "it repeats what repeats: hostile text could make that run for hours"
_REPEATS = (kind.MAX_REPEAT, kind.MIN_REPEAT, kind.POSSESSIVE_REPEAT)
_REFUSED = {
    kind.GROUPREF: "it refers back to a group",
    kind.GROUPREF_EXISTS: "it refers back to a group",
    kind.ASSERT: "it looks ahead or behind",
    kind.ASSERT_NOT: "it looks ahead or behind",
}


def trouble(pattern: str, most: int = STEPS) -> str:
    """Why a pattern is not used; "" for a good one."""
    if not pattern:
        return "it is empty, and would match anything"
    if len(pattern) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what may come to mean something else
            cost = _cost(parser.parse(pattern, FLAGS)) * TEXT
    except (re.error, RecursionError, OverflowError, Warning) as error:
        return f"it is no regular expression ({error})"
    except _RefusedError as error:
        return str(error)
    if re.compile(pattern, FLAGS).search(""):
        return "it matches a text that is empty"
    return "" if cost <= most else "it has too many parts of any length: write .{0,80} for .*"


class _RefusedError(Exception):
    """The pattern holds what could run for long."""


def _cost(parsed: Iterable[tuple[Any, Any]], repeated: bool = False) -> int:
    """How many ways there are, at most, to try it at one place of a text."""
    cost = 1
    for op, value in parsed:
        if op in _REFUSED:
            raise _RefusedError(_REFUSED[op])
        if op in _REPEATS:
            least, most, inner = value
            if repeated and most != least:
                raise _RefusedError(_TWICE)
            inside = _cost(inner, repeated or most > 1)
            cost *= max(1, min(most, TEXT) - least + 1) * inside
        elif op is kind.BRANCH:
            if repeated:
                raise _RefusedError(_TWICE)
            cost *= sum(_cost(branch) for branch in value[1])
        elif op in (kind.SUBPATTERN, kind.ATOMIC_GROUP):
            cost *= _cost(value[-1] if op is kind.SUBPATTERN else value, repeated)
    return cost
