"""The help screen's words: what the signs of the screen mean, then keys by what they are for. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sessions.floor.state import Status
from sessions.views.conflicts.matrix import Severity
from widgets.conflicts.matrix_lines import GLYPHS, LANDS_GLYPH, MEANING, STUCK
from widgets.draw.cells import Line, Span, fit, line_width, pad
from widgets.draw.glyphs import AT_LEAST, AWAY, BRANCH, CLASH, ESTIMATED, REPORTED, STATUS, UNPRICED, WORD
from widgets.draw.wrap import wrap
from widgets.scopes.tree_lines import ALONE, SHARED
from widgets.session.passages import marked

SIGN_WIDTH, NAME_WIDTH = 20, 16
"""Cells of keys and signs, and of an action's name."""
ID_FROM = 136
ID_WIDTH = 23
"""From this width on an action's id stands in a column, by which a keymap names it; what is searched has it anyway."""
COLUMN_MIN = 76
"""Cells that a column needs for there to be two."""
GAP = 3
"""Cells between them."""


class Entry(msgspec.Struct, frozen=True):
    """A sign or keys, and the sentence that says what they mean."""

    sign: str
    sentence: str
    style: str = "bold text"
    name: str = ""
    id: str = ""
    """Of an action, by which a keymap names it."""

    def holds(self, pattern: str) -> bool:
        """Whether it says `pattern`, in any case."""
        return any(pattern.casefold() in text.casefold() for text in (self.sign, self.name, self.sentence, self.id))


class Section(msgspec.Struct, frozen=True):
    title: str
    entries: tuple[Entry, ...]


_MEANING = {
    Status.WORKING: "wrote within its cadence, or a tool runs",
    Status.WAITING: "waits for a machine: a rate limit, a retry, a provider",
    Status.NEEDS_ME: "asks for a permission or an answer",
    Status.FAILED: "its turn ended in an error",
    Status.IDLE: "finished its turn",
    Status.STALE: "should be working, and has been silent for too long",
    Status.UNKNOWN: "nothing is known of it",
}
STATES = Section(
    "What a station does",
    (
        *(Entry(f"{STATUS[status]} {WORD[status]}", _MEANING[status], status.value) for status in Status),
        Entry(f"{BRANCH} no station", "a branch that no station works on", "faint"),
        Entry(f"{AWAY} elsewhere", "a station of another repository: E shows and folds them", "faint"),
    ),
)
_FIGURES = {
    "3.41M": "exact: the provider's own usage",
    REPORTED + "3.41M": "reported by the agent as a summary",
    ESTIMATED + "3.41M": "estimated",
    AT_LEAST + "3.41M": "at least: some is known to be missing",
    UNPRICED: "no known price",
    "works?": "a guess",
    "↑7 ↓2 ±3": "commits ahead of and behind the base, files not committed",
    "⚔3 tests-11": "collides with three branches, most with tests-11",
}
FIGURES = Section("What figures say", tuple(Entry(sign, meaning, "text") for sign, meaning in _FIGURES.items()))
CELLS = Section(
    "What two branches do to each other",
    (
        *(Entry(GLYPHS[step][0], meaning, GLYPHS[step][1]) for step, meaning in MEANING.items()),
        Entry(LANDS_GLYPH[0], "the branch merges with the base", LANDS_GLYPH[1]),
        Entry(" ".join(STUCK.values()), "the branch collides with the base, and how badly", GLYPHS[Severity.MANY][1]),
    ),
)
SCOPES = Section(
    "Who may write where",
    (
        Entry(SHARED.strip(), "several may write there who do not work for one another", "needs_me"),
        Entry(ALONE.strip(), "one has it to itself: no other station may write there", "accent"),
        Entry("docs-04 6", "it may write 6 files of the place, not all", "text"),
        Entry("12 free", "12 files of it no station may write; `nobody`: none of it", "faint"),
        Entry("cart.py +", "it is not in the base: a station wrote it, or tried to", "text"),
        Entry("wrote", "how many files of it were written", "soft"),
        Entry("out", "how often one tried to write there whose scope has it not", "failed"),
        Entry("asks", "how often it was asked for; bright while one waits for an answer", "needs_me"),
        Entry(CLASH, "how often branches collide there: both sides of each pair, in each file", "needs_me"),
    ),
)


def found(sections: Sequence[Section], pattern: str) -> list[Section]:
    """What holds `pattern`, under its titles."""
    kept = (Section(part.title, tuple(e for e in part.entries if e.holds(pattern))) for part in sections)
    return [part for part in kept if part.entries]


def help_lines(sections: Sequence[Section], cells: int, pattern: str = "", *, sparing: bool = False) -> list[Line]:
    """All lines of the help: in two columns where there is room, with what was searched marked.

    A search has one column, where it shows the ids, too; so has a `sparing` help, which is sent over a slow link.
    """
    column = (cells - GAP) // 2
    if pattern or sparing or column < COLUMN_MIN:
        return [(), *(line for part in sections for line in _section(part, cells, pattern))]
    blocks = [_section(part, column) for part in sections]
    at = min(range(len(blocks) + 1), key=lambda at: max(_height(blocks[:at]), _height(blocks[at:])))
    left, right = ([line for block in part for line in block] for part in (blocks[:at], blocks[at:]))
    height = max(len(left), len(right))
    rows = zip(left + [()] * (height - len(left)), right + [()] * (height - len(right)), strict=True)
    return [(), *((*pad(one, column + GAP, "text"), *other) for one, other in rows)]


def _height(blocks: Sequence[Sequence[Line]]) -> int:
    return sum(map(len, blocks))


def _section(part: Section, cells: int, pattern: str = "") -> list[Line]:
    """Its title and entries, and a blank line."""
    lines: list[Line] = [(("  " + part.title, "bold accent"),), ()]
    for entry in part.entries:
        lines += _entry(entry, cells, pattern)
    return [*lines, ()]


def _entry(entry: Entry, cells: int, pattern: str) -> list[Line]:
    """The sentence after its sign, on as many lines as it takes, each below the first."""
    head: list[Span] = [("  " + fit(entry.sign, SIGN_WIDTH), entry.style)]
    if entry.name:
        head.append((fit(entry.name, NAME_WIDTH), "text"))
    beside = bool(entry.id) and cells >= ID_FROM
    sentence = f"{entry.sentence}  {entry.id}" if pattern and not beside else entry.sentence
    column = line_width(head)
    first, *rest = wrap(sentence, cells - column - 1 - ID_WIDTH * beside)
    lines: list[Line] = [(*head, (first, "soft")), *(((" " * column, "text"), (line, "soft")) for line in rest)]
    if beside:
        lines[0] = (*pad(lines[0], cells - ID_WIDTH, "soft"), (entry.id, "faint"))
    return [marked(line, pattern) for line in lines] if pattern else lines
