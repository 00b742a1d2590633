"""A conversation as a model wants it, made of the lines of its transcript: live and after any end of its process.

Every use of a tool has its result, and right behind it: providers refuse what was broken off in the middle.
"""

from __future__ import annotations

from typing import Any

from sessions.observe.factory import lines as ft

Message = dict[str, Any]

BROKEN = "[It was broken off. It may have been done in part: look before you do it again.]"
"""What the model reads as the result of a tool of which none is known."""


class History:
    """Takes lines in order; everything it knows it knows from them."""

    def __init__(self) -> None:
        self.session = ""
        self.messages: list[Message] = []
        self.waiting: dict[str, str] = {}
        """Requests that were taken and not begun, by id."""
        self.prompts: set[str] = set()
        """All requests that were ever taken."""
        self.turn = ""
        """The request whose turn is not over; "" where none is."""
        self.usage: list[ft.Usage] = []
        self.begun: dict[str, ft.Calling] = {}
        """Calls of a model of which no usage is known."""
        self.told: dict[str, float] = {}
        """The share of each part of the budget that was told."""
        self.done, self.seconds = 0, 0.0
        """Requests that were done, not broken off; seconds of turns that are over."""
        self.open: dict[str, ft.Tool] = {}
        """Uses of a tool without a result."""
        self.asked: dict[str, str] = {}
        """Questions without an answer, by the use of a tool that they are about."""
        self.always: list[ft.Tool] = []
        """Uses of tools that were allowed with their like for good."""
        self._began = 0.0
        self._message = ""
        """What the last answer of the model is called."""

    def add(self, line: ft.AnyLine) -> None:
        """One more line."""
        self._converse(line)
        match line:
            case ft.Calling(call=call):
                self.begun[call] = line
            case ft.Usage(call=call):
                self.begun.pop(call, None)
                self.usage.append(line)
            case ft.Spent(share=share, what=what):
                self.told[what] = share
            case ft.Question(call=call, question=question):
                self.asked[call] = question
            case ft.Reply(call=call, decision=decision):
                self.asked.pop(call, None)
                if decision == "always" and call in self.open:
                    self.always.append(self.open[call])
            case ft.Result(call=call):
                self.asked.pop(call, None)

    def _converse(self, line: ft.AnyLine) -> None:
        match line:
            case ft.Session(session=session):
                self.session = session
            case ft.Prompt(id=prompt, text=text):
                self.waiting[prompt] = text
                self.prompts.add(prompt)
            case ft.Turn(prompt=prompt, time=time):
                self._close()
                self.messages.append({"role": "user", "content": self.waiting.pop(prompt, "")})
                self.turn, self._message, self._began = prompt, "", time
            case ft.Text(text=text, message=message):
                answer = self._answer(message)
                answer["content"] = (answer["content"] or "") + text
            case ft.Tool():
                self._call(line)
            case ft.Result(call=call, text=text):
                if self.open.pop(call, None) is not None:
                    self.messages.append({"role": "tool", "tool_call_id": call, "content": text or "[no output]"})
            case ft.End(interrupted=interrupted, time=time):
                self._close()
                self.seconds += max(0.0, time - self._began) if self._began else 0.0
                self.done += bool(self.turn) and not interrupted
                self.turn, self._began = "", 0.0
                if interrupted:
                    self.messages.append({"role": "user", "content": "[The operator interrupted you here.]"})

    def _call(self, tool: ft.Tool) -> None:
        if tool.call in self.open:
            return  # it stands there twice
        answer = self._answer(tool.message)
        function = {"name": tool.tool, "arguments": bytes(tool.arguments).decode()}
        answer.setdefault("tool_calls", []).append({"id": tool.call, "type": "function", "function": function})
        self.open[tool.call] = tool

    def _answer(self, message: str) -> Message:
        """The answer of the model that goes by this name; a new one where the last is another."""
        last = self.messages[-1] if self.messages else {}
        if last.get("role") == "assistant" and message == self._message:
            return last
        self._close()
        self._message = message
        self.messages.append({"role": "assistant", "content": ""})
        return self.messages[-1]

    def _close(self) -> None:
        """Give every use of a tool that has none a result."""
        for call in self.open:
            self.messages.append({"role": "tool", "tool_call_id": call, "content": BROKEN})
        self.open.clear()
