"""Faults of the console itself: kept in a file, and told in a sentence, while everything else goes on."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path

from sessions.text import clean

MOST_KEPT = 20
"""Faults that are written out; one that comes back with every frame would fill the disk."""


class Faults:
    """Makes its file only when there is a fault."""

    def __init__(self) -> None:
        self.count = 0
        self.path: Path | None = None

    def take(self, error: Exception) -> str:
        """Keep the fault; returns what to tell the operator."""
        self.count += 1
        if self.count <= MOST_KEPT:
            self._write("".join(traceback.format_exception(error)))
        what = clean(f"{type(error).__name__}: {error}", 60)
        return f"✖ a fault in the console: {what}{f' (see {self.path})' if self.path else ''}"

    def _write(self, text: str) -> None:
        try:
            if self.path is None:
                handle, name = tempfile.mkstemp(prefix="factory-tui-", suffix=".log")
                os.close(handle)
                self.path = Path(name)
            with self.path.open("a", encoding="utf-8", errors="replace") as log:
                log.write(text + "\n")
        except OSError:  # no room for it: the sentence in the footer has to do
            return
