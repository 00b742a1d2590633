"""What a task means that somebody wrote: one reading for all forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from sessions.floor import patterns
from sessions.floor.scope import Budget
from sessions.floor.scopes.sets import useless
from sessions.floor.tasks import most
from sessions.floor.tasks.sources import amounts, lists
from sessions.floor.tasks.sources.fault import Fault, WrongValueError
from sessions.floor.tasks.sources.written import SEVERAL, Value, Written
from sessions.floor.tasks.task import Check, Source, TaskSpec
from sessions.text import clean, clean_lines

_DEFAULT = TaskSpec("")
_T = TypeVar("_T")


def spec_of(written: Written, source: Source, faults: list[Fault]) -> TaskSpec | None:
    """What is meant; None when something is wrong, which is in `faults` then. `after` is as it was written."""
    before, read = len(faults), _Reader(written, faults)
    title, text = read.once("title", str, ""), read.once("text", _text, "")
    if not (shown := clean(title, most.TITLE_CHARS)):
        read.fault("title", written.line, WrongValueError("there is none", "say in a line what is to be done"))
    if len(clean(title, 2 * most.TITLE_CHARS)) > most.TITLE_CHARS:
        text = "\n\n".join(filter(None, ["\n".join(clean_lines(title.strip())), text]))
    check = Check(
        commands=read.several("check", _command, most.COMMANDS),
        must=read.patterns("must"),
        must_not=read.patterns("must_not"),
        most_files=read.once("files", amounts.whole, 0),
        most_lines=read.once("lines", amounts.whole, 0),
        seconds=read.once("seconds", _limit, _DEFAULT.check.seconds),
    )
    spec = TaskSpec(
        shown,
        text,
        check,
        write=read.patterns("scope"),
        role=read.once("role", lambda role: clean(role, most.ROLE_CHARS), ""),
        budget=read.once("budget", amounts.budget, Budget()),
        priority=read.once("priority", lambda text: amounts.whole(text, -most.PRIORITY, most.PRIORITY), 0),
        retries=read.once("retries", lambda text: amounts.whole(text, 0, most.RETRIES), _DEFAULT.retries),
        after=tuple(dict.fromkeys(read.several("after", _names, most.AFTER))),
        source=source,
        origin=f"{clean(written.file)}:{written.line}",
    )
    return spec if len(faults) == before else None


class _Reader:
    """Reads values, and notes what is wrong with them."""

    def __init__(self, written: Written, faults: list[Fault]) -> None:
        self._written, self._faults = written, faults

    def fault(self, key: str, line: int, error: WrongValueError) -> None:
        self._faults.append(Fault(self._written.file, line, key, error.wrong, error.cure))

    def _values(self, key: str) -> list[Value]:
        found = [value for value in self._written.values.get(key, ()) if value.text.strip()]
        if len(found) > 1 and key not in SEVERAL:
            self.fault(key, found[1].line, WrongValueError("it is there twice", "leave one of the two"))
        return found

    def once(self, key: str, meaning: Callable[[str], _T], none: _T) -> _T:
        """What the value at a key means; `none` where there is none, or it is wrong."""
        for value in self._values(key)[:1]:
            try:
                return meaning(value.text if key == "text" else value.text.strip())
            except WrongValueError as error:
                self.fault(key, value.line, error)
        return none

    def several(self, key: str, meaning: Callable[[Value], Iterator[str]], limit: int) -> tuple[str, ...]:
        """The same of one that may have many values."""
        found = list[str]()
        for value in self._values(key):
            try:
                found += meaning(value)
                if len(found) > limit:
                    raise WrongValueError(f"these are too many: {limit} are the most", "put them into a script")
            except WrongValueError as error:
                self.fault(key, value.line, error)
                break
        return tuple(found)

    def patterns(self, key: str) -> tuple[str, ...]:
        """The same of patterns, each as it is written in a scope."""
        values, found = self._values(key), list[str]()
        for value in values:
            try:
                found += [value.text] if value.alone else lists.globs(value.text)
            except WrongValueError as error:
                self.fault(key, value.line, error)
        try:
            normal = patterns.normalised(found)
            if nothing := useless(normal):
                raise patterns.PatternError(f"{nothing} takes away nothing: write it behind what it takes away from")
        except patterns.PatternError as error:
            wrong, _, cure = str(error).partition(": ")
            self.fault(key, values[0].line, WrongValueError(wrong, cure))
            return ()
        return normal


def _text(text: str) -> str:
    if len(text) > most.TEXT_CHARS:
        cure = "put it into a file of the repository, and name that"
        raise WrongValueError(f"it is too long: {most.TEXT_CHARS:,} characters are the most", cure)
    return "\n".join(line.rstrip() for line in clean_lines(text)).strip("\n")


def _command(value: Value) -> Iterator[str]:
    command = value.text.replace("\r\n", "\n").strip()
    if len(command) > most.COMMAND_CHARS:
        raise WrongValueError(f"it is too long: {most.COMMAND_CHARS:,} characters are the most", "put it into a script")
    if "\n".join(clean_lines(command)) != command.replace("\t", "    "):
        raise WrongValueError("it has letters that cannot be seen", "take them out, or put them into a script")
    yield command


def _limit(text: str) -> float:
    limit = amounts.seconds(text)
    if not limit:
        raise WrongValueError("no command ends in no time", "leave it out, or write a time such as 10m")
    return limit


def _names(value: Value) -> Iterator[str]:
    for name in [value.text] if value.alone else lists.parts(value.text):
        yield clean(name, most.TITLE_CHARS)
