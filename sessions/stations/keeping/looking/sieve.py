"""What a program writes, on its way to the terminal of an operator who is attached to it.

He asked for its bytes, and gets them as they are, but for what does more than draw: what sets the clipboard, the title
or the colours of his terminal, prints, moves its window, reads files or speaks through a multiplexer to a terminal
further out; and what makes the terminal answer, which would be typed into the program. A question of which the answer
tells no more than what the terminal can do passes where one may be answered: to one operator at a time, and never when
old output is shown again.

| kept back always | why |
|---|---|
| OSC, but links (8), notifications (9, 99, 777), prompts (133) | clipboard (52), title (0–2), colours, files (1337) |
| DCS, APC, PM, SOS | state requests, terminfo, pass-through of multiplexers, pictures that name files |
| CSI … t, i | the window: its size, its title as typed text; printing |
| CSI … y, x | checksums of what else is on the screen |
| ENQ, C1 controls | the answer-back text; the same sequences in one character |
| ESC % | another encoding, in which other bytes begin sequences |
| kept back but from one who answers | |
| ESC Z, CSI … c, n, q after `>`, u after `?`, p after `$` | what the terminal is, its cursor and modes |
| OSC 4, 10, 11, 12 with a `?` | its colours |
"""

from __future__ import annotations

import re

ESC = 0x1B
MOST = 4_096
"""Bytes of the longest sequence that may pass. A longer one is held back to its end."""

_NEXT = re.compile(rb"[\x05\x1b]|\xc2[\x80-\x9f]")
_CSI = re.compile(rb"\x1b\[([0-?]*)([ -/]*)([@-~])")
_UNFINISHED_CSI = re.compile(rb"\x1b\[[0-?]*[ -/]*\Z")
_PLAIN = re.compile(rb"\x1b([ -/]*[0-OQ-WYZ\\`-~])")
"""Escape sequences of one letter, but for those that begin a string."""
_UNFINISHED_PLAIN = re.compile(rb"\x1b[ -/]*\Z")
_STRING_END = re.compile(rb"\x07|\x1b\\|\xc2\x9c|[\x18\x1a]|\x1b(?=[^\\])")
"""A string also ends, without effect, where another sequence begins."""
_STRINGS = b"]PX^_"
_HARMLESS_OSC = re.compile(rb"\x1b\](?:8|9|99|777|133);")
_COLOUR_QUESTION = re.compile(rb"\x1b\](?:4;\d+|1[012]);\?(?:\x07|\x1b\\)\Z")


class Sieve:
    """For one stream. Sequences that come in pieces are judged when they are whole."""

    def __init__(self, answers: bool = False) -> None:
        self.answers = answers
        """Questions that a terminal answers may pass."""
        self._rest = b""
        self._swallowing = False
        """In a string that is held back, of which the end has not come."""

    def sift(self, data: bytes) -> bytes:
        """What may reach the terminal."""
        data, self._rest = self._rest + data, b""
        out: list[bytes] = []
        at = 0
        while at < len(data):
            if self._swallowing:
                at = self._swallow(data, at)
                continue
            found = _NEXT.search(data, at)
            if found is None:
                cut = len(data) - (data[-1] == 0xC2)
                out.append(data[at:cut])
                self._rest = data[cut:]
                break
            # What stands on both sides of something that is kept back must not become one character.
            out.append(data[at : found.start()].rstrip(b"\xc2"))
            if data[found.start()] != ESC:
                at = found.end()
                continue
            passes, at = self._sequence(data, found.start())
            out.append(passes)
        return b"".join(out)

    def _sequence(self, data: bytes, at: int) -> tuple[bytes, int]:
        """What passes of the sequence that begins at a place, and where it ends; an unfinished one waits."""
        if data[at + 1 : at + 2] == b"[":
            if (found := _CSI.match(data, at)) is not None:
                return found[0] if self._may(found) else b"", found.end()
            unfinished = _UNFINISHED_CSI.match(data, at) is not None
        elif data[at + 1 : at + 2] and data[at + 1] in _STRINGS:
            return self._string(data, at)
        else:
            if (found := _PLAIN.match(data, at)) is not None:
                good = found[1][:1] != b"%" and (self.answers or found[1] != b"Z")
                return found[0] if good else b"", found.end()
            unfinished = _UNFINISHED_PLAIN.match(data, at) is not None
        if unfinished and len(data) - at <= MOST:
            self._rest = data[at:]
            return b"", len(data)
        return b"", at + 1  # no sequence: without its escape it is text

    def _string(self, data: bytes, at: int) -> tuple[bytes, int]:
        end = _STRING_END.search(data, at + 2)
        if end is not None:
            whole = data[at : end.end()]
            good = _HARMLESS_OSC.match(whole) or (self.answers and _COLOUR_QUESTION.match(whole))
            proper = len(whole) <= MOST and end[0] in (b"\x07", b"\x1b\\")
            return whole if good and proper else b"", _after(end)
        if len(data) - at > MOST:
            self._swallowing = True
            return b"", at + 2
        self._rest = data[at:]
        return b"", len(data)

    def _swallow(self, data: bytes, at: int) -> int:
        end = _STRING_END.search(data, at)
        if end is not None:
            self._swallowing = False
            return _after(end)
        if data[-1] in (ESC, 0xC2):
            self._rest = data[-1:]
        return len(data)

    def _may(self, found: re.Match[bytes]) -> bool:
        parameters, between, last = found.groups()
        if last in b"tiyx" and not (last == b"x" and between == b"$"):
            return False
        asks = (
            last in b"cn"
            or (last == b"q" and parameters[:1] == b">")
            or (last == b"u" and parameters[:1] == b"?")
            or (last == b"p" and between == b"$")
        )
        return not asks or (self.answers and not between.strip(b"$"))


def _after(end: re.Match[bytes]) -> int:
    """Where what follows a string begins: with the escape that broke it off, if that ended it."""
    return end.start() if end[0] == b"\x1b" else end.end()
