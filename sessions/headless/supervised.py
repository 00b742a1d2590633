"""The supervisor of a repository, for a command without a screen, which has it started where none runs.

One that was started so watches nothing, and ends itself soon after the last command, unless a console comes: what a
command leaves behind is gone within a minute, and until then the next one costs next to nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

from sessions.asking.question import A, Question
from sessions.errors import FactoryError
from sessions.floor.commands import AnyWish, Errand, ImportPaths, Progress, Reply
from sessions.place import place_of
from sessions.settings import fingerprint
from sessions.supervisor.wire.frames import WorkFrame
from sessions.supervisor.wire.line import Line, LostError

TRIES = 3
"""Supervisors that are tried, one after the other: each may end just then."""

R = TypeVar("R")
Told = Callable[[Progress | None], None]
"""Is told how far long work is."""


class HaltedError(FactoryError):
    """The supervisor's journal takes nothing: what was asked for waits for the disk."""


class RefusedError(FactoryError):
    """A wish was refused, or could not be carried out."""

    def __init__(self, message: str, cure: str, about: str) -> None:
        super().__init__(message, cure)
        self.about = about
        """The station that it was about, or that came of it; "" for none."""


class Supervised:
    """Asks and wishes, each of which is repeated when a supervisor is lost over it. Use as a context, or `close` it.

    Any thread may ask; they take turns.
    """

    def __init__(self, repo: Path, progress: Told | None = None) -> None:
        """`progress` hears what the supervisor is at while it is waited for."""
        self.place = place_of(repo)
        self.progress = progress
        self._repo = repo
        self._line: Line | None = None
        self._turn = threading.Lock()
        self._work = WorkFrame()
        self._obeyed = False
        """A wish is under way that reads, and waits for the disk; of others the supervisor says it."""
        self._halts: int | None = None
        """How often the disk had taken nothing when it was given."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the supervisor."""
        if self._line is not None:
            self._line.close()

    @property
    def seq(self) -> int:
        """How far the journal went when it was asked first."""
        return self._line.welcome.seq if self._line is not None else 0

    @property
    def trouble(self) -> str:
        """What keeps the supervisor from its work, with the cure."""
        return self._work.trouble

    def obey(self, wish: AnyWish, who: str = "") -> str:
        """Have a wish carried out; returns the station that it was about. Raises as `reply` does."""
        return self.reply(wish, who=who).about

    def reply(self, wish: AnyWish, together: str = "", who: str = "") -> Reply:
        """Have a wish carried out; returns what it came to. Those with the same `together` are undone together.

        `who` wants it, where that is not the operator at this machine.

        Raises `HaltedError` for one that reads while the disk takes nothing, `RefusedError` for a refusal.
        """
        from sessions import operator

        command = operator.command(wish, together, who)
        self._obeyed, self._halts = isinstance(wish, Errand | ImportPaths), None
        try:
            reply = self._with(lambda line: line.obey(command))
        finally:
            self._obeyed = False
        if not reply.ok:
            raise RefusedError(reply.reason, reply.cure, reply.about)
        return reply

    def ask(self, question: Question[A]) -> list[A]:
        """The whole answer. Raises FactoryError with the reason when there is none."""
        return self._with(lambda line: line.ask(question))

    def tell(self, question: Question[A], heard: Callable[[A], None]) -> None:
        """As `ask`, with every part told as it comes; of a supervisor that is lost meanwhile it is not asked again."""
        begun = False

        def told(part: A) -> None:
            nonlocal begun
            begun = True
            heard(part)

        def ask(line: Line) -> None:
            if begun:
                raise FactoryError("the supervisor was lost amid its answer", "ask again")
            line.ask(question, told)

        self._with(ask)

    def one(self, question: Question[A]) -> A:
        """An answer of one part."""
        (part,) = self.ask(question)
        return part

    def _with(self, do: Callable[[Line], R]) -> R:
        with self._turn:
            return self._tried(do)

    def _tried(self, do: Callable[[Line], R]) -> R:
        for left in reversed(range(TRIES)):
            try:
                if self._line is None:
                    self._line = self._opened()
                return do(self._line)
            except LostError:
                if self._line is not None:
                    self._line.close()
                    self._line = None
                if not left:
                    raise
        raise AssertionError

    def _opened(self) -> Line:
        try:
            return Line(self.place.socket, self._hear, fingerprint())
        except (FileNotFoundError, ConnectionRefusedError):
            self._start()
        except OSError as error:
            raise FactoryError(f"no supervisor can be reached ({error.strerror or error})", "see its socket") from error
        try:
            return Line(self.place.socket, self._hear, fingerprint())
        except OSError as error:
            raise LostError("the supervisor has ended at once", "see its log") from error

    def _start(self) -> None:
        from sessions.supervisor.process import Options, start

        if self.progress is not None:
            self.progress(Progress("starting the supervisor", 0, 0))
        start(self._repo, Options(brief=True))

    def _hear(self, work: WorkFrame) -> None:
        self._work = work
        if self.progress is not None and work.progress is not None:
            self.progress(work.progress)
        if not work.halted:
            self._halts = 0
        elif self._halts is None:
            self._halts = work.tries  # a command has it tried again, which is waited for
        elif self._obeyed and work.tries > self._halts:
            raise HaltedError(work.trouble)
