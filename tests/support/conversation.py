"""Conversations made on the spot, and an app that shows one, for the tests of the station screen."""

from __future__ import annotations

from textual.app import App, ComposeResult

from console.terminal.theme import make_look
from sessions.observe.conversation.entries import Entry, EntryKind
from tests.support.replay import START
from widgets.session.conversation import ConversationView
from widgets.session.session_text import Source

LOOK = make_look("dark", ascii_only=False, colour=True)
READ: tuple[str, ...] = ("import os",) * 40
FAILURE: tuple[str, ...] = ("exit 1: 2 failed, 31 passed", "FAILED test_pool.py::test_close")


class Talk:
    """A source of made entries that counts what it is asked for."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.asked: set[int] = set()
        self.extra: dict[int, Entry] = {}

    def __len__(self) -> int:
        return self.length

    def entry(self, i: int) -> Entry:
        if not 0 <= i < self.length:
            raise IndexError(i)
        self.asked.add(i)
        return self.extra.get(i) or made(i)


def made(i: int) -> Entry:
    """Entry `i`: of eight entries one prompt, thinking, two uses of tools with results (the second failed), text."""
    time = START + i * 3
    call = f"call-{i // 8}-{i % 8 // 2}"
    match i % 8:
        case 0:
            text = f"Please mend retry number {i // 8}"
            return Entry(kind=EntryKind.PROMPT, time=time, title=text, lines=(text,))
        case 1:
            text = "The pool keeps dead connections. I should look at how it is closed before I change anything."
            return Entry(kind=EntryKind.THINKING, time=time, title=text, lines=(text, "And then the tests."))
        case 2 | 4:
            tool, title = ("Read", "src/proxy/pool.py") if i % 8 == 2 else ("Bash", "pytest -q tests/proxy")
            return Entry(kind=EntryKind.TOOL, time=time, title=title, lines=(title,), call=f"call-{i}", tool=tool)
        case 3 | 5:
            failed = i % 8 == 5
            lines = FAILURE if failed else READ
            return Entry(
                kind=EntryKind.RESULT, time=time, title=lines[0], lines=lines, failed=failed, call=f"call-{i - 1}"
            )
        case 6:
            lines = (f"Retry {i // 8} now waits for the pool to drain.", "", "- one call site changed", "- tests pass")
            return Entry(kind=EntryKind.TEXT, time=time, title=lines[0], lines=lines)
        case _:
            return Entry(kind=EntryKind.NOTE, time=time, title=f"permission asked {call}")


class ConversationApp(App[None]):
    """Nothing but a conversation."""

    CSS = "ConversationView { width: 1fr; height: 1fr; }"

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.view = ConversationView(LOOK, id="conversation")

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()
        self.view.show_source(self.source, "from the transcript")
