"""Who asks: questions of stations of ours, agents that wait for a person, and signals. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sessions.floor.ours.lives import Asks, Life
from sessions.floor.ours.owned import Question
from sessions.floor.state import Status
from sessions.floor.triage.case import Case, Cause, Kind
from sessions.floor.triage.causes.rule import Found, Said, Where
from sessions.floor.triage.judging.looked import OF_PROVIDERS, UNKNOWN, Looked, alike, group_of, millis

SPENT = "its budget "
"""How the reason begins of whoever rests for its budget."""
_ENDED = (Life.KILLED, Life.STOPPED)
CALLS = "REQUIRES_INTERVENTION"
"""The signal that asks for somebody to come: so the reason of whoever raised it begins."""
WIDER = Found(Cause.SCOPE, "asks for more")


def questions(looked: Looked) -> Iterator[Case]:
    """What its agent asks and waits for, each question once."""
    for question in looked.owned.questions.values() if looked.owned is not None else ():
        yield _question(looked, question)


def _question(looked: Looked, question: Question) -> Case:
    wider = question.asks is Asks.SCOPE
    kind = Kind.SCOPE if wider else Kind.PERMISSION
    first = next((line for line in question.text.splitlines() if line.strip()), "")
    title = first if question.asks is Asks.WORDS else f"{question.tool}: {first}".strip(": ")
    said = question.said.strip().splitlines()
    lines = [
        f"asked by its sub-agent {question.subagent}" * bool(question.subagent),
        f"would write {', '.join(question.paths[:3])}" * bool(question.paths),
        f"said before: {said[-1]}" if said else "",
    ]
    asked = f"{question.tool}\n{question.text}\n{question.paths if wider else ''}"
    return looked.case(
        kind,
        f"question:{question.id}",
        question.asked,
        title or "asks",
        lines,
        WIDER if wider else UNKNOWN,
        about=question.id,
        group="" if question.asks is Asks.WORDS else alike(kind.value, question.asks.value, asked),
    )


def calls(looked: Looked) -> Iterator[Case]:
    """It asked for somebody to come, and was asked for nothing since: also when it went on, or ended its turn."""
    known = looked.owned
    if known is None or not known.called or known.life in _ENDED:
        return
    found = looked.cause(Said(Where.WORDS, known.calls))
    what, title = f"signal:{millis(known.called)}", known.calls or "asks for somebody to come"
    yield looked.case(Kind.SIGNAL, what, known.called, title, found=found)


def needs(looked: Looked) -> Iterator[Case]:
    """It waits for a person, and what it asks cannot be answered from here; or it asked for somebody to come."""
    told, known = looked.station.evidence, looked.owned
    if told.status is not Status.NEEDS_ME or not looked.is_recent or (known is not None and known.questions):
        return
    if told.reason.startswith(SPENT) or (known is not None and known.share >= 1):
        return  # that is a case of its budget
    if known is not None and known.called == told.since:
        return  # it asked for somebody to come
    at = millis(told.since)
    if told.reason.startswith(CALLS):
        words = told.reason.removeprefix(CALLS).strip()
        found = looked.cause(Said(Where.WORDS, words))
        yield looked.case(Kind.SIGNAL, f"signal:{at}", told.since, words or "asks for somebody to come", found=found)
        return
    found = looked.cause(Said(Where.WORDS, told.reason))
    if found.cause in OF_PROVIDERS:
        group = group_of(looked, Kind.PROVIDER, found, told.reason)
        yield looked.case(Kind.PROVIDER, f"held:{at}", told.since, told.reason, found=found, group=group)
        return
    running = [f"{tool.tool} {tool.detail}" for tool in looked.station.running.values()][-1:]
    guess = "a guess, by the words that its turn ends with" * told.guess
    yield looked.case(Kind.PERMISSION, f"needs:{at}", told.since, told.reason, (*running, guess), found)
