"""The help screen's words: keys by what they are for, and what the signs of the screen mean."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.floor.state import Status
from widgets.cells import Line, Span, fit, line_width, pad
from widgets.glyphs import AT_LEAST, BRANCH, ESTIMATED, REPORTED, STATUS, UNPRICED, WORD
from widgets.wrap import wrap

_MEANING = {
    Status.WORKING: "wrote within its cadence, or a tool runs",
    Status.WAITING: "waits for a machine: a rate limit, a retry, a provider",
    Status.NEEDS_ME: "asks for a permission or an answer",
    Status.FAILED: "its turn ended in an error",
    Status.IDLE: "finished its turn",
    Status.STALE: "should be working, and has been silent for too long",
    Status.UNKNOWN: "nothing is known of it",
}
_FIGURES = (
    ("3.41M", "exact: the provider's own usage"),
    (REPORTED + "3.41M", "reported by the agent as a summary"),
    (ESTIMATED + "3.41M", "estimated"),
    (AT_LEAST + "3.41M", "at least: some is known to be missing"),
    (UNPRICED, "no known price"),
    ("works?", "a guess"),
    ("↑7 ↓2 ±3", "commits ahead of and behind the base, files not committed"),
    ("⚔3 tests-11", "collides with three branches, most with tests-11"),
)
KEYS_WIDTH = 20
ID_FROM = 136
ID_WIDTH = 23
"""From this width on the actions' ids are shown, by which a keymap names them."""


def help_lines(sections: Sequence[tuple[str, Sequence[tuple[str, str, str, str]]]], cells: int) -> list[Line]:
    """All lines of the help; `sections` are titles with (keys, title, sentence, id) of actions."""
    lines: list[Line] = [()]
    for title, actions in sections:
        lines += [(("  " + title, "bold accent"),), ()]
        for keys, name, sentence, action_id in actions:
            head: list[Span] = [("  " + fit(keys, KEYS_WIDTH), "bold text"), (fit(name, 14), "text")]
            wrapped = _wrapped(head, sentence, cells - (ID_WIDTH if cells >= ID_FROM else 0))
            if cells >= ID_FROM:
                wrapped[0] = (*pad(wrapped[0], cells - ID_WIDTH, "soft"), (action_id, "faint"))
            lines += wrapped
        lines.append(())
    lines += [(("  What a station does", "bold accent"),), ()]
    for status in Status:
        lines += _meaning(STATUS[status] + " " + WORD[status], status.value, _MEANING[status], cells)
    lines += _meaning(BRANCH + " no station", "faint", "a branch that no station works on", cells)
    lines += [(), (("  What figures say", "bold accent"),), ()]
    for sign, meaning in _FIGURES:
        lines += _meaning(sign, "text", meaning, cells)
    return [*lines, ()]


def _meaning(sign: str, style: str, meaning: str, cells: int) -> list[Line]:
    return _wrapped([("  " + fit(sign, KEYS_WIDTH), style)], meaning, cells)


def _wrapped(head: Sequence[Span], sentence: str, cells: int) -> list[Line]:
    """The sentence after its `head`, on as many lines as it takes, each below the first."""
    column = line_width(head)
    first, *rest = wrap(sentence, cells - column - 1)
    return [(*head, (first, "soft")), *(((" " * column, "text"), (line, "soft")) for line in rest)]
