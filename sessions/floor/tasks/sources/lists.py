"""Several values in one: commas or line ends between, in quotes what has one in it. And the way back, exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from sessions.floor.tasks.sources.fault import WrongValueError

_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`\n]*`')
_BARE = re.compile(r"[^,\n]*")
_BETWEEN = re.compile(r"[ \t]*(?:[,\n]|\Z)")
_BLANKS = re.compile(r"\s*")
_TO_QUOTE = re.compile(r'[\s,"`]')


def parts(text: str) -> list[str]:
    """The values, without what is empty. Raises `WrongValueError`."""
    return [value for value, _ in _parts(text)]


def globs(text: str) -> list[str]:
    """The same of patterns: one with a blank stands in quotes, as it would mean a file that has it in its name."""
    found = []
    for value, bare in _parts(text):
        if bare and re.search(r"\s", value):
            raise WrongValueError(f"{value[:80]!r} has a blank", "write a comma between patterns, or quote one with it")
        found.append(value)
    return found


def joined(values: tuple[str, ...]) -> str:
    """Values in one text that `globs` and `parts` read as the same."""
    return ", ".join(json.dumps(value, ensure_ascii=False) if _TO_QUOTE.search(value) else value for value in values)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Each value, and whether it stands there bare."""
    at, text = 0, text.strip()
    while at < len(text):
        at = _BLANKS.match(text, at).end()  # type: ignore[union-attr]
        quoted = _QUOTED.match(text, at)
        match = quoted or _BARE.match(text, at)
        assert match is not None  # the second one matches anything
        value, between = match[0].strip(), _BETWEEN.match(text, match.end())
        if between is None or (not quoted and value[:1] in ('"', "`")):
            cure = "close the quotation mark, and write a comma behind it"
            raise WrongValueError(f"{text[at : at + 40]!r} cannot be read", cure)
        at = between.end()
        value = _plain(value) if quoted else value
        if value:
            yield value, quoted is None


def _plain(word: str) -> str:
    if word[0] == "`":
        return word[1:-1].strip()
    try:
        return str(json.loads(word))
    except ValueError as error:
        raise WrongValueError(f"{word[:40]} is no text in quotes", 'write \\" for a quotation mark') from error
