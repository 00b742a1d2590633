"""Questions of an agent for permission: what the operator sees of one, and what an answer is for the agent. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import unified_diff

import msgspec

from sessions.errors import FactoryError
from sessions.observe.tools import tool_text
from sessions.stations.acp.fields import Fields, fields, listed, text
from sessions.stations.acp.tools import Use
from sessions.stations.contract import Decision
from sessions.text import clean, clean_lines

MOST = 64_000
"""Characters of a question."""
CANCELLED: Mapping[str, object] = {"outcome": {"outcome": "cancelled"}}
_WIDEST = ("bypass", "yolo", "full-access", "fullaccess", "dangerous", "save", "permanent", "persist", "forever")
"""What an option is called that would end all questions, or outlast the conversation: no `always` means that."""
_READ = 1_000_000
"""Characters of each part of it that are looked at."""
_COMPARED = 1_500
"""Lines up to which two texts are compared; beyond, comparing them would take long."""


class Option(msgspec.Struct, frozen=True):
    """What may be answered."""

    id: str
    kind: str


class Question(msgspec.Struct, frozen=True):
    """What is asked."""

    tool: str
    text: str
    said: str
    paths: tuple[str, ...]
    call: str
    options: tuple[Option, ...]

    @property
    def once(self) -> bool:
        """It can be allowed this time."""
        return bool(self._of("allow_once"))

    @property
    def always(self) -> bool:
        """It can be allowed for good."""
        return bool(self._of("allow_always"))

    def choose(self, decision: Decision) -> Mapping[str, object]:
        """The answer in the agent's terms. Raises `FactoryError` when it offers none that means this."""
        match decision:
            case Decision.ALLOW:
                found = self._of("allow_once")
                if not found:
                    raise FactoryError("this can only be allowed for good", "allow it always, or deny it")
            case Decision.ALWAYS:
                found = self._of("allow_always")
                if not found:
                    raise FactoryError("this can only be allowed once", "allow it once, or deny it")
            case _:
                found = self._of("reject_once") or self._of("reject_always")
                if not found:
                    return CANCELLED
        return {"outcome": {"outcome": "selected", "optionId": found}}

    def _of(self, kind: str) -> str:
        """The first option of a kind that is not too wide."""
        found = [option.id for option in self.options if option.kind == kind]
        return next((name for name in found if not any(wide in name.lower() for wide in _WIDEST)), "")


def question(params: Fields, use: Use, said: str) -> Question:
    """What a request for permission asks; `said` is what the agent said before."""
    options = [
        Option(text(option.get("optionId")), text(option.get("kind"))) for option in listed(params.get("options"))
    ]
    return Question(
        tool=use.name,
        text="\n".join(_within(_lines(use))),
        said="\n".join(clean_lines(said[-4_000:])),
        paths=use.writes,
        call=use.call,
        options=tuple(option for option in options if option.id),
    )


def _lines(use: Use) -> list[str]:
    """The whole command, difference or text, below what the agent calls it, where that says more."""
    lines: list[str] = []
    if use.given and not use.differences:
        lines += _shown(tool_text(use.given))
    for part in use.content:
        if part.get("type") == "diff":
            lines += difference(part)
        elif said := text(fields(part, "content").get("text")):
            lines += _shown(said)
    title = _shown(use.title) if use.title else []
    return lines if "\n".join(title) in "\n".join(lines) else [*title, *lines]


def difference(part: Fields) -> list[str]:
    """What goes and what comes, with the lines around it where that is not too much to find out."""
    old, new = (_shown(text(part.get(side)).removesuffix("\n")) for side in ("oldText", "newText"))
    old = old if part.get("oldText") else []
    path = clean(text(part.get("path")), 1_000)
    if old == new:
        return [path, "nothing in it changes"]
    if old and max(len(old), len(new)) <= _COMPARED:
        return [path, *list(unified_diff(old, new, lineterm=""))[2:]]
    return [path, *(f"-{line}" for line in old), *(f"+{line}" for line in new)]


def _shown(words: str) -> list[str]:
    """Harmless lines. Escapes that fill a text must not hide its end: what is left out is said."""
    more = len(words) - _READ
    return clean_lines(words, _READ) + ([f"… and {more:,} characters more"] if more > 0 else [])


def _within(lines: Sequence[str]) -> list[str]:
    """As much as may be kept; what is left out is said."""
    kept: list[str] = []
    room = MOST - 100
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return [*kept, line[: max(0, room + len(line))], f"… and {len(lines) - number - 1} lines more"]
        kept.append(line)
    return kept
