"""Writes the parts of README.md that are made from the program: `python -m tests.readme`."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import msgspec

from console.actions.registry import SCREENS, actions_on, key_name
from sessions.floor.state import Status
from tests import ROOT
from tests.bench.figure import Figure
from tests.sessions.floor.scopes.truth import TRUTH
from tests.support.boundary import ways
from widgets.conflicts.matrix_lines import GLYPHS, LANDS_GLYPH, MEANING, STUCK
from widgets.draw.glyphs import STATUS, ascii_twin

README = ROOT / "README.md"
RESULTS = ROOT / "bench-results.json"
NAMES = tuple(screen.name for screen in SCREENS)


def keys() -> str:
    """The table of keys, from the registry of actions; what is the same on several screens stands once."""
    places: dict[tuple[str, str], set[str]] = {}
    for where in NAMES:
        for action in actions_on(where):
            names = " ".join(f"`{key_name(key)}`" for key in action.keys).replace("|", "\\|")
            places.setdefault((names, action.help), set()).add(where)
    lines = ["| where | key | what it does |", "|---|---|---|"]
    for (names, text), found in places.items():
        everywhere = found.issuperset(NAMES)
        shown = "everywhere" if everywhere else ", ".join(where for where in NAMES if where in found)
        lines.append(f"| {shown} | {names} | {text} |")
    return "\n".join(lines)


MEANINGS = {
    Status.WORKING: "works",
    Status.WAITING: "waits for a machine: a rate limit, a retry",
    Status.NEEDS_ME: "needs you: a permission, an answer",
    Status.FAILED: "failed",
    Status.IDLE: "idle: it finished its turn",
    Status.STALE: "stale: it should be working and is silent",
    Status.UNKNOWN: "unknown",
}


def signs() -> str:
    """The table of signs, from those that are drawn."""
    lines = ["| sign | ASCII | state |", "|---|---|---|"]
    lines += [f"| {STATUS[status]} | `{ascii_twin(STATUS[status])}` | {text} |" for status, text in MEANINGS.items()]
    return "\n".join(lines)


def cells() -> str:
    """The table of the matrix's signs, from those that are drawn."""
    lines = ["| sign | ASCII | pair |", "|---|---|---|"]
    signs = [*((GLYPHS[step][0], text) for step, text in MEANING.items()), (LANDS_GLYPH[0], "merges with the base")]
    signs += [(STUCK[step], f"collides with the base, {MEANING[step]}") for step in STUCK]
    lines += [f"| `{sign}` | `{ascii_twin(sign)}` | {text} |" for sign, text in signs]
    return "\n".join(lines)


def escapes() -> str:
    """The table of the ways out of a boundary, from those that the tests try."""
    return ways.table()


def patterns() -> str:
    """The table of what patterns mean, from the cases that check, hook and mounts are held to."""
    lines = ["| patterns | path | may be written |", "|---|---|---|"]
    for texts, path, expected in TRUTH:
        shown = unicodedata.normalize("NFC", path) + (
            " (decomposed)" if not unicodedata.is_normalized("NFC", path) else ""
        )
        written = " ".join(unicodedata.normalize("NFC", text) for text in texts.split(" "))
        lines.append(f"| `{written}` | `{shown}` | {'yes' if expected else 'no'} |")
    return "\n".join(lines)


def figures(results: Path) -> str:
    """The table of figures, from the results of the last `make bench`."""
    measured = msgspec.convert(json.loads(results.read_text(encoding="utf-8"))["figures"], list[Figure])
    lines = [f"| {figure.what} | {figure.asked} | {figure.measured} |" for figure in measured]
    return "\n".join(["| what | bar | measured |", "|---|---|---|", *lines])


def replaced(text: str, part: str, content: str) -> str:
    """The text with new content between the marks of a part."""
    begin, end = f"<!-- {part} -->\n", f"\n<!-- /{part} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"README.md has no marks for {part}")
    return pattern.sub(lambda _: begin + content + end, text)


def main() -> None:
    """Write the parts anew; the figures only when something was measured."""
    text = replaced(README.read_text(encoding="utf-8"), "keys", keys())
    text = replaced(text, "signs", signs())
    text = replaced(text, "cells", cells())
    text = replaced(text, "escapes", escapes())
    text = replaced(text, "patterns", patterns())
    if RESULTS.exists():
        text = replaced(text, "figures", figures(RESULTS))
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
