"""Check lists in Markdown: each open item is a task.

```
- [ ] Split the parser                    the title
  Why, and what to look at: its text.     whatever stands below it, indented
  check: make test                        a line that begins with a key (see `written.KEYS`), also as `- check: …`
  scope: src/parser/**, tests/**
  - [ ] Move the tokens out               a part: a task of its own, which says what it is a part of
- [x] Rename it                           done: it is left out
```
An item with parts is a task that is done after all of them; one with nothing of its own below it but parts is a heading
of these: no task, and whoever waits for it waits for all of them. What stands below a key with nothing behind it, and
in a fence whose word is a key, are its values, one in each line; what stands below `check: |` is one command. In any
other fence all is text. Prose and lists outside of items mean nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sessions.floor.tasks import most
from sessions.floor.tasks.sources.fault import Fault
from sessions.floor.tasks.sources.imported import MOST_FAULTS, Imported, nothing, understood
from sessions.floor.tasks.sources.naming import plain
from sessions.floor.tasks.sources.written import SEVERAL, Value, Written, key_of, near
from sessions.text import clean

_ITEM = re.compile(r"( *)(?:[-*+]|\d{1,9}[.)]) +\[([ xX])\](?: +(.*))?")
_KEY = re.compile(r" *(?:[-*+] +)?([A-Za-z][A-Za-z _-]{0,20}) *:(?: +(.*))?")
_BULLET = re.compile(r" *(?:[-*+]|\d{1,9}[.)]) +")
_FENCE = re.compile(r" *(`{3,}|~{3,})([^`]*)")
_NOT_LAZY = re.compile(r"(?:#|>|[-*+] |\d+[.)] |```|~~~|(?:[-*_] ?){3,}$|\|)")
"""What begins something else, and so does not go on with the line before."""
_TAB = 4
BLOCK = "|"
DEEPEST = 12
"""Items, one in the other."""


@dataclass(eq=False)
class _Item:
    written: Written
    indent: int
    column: int
    """Where its text begins."""
    title: str
    done: bool
    above: _Item | None
    depth: int
    text: list[str] = field(default_factory=list)
    parts: list[Written] = field(default_factory=list)
    """What must be done before it: of an item that is done, or only a heading, what is below that."""

    @property
    def is_task(self) -> bool:
        """Whether there is something to do for itself. All below it must have come up."""
        own = any(self.text) or any(key != "title" for key in self.written.values)
        return not self.done and (own or not self.parts)

    def come_up(self) -> None:
        """Tell the item above what there is to do before that."""
        if self.above is not None:
            self.above.parts[:0] = [self.written] if self.is_task else self.parts


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.items: list[_Item] = []
        self.faults: list[Fault] = []
        self._open: list[_Item] = []
        self._last = ""
        self._key, self._key_indent = "", 0
        """The key whose values are the lines below it, and how far it is indented."""
        self._block = -1
        """How far the lines of one command are indented that is written in several; less than none where it is not."""
        self._fence, self._fence_line, self._fence_key, self._fence_indent = "", 0, "", 0

    def line(self, number: int, raw: str) -> None:
        text = raw.expandtabs(_TAB).rstrip()
        if self._fence:
            self._in_fence(number, text)
        elif match := _ITEM.fullmatch(text):
            self._begin(number, len(match[1]), text.index("["), (match[3] or "").strip(), match[2] != " ")
        elif not text:
            if self._open:
                self._blank(self._open[-1])
        else:
            self._other(number, text)
        self._last = text

    def _blank(self, item: _Item) -> None:
        if self._key and self._block > 0:
            self._go_on(item, "")
        else:
            item.text.append("")

    def _go_on(self, item: _Item, text: str) -> None:
        """Add a line to the command that was begun last."""
        values = item.written.values[self._key]
        last = values[-1]
        if len(last.text) > most.COMMAND_CHARS:
            wrong = f"it is too long: {most.COMMAND_CHARS:,} characters are the most"
            self._fault(last.line, self._key, wrong, "put it into a script")
            self._key = ""
        values[-1] = Value(f"{last.text}\n{text}", last.line, alone=True)

    def end(self) -> None:
        if self._fence:
            self._fault(self._fence_line, "", "the fence is not closed", f"close it with {self._fence}")

    def _begin(self, number: int, indent: int, column: int, title: str, done: bool) -> None:
        while self._open and self._open[-1].indent >= indent:
            self._open.pop()
        above = self._open[-1] if self._open else None
        item = _Item(Written(self.file, number), indent, column, title, done, above, above.depth + 1 if above else 0)
        item.written.add("title", Value(title, number))
        if item.depth == DEEPEST:
            self._fault(
                number, "", f"it lies more than {DEEPEST} items deep", "write it further out, with a key after:"
            )
        self.items.append(item)
        self._open.append(item)
        self._key = ""

    def _other(self, number: int, text: str) -> None:
        indent = len(text) - len(text.lstrip())
        lazy = bool(self._last) and not indent and not _NOT_LAZY.match(text)
        while self._open and self._open[-1].indent >= indent and not lazy:
            self._open.pop()
        if self._key and indent <= self._key_indent:
            below = indent == self._key_indent and _BULLET.match(text) and not _KEY.fullmatch(text)
            self._key = self._key if below or _FENCE.fullmatch(text) else ""
        fence = _FENCE.fullmatch(text)
        if fence:
            self._fence, self._fence_line, self._fence_indent = fence[1], number, indent
            word = key_of(fence[2])
            self._fence_key = self._key or (word if word in SEVERAL else "")
        if not self._open:
            return
        item = self._open[-1]
        if fence:
            if not self._fence_key:
                item.text.append(self._cut(item, text))
        elif self._key and self._block >= 0:
            self._block = self._block or indent
            self._go_on(item, text[min(indent, self._block) :])
        elif self._key:
            item.written.add(self._key, Value(_bare(_BULLET.sub("", text, count=1)), number, self._key == "check"))
        elif not self._is_key(item, number, text, indent):
            item.text.append(self._cut(item, text))

    def _is_key(self, item: _Item, number: int, text: str, indent: int) -> bool:
        match = _KEY.fullmatch(text)
        if match is None:
            return False
        key, value = key_of(match[1]), (match[2] or "").strip()
        if key in ("title", "text"):
            return False  # the item's own line is the one, and what stands below it the other
        if key:
            if key == "check" and value == BLOCK:
                self._key, self._key_indent, self._block = key, indent, 0
                item.written.add(key, Value("", number, alone=True))
            elif value:
                item.written.add(key, Value(_bare(value) if key == "check" else value, number, key == "check"))
            else:
                self._key, self._key_indent, self._block = key, indent, -1
        elif meant := near(match[1]):
            cure = f"write {meant}: if that is meant; else put the line into a fence"
            self._fault(number, match[1], "it is no key", cure)
        return bool(key)

    def _in_fence(self, number: int, text: str) -> None:
        mark = text.strip()
        closes = len(mark) >= len(self._fence) and not mark.strip(self._fence[0])
        item = self._open[-1] if self._open else None
        if item is not None and self._fence_key:
            if mark and not closes:
                item.written.add(self._fence_key, Value(mark, number, self._fence_key == "check"))
        elif item is not None:
            item.text.append(self._cut(item, text))
        if closes:
            self._fence = self._key = ""

    def _cut(self, item: _Item, text: str) -> str:
        """A line of its text, without what it is indented by as the item's."""
        return text[min(len(text) - len(text.lstrip()), item.column) :]

    def _fault(self, line: int, key: str, wrong: str, cure: str) -> None:
        self.faults.append(Fault(self.file, line, key, wrong, cure))


def _bare(value: str) -> str:
    """A command, or a pattern, that was written as code."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == "`" and "`" not in value[1:-1] else value


def read(text: str, file: str) -> Imported:
    """The open items of a check list."""
    reader = _Reader(file)
    for number, line in enumerate(text.split("\n"), 1):
        reader.line(number, line)
        if len(reader.items) > most.TASKS or len(reader.faults) > MOST_FAULTS:
            break
    else:
        reader.end()
    items = reader.items
    if not items and not reader.faults:
        reader.faults.append(nothing(file, "write one as: - [ ] what is to be done"))
    for item in reversed(items):
        item.come_up()
    tasks = [item for item in items if item.is_task]
    groups: dict[str, list[Written]] = {}
    for item in items:
        if not item.is_task:
            groups.setdefault(plain(item.title), []).extend(item.parts)
    for item in tasks:
        own = "\n".join(item.text).strip("\n")
        if above := _above(item):
            own = f"{own or item.title}\n\nPart of: {above}"
        if own:
            item.written.add("text", Value(own, item.written.line))
        item.written.parts = item.parts
    written = [item.written for item in tasks]
    return understood(file, written, reader.faults, sum(item.done for item in items), groups)


def _above(item: _Item) -> str:
    names = []
    while (above := item.above) is not None:
        names.append(clean(above.title))
        item = above
    return " > ".join(reversed(names))
