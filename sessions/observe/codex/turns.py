"""The turns of a Codex session: what was asked, how it ended, and whom the agent waits for."""

from __future__ import annotations

from sessions.floor import events as ev
from sessions.observe.codex import lines as cx
from sessions.observe.codex.session import Session
from sessions.observe.questions import PLAN, asked_by
from sessions.observe.words import safe
from sessions.text import clean

ASKS = {
    "exec_approval_request": "approval",
    "apply_patch_approval_request": "approval of a patch",
    "request_permissions": "permissions",
    "request_user_input": "question",
    "elicitation_request": "question of a tool",
}
"""Events with which the agent asks a person, and for what."""


class Turns:
    """Reads the events that begin and end turns."""

    def __init__(self, session: Session) -> None:
        self._session, self._seen = session, session.seen

    def task_started(self, event: cx.EventMsg) -> None:
        seen = self._seen
        seen.tasks, seen.asked, seen.failed, seen.asks = True, False, False, ""
        seen.window = event.model_context_window or seen.window
        if event.turn_id:
            self._session.turned(safe(event.turn_id))
        self._session.pulse(at_once=True)

    def user_message(self, event: cx.EventMsg) -> None:
        self.asked(event.message or "", event.turn_id)

    def asked(self, text: str, turn: str | None) -> None:
        """A request begins a turn; what is added while the turn runs does not."""
        seen = self._seen
        if turn:
            self._session.turned(safe(turn))
        if seen.asked and seen.tasks:
            self._session.pulse(at_once=True)
            return
        seen.asked, seen.failed, seen.text, seen.asks = True, False, "", ""
        if self._session.speaks():
            self._session.say(ev.TurnStarted(**self._session.who(), text=clean(text)))

    def task_complete(self, event: cx.EventMsg) -> None:
        """The end of a turn is written after an error, too; it does not make it good."""
        seen = self._seen
        failed, seen.failed, seen.asked = seen.failed, False, False
        error = cx.trouble(event.error)
        if error and not failed:
            self._failed(error)
        elif not failed and self._session.speaks():
            self._session.say(ev.TurnFinished(**self._session.who()))
            self._leaves_a_question(event.last_agent_message or "")

    def planned(self) -> None:
        """The turn has made a plan, which newer versions tell apart from what the agent says about it."""
        if self._session.speaks():
            self._seen.asks = PLAN
            self._session.pulse()

    def _leaves_a_question(self, last: str) -> None:
        """A plan waits for a yes; a last word that asks something probably waits for an answer."""
        if PLAN in last or self._seen.asks == PLAN:
            self._session.person("a plan to approve")
        elif asks := self._seen.asks or asked_by(last):
            self._session.person(asks, guess=True)

    def error(self, event: cx.EventMsg) -> None:
        self._seen.failed = True
        self._failed(event.message or "error")

    def aborted(self, event: cx.EventMsg) -> None:
        self._seen.failed, self._seen.asked = True, False
        if event.reason != "interrupted":
            self._failed(event.reason or "aborted")
        elif self._session.speaks():
            self._session.say(ev.TurnFinished(**self._session.who(), interrupted=True))

    def _failed(self, reason: str) -> None:
        if self._session.speaks():
            self._session.say(ev.TurnFailed(**self._session.who(), reason=clean(reason)))

    def stream_error(self, event: cx.EventMsg) -> None:
        """Codex writes it as it tries again; giving up is an `error`."""
        if self._session.speaks():
            self._session.say(ev.MachineAwaited(**self._session.who(), reason=clean(event.message or "stream error")))

    def approval(self, event: cx.EventMsg) -> None:
        command = event.command if isinstance(event.command, str) else " ".join(event.command or ())
        question = " ".join(q.question for q in event.questions or ())
        what = question or command or event.reason or event.message or event.server_name or ""
        self._session.person(f"{ASKS.get(event.type, 'answer')}: {what}" if what else ASKS.get(event.type, "answer"))
