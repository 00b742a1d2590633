"""What an adapter speaks with: the events of one station, with their time and source, and its transcript beside them.

Streamed text is no event a token: what comes within `PACE_S` is one, and the end of a message ends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from sessions.floor import events as ev
from sessions.floor.events import Event
from sessions.floor.identity import UsageSource
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe.factory import lines as ft
from sessions.observe.lines import Who
from sessions.stations.contract import Bounded, Tell
from sessions.stations.hosting.transcript import Transcript
from sessions.text import EXCERPT, clean, clean_lines

PACE_S, ALIVE_S = 0.25, 2.0
TOLD = EXCERPT
"""Characters of a message that are told of it while it is said: the floor shows them."""
LONGEST_QUESTION = 64_000
"""Characters of a question, of which every line is made harmless."""


class Voice:
    """Tells what one station does. Its methods for what is common write the transcript too."""

    def __init__(
        self, station: str, kind: str, tell: Tell, transcript: Transcript, now: Callable[[], float] = time.time
    ) -> None:
        self.transcript = transcript
        self.session = ""
        self._station, self._kind, self._tell, self._now = station, kind, tell, now
        taker: object = tell
        self._bounded = taker if isinstance(taker, Bounded) else None
        self.heard: Callable[[ft.AnyLine], None] | None = None
        """Is told each line of the transcript as it is written."""
        self._pending = False
        """Some of the text is not told yet."""
        self._last = ""
        """The end of the message so far, and whether it has a beginning before that."""
        self._longer = False
        self._whole: list[str] = []
        """The text of the message so far."""
        self._told = self._active = 0.0

    @property
    def who(self) -> Who:
        """What every event of the station bears, now."""
        return {
            "time": self._now(),
            "source": f"{self._kind}:{self.session[:8]}",
            "station": self._station,
            "session": self.session,
        }

    def say(self, *events: Event) -> None:
        """It happened, after all that was said before."""
        self._tell((*self._said(), *events))

    def put(self, line: ft.AnyLine) -> None:
        """It stands in the transcript."""
        self.transcript.put(line)
        if self.heard is not None:
            self.heard(line)

    async def room(self) -> None:
        """Wait until more may be told; to be called before each reading from an agent."""
        if self._bounded is not None:
            await self._bounded.room()

    def opened(
        self, session: str, path: str, *, model: str = "", title: str = "", version: str = "", directory: str = ""
    ) -> None:
        """The conversation began, or is gone on with: nobody else seats it, and only this voice tells what it uses."""
        self.session = session
        self.put(
            ft.Session(
                time=self._now(),
                session=session,
                kind=self._kind,
                version=version,
                model=model,
                directory=directory,
            )
        )
        self.say(
            ev.SessionClaimed(**self.who, usage=UsageSource.OWNER),
            ev.SessionOpened(**self.who, path=path, title=clean(title), version=clean(version, 40)),
        )

    def taken(self, prompt: str, text: str) -> None:
        """A request is there; it may have to wait for the turn under way."""
        self.put(ft.Prompt(time=self._now(), id=prompt, text=text))

    def prompted(self, prompt: str, text: str) -> None:
        """The turn of a request that was taken begins."""
        self.put(ft.Turn(time=self._now(), prompt=prompt))
        self.say(ev.TurnStarted(**self.who, text=clean(text), prompt=prompt))

    def text(self, chunk: str) -> None:
        """A piece of what the agent says."""
        last = self._last + chunk
        self._longer |= len(last) > TOLD
        self._last, self._pending = last[-TOLD:], True
        self._whole.append(chunk)
        if self._now() - self._told >= PACE_S:
            self.say()

    def text_over(self, message: str = "") -> str:
        """The message is over; returns its whole text."""
        whole = "".join(self._whole)
        self._whole.clear()
        if whole.strip():
            self.put(ft.Text(time=self._now(), text=whole, message=message))
        self.say()
        self._begin_text()
        return whole

    def text_dropped(self, why: str) -> None:
        """What was said of the message so far is no part of the conversation: it is said anew."""
        whole = "".join(self._whole)
        self._whole.clear()
        if whole.strip():  # where nothing was said nothing is missed: that it failed is told where it ends, or waits
            self.note(f"{why}: {whole}", failed=True)
        self.say()
        self._begin_text()

    def thought(self, text: str, message: str = "") -> None:
        """What the agent thought."""
        if text.strip():
            self.put(ft.Thinking(time=self._now(), text=text, message=message))
            self.say(ev.ActivitySeen(**self.who))

    def called(self, line: ft.Tool, detail: str, files: Sequence[str] = ()) -> None:
        """A tool is used; `files` are those that it writes."""
        self.put(line)
        self.began(line, detail, files)

    def began(self, line: ft.Tool, detail: str, files: Sequence[str] = ()) -> None:
        """The use of a tool, which stands in the transcript, begins."""
        self.say(
            ev.ToolCalled(
                **self.who,
                tool=clean(line.tool, 80),
                call=clean(line.call, 200),
                detail=clean(detail),
                file=clean(files[0], 1_000) if files else "",
                more_files=tuple(clean(file, 1_000) for file in files[1:100]),
            )
        )

    def came(self, call: str, text: str, *, failed: bool = False, diff: str = "", detail: str = "") -> None:
        """A tool came back."""
        self.put(ft.Result(time=self._now(), call=call, text=text, failed=failed, diff=diff))
        words = clean(detail or text) if failed or detail else ""
        self.say(ev.ToolFinished(**self.who, call=clean(call, 200), failed=failed, detail=words))

    def used(
        self,
        call: str,
        model: str,
        tokens: Tokens,
        *,
        cost: float | None = None,
        certainty: Certainty = Certainty.EXACT,
        window: int = 0,
        calls: int = 1,
        whole: bool = True,
    ) -> None:
        """A model call used tokens; where they are not the whole of it, they say nothing of the context."""
        self.put(ft.Usage(time=self._now(), call=call, model=model, tokens=tokens, cost=cost, certainty=certainty))
        self.say(
            ev.TokensUsed(
                **self.who,
                tokens=tokens,
                call=call,
                calls=calls,
                model=clean(model, 100),
                cost=cost,
                certainty=certainty,
                context=tokens.context if whole else 0,
                window=window,
            )
        )

    def asked(self, question: ev.QuestionAsked) -> None:
        """It waits for the operator. The text is made harmless here."""
        text = "\n".join(clean_lines(question.text, LONGEST_QUESTION))[:LONGEST_QUESTION]
        if (more := len(question.text) - LONGEST_QUESTION) > 0:
            text = f"{text[:-60]}\n… {more:,} more characters, which the transcript has"
        self.note(f"asks for permission: {question.tool}")
        self.say(replace(question, text=text, said=clean(question.said, 2_000)))

    def alive(self) -> None:
        """Something goes on that is no fact of its own; told now and then."""
        now = self._now()
        if now - self._active >= ALIVE_S:
            self._active = now
            self.say(ev.ActivitySeen(**self.who))

    def note(self, text: str, failed: bool = False) -> None:
        """Something beside the conversation."""
        self.put(ft.Note(time=self._now(), text=text, failed=failed))

    def waits(self, reason: str) -> None:
        """It waits for a machine."""
        self.note(reason)
        self.say(ev.MachineAwaited(**self.who, reason=clean(reason)))

    def finished(self, *, interrupted: bool = False) -> None:
        """The turn is over."""
        self.text_over()
        self.put(ft.End(time=self._now(), interrupted=interrupted))
        self.transcript.sync()
        self.say(ev.TurnFinished(**self.who, interrupted=interrupted))

    def failed(self, reason: str) -> None:
        """The turn ended in an error."""
        self.text_over()
        self.put(ft.End(time=self._now(), reason=reason))
        self.transcript.sync()
        self.say(ev.TurnFailed(**self.who, reason=clean(reason)))

    def closed(self) -> None:
        """The conversation is over for this process; its transcript can be gone on with."""
        self.say(ev.SessionClosed(**self.who))
        self.transcript.close()

    def _said(self) -> tuple[Event, ...]:
        """What of the text is due before anything else is told: the message so far, or its end where it is long."""
        if not self._pending:
            return ()
        text = self._last
        if self._longer:
            text = "… " + text[-TOLD + 2 :].partition(" ")[2]
        text = clean(text)
        self._pending = False
        self._told = self._now()
        return (ev.TextWritten(**self.who, text=text),) if text else ()

    def _begin_text(self) -> None:
        self._last, self._longer = "", False


def voice_of(station: str, kind: str, tell: Tell, path: str) -> Voice:
    """A voice with the transcript at `path`."""
    return Voice(station, kind, tell, Transcript(Path(path)))
