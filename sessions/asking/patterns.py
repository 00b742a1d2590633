"""Regular expressions that anybody may type: matched in time that grows with the text alone, whatever they are."""

from __future__ import annotations

from typing import Protocol

from sessions.errors import FactoryError
from sessions.text import clean

LONGEST = 1_000
MEMORY = 8 << 20
"""Bytes that a compiled one takes at most."""


class Match(Protocol):
    """Where it stands in a text."""

    def start(self) -> int: ...
    def end(self) -> int: ...


class Matcher(Protocol):
    """What is looked for."""

    def search(self, text: str) -> Match | None: ...


def compiled(pattern: str) -> Matcher:
    """What a regular expression of RE2 looks for, in any case. Raises FactoryError with the reason and the cure."""
    try:
        import re2
    except ImportError as error:
        cure = "install google-re2 beside it: `pip install google-re2`"
        raise FactoryError("regular expressions cannot be searched here", cure) from error
    options = re2.Options()
    options.case_sensitive, options.log_errors, options.max_mem = False, False, MEMORY
    cure = "write it as RE2 has it: no look-around, no back references"
    if len(pattern) > LONGEST:
        raise FactoryError(f"a regular expression of more than {LONGEST:,} letters", "write a shorter one")
    try:
        matcher: Matcher = re2.compile(pattern, options)
    except (re2.error, UnicodeError) as error:
        said = error.args[0] if error.args else error
        why = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise FactoryError(f"that is no regular expression: {clean(why, 200)}", cure) from error
    return matcher
