"""What can be asked of the terminal itself: a notification, a title of its window, a text for its clipboard.

Functions give the sequences, and only of text without controls: nothing foreign can end one and begin another.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping

from sessions.text import clean

NOTICE_CHARACTERS = 200
TITLE_CHARACTERS = 80
CLIPBOARD_BYTES = 8_192
"""What terminals are known to take at once, and more than any path or command has."""
SAVE_TITLE = "\x1b[22;2t"
"""Puts the window's title on the terminal's own stack of titles."""
RESTORE_TITLE = "\x1b]2;\x07\x1b[23;2t"
"""Takes it back; a terminal without such a stack is left with no title of ours."""


def title(text: str) -> str:
    """Names the window."""
    return f"\x1b]2;{clean(text, TITLE_CHARACTERS)}\x07"


def notification(text: str, how: str, environment: Mapping[str, str]) -> str:
    """Has the terminal show a notification; `how` is `osc9` or `osc777`.

    tmux knows neither: it hands them on to the terminal around it where `allow-passthrough` is on.
    """
    told = clean(text, NOTICE_CHARACTERS)
    # Some terminals take `9;` and a digit for something else: the text begins with a word.
    sequence = f"\x1b]9;factory-tui: {told}\x07" if how == "osc9" else f"\x1b]777;notify;factory-tui;{told}\x07"
    return _through_tmux(sequence) if environment.get("TMUX") else sequence


def clipboard(text: str) -> str:
    """Gives the clipboard this text (OSC 52); tmux takes it where `set-clipboard` is on."""
    return f"\x1b]52;c;{b64encode(text.encode()).decode()}\x07"


class WindowTitle:
    """The title of the terminal's window while the console has it."""

    def __init__(self, send: Callable[[str], object]) -> None:
        self._send = send
        self._shown = ""

    def show(self, text: str) -> None:
        """Name the window; the first time the present title is put aside."""
        if text != self._shown:
            self._send(("" if self._shown else SAVE_TITLE) + title(text))
            self._shown = text

    def give_back(self, send: Callable[[str], object] | None = None) -> None:
        """Bring back the title that was put aside, through `send` when the console no longer has the terminal."""
        if self._shown:
            (send or self._send)(RESTORE_TITLE)
            self._shown = ""


def _through_tmux(sequence: str) -> str:
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
