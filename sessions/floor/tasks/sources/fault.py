"""What is wrong with a task that somebody wrote, where, and the cure."""

from __future__ import annotations

from sessions.errors import FactoryError
from sessions.text import clean

_LONGEST = 300


class Fault(FactoryError):  # noqa: N818 - it is one of many in a file
    """One mistake. The message is `file:line: key: what is wrong`."""

    def __init__(self, file: str, line: int, key: str, wrong: str, cure: str) -> None:
        self.file, self.line, self.key, self.wrong = clean(file), line, clean(key, 40), clean(wrong, _LONGEST)
        parts = [f"{self.file}:{line}", *filter(None, [self.key]), self.wrong]
        super().__init__(": ".join(parts), clean(cure, _LONGEST))


class WrongValueError(Exception):
    """A value that cannot be meant: why, and the cure. Whoever knows where it stands makes a `Fault` of it."""

    def __init__(self, wrong: str, cure: str) -> None:
        super().__init__(wrong)
        self.wrong, self.cure = wrong, cure
