"""Any program in a terminal. What it does is known from its process and from the signals that it sends, and guessed
from nothing else; it is spoken with by whoever attaches to it."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from sessions.errors import FactoryError
from sessions.floor.events import Event
from sessions.stations.boundary.system import is_seen
from sessions.stations.contract import CONTRACT, Ability, Brief, Decision, Launch, Say, Signal, Usable
from sessions.stations.signals import hook, plain
from sessions.text import clean

TASK = "{task}"
"""In the words of a command: the text of the task."""
TASK_VARIABLE = "FACTORY_TUI_TASK"
"""Environment variable with the same text."""
CURE = "give it one, such as --option command='mini -y -t {task}'"


def unseen(options: Mapping[str, str]) -> str:
    """What of a command line is not seen inside a boundary although it is there outside, in words; "" for nothing."""
    with contextlib.suppress(ValueError, OSError):
        for word in shlex.split(options.get("command", ""))[1:]:
            path = Path(word)
            if path.is_absolute() and path.is_file() and not is_seen(path):
                return (
                    f" (of {clean(word, 200)} it sees nothing: a script is seen where it is the command's first word)"
                )
    return ""


class Command:
    """The kind `command`. Its option `command` is the command line; no shell reads it."""

    contract = CONTRACT
    name = "command"
    title = "any command"
    abilities = frozenset({Ability.ATTACH})
    options: Mapping[str, str] = {"command": "its command line, with {task} where the task belongs"}

    def usable(self, environment: Mapping[str, str]) -> Usable:
        return Usable(True)

    def launch(self, brief: Brief, outbox: Path) -> Launch:
        """Raises `FactoryError` for a command line that is none."""
        try:
            words = shlex.split(brief.options.get("command", ""))
        except ValueError as error:
            raise FactoryError(f"its command is no command line ({error})", "quote it as for a shell") from error
        if not words:
            raise FactoryError("a station of this kind needs a command", CURE)
        return Launch(
            argv=tuple(word.replace(TASK, brief.prompt) for word in words),
            environment={
                "HOME": brief.home,
                TASK_VARIABLE: brief.prompt,
                hook.OUTBOX: str(outbox),
                hook.AGENT: self.name,
            },
        )

    def say(self, text: str, session: str) -> Say:
        raise FactoryError("a command takes no prompts: it does not say when it listens", "attach and type it")

    def interrupt(self) -> bytes:
        """None: what Ctrl-C does to a program is not known."""
        return b""

    def heard(self, signal: Signal, session: str) -> Sequence[Event]:
        return plain.heard(signal, session)

    def reply(self, signal: Signal, decision: Decision, reason: str) -> bytes:
        return plain.reply(decision, reason)


COMMAND = Command()
