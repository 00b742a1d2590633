"""What the provider says. A script is a list of answers; which one is due follows from the request alone.

```json
{"scripts": {"worker-1": [{"text": "I look.", "calls": [{"tool": "read", "arguments": {"path": "a.py"}}]}, ...]},
 "default": [{"text": "Done."}]}
```
A request is for the script that bears the name of its model (after the last `/`) or of its key. The answer is the one
whose number is how many answers the request's conversation holds; past the end there is nothing to do any more.

`work` comes before that: whichever model is asked for what bears those words says what belongs to them, counted from
that request on. So a piece of work that was taken from one station can be done by another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from sessions.errors import FactoryError


class Trouble(StrEnum):
    """What can go wrong with an answer."""

    STATUS = "status"
    """An error with `status`, and `retry_after` where it is given."""
    CUT = "cut"
    """The connection ends after `after` pieces."""
    SILENCE = "silence"
    """Nothing comes any more after `after` pieces, and the connection stays."""
    GARBAGE = "garbage"
    """A piece that is no JSON, after `after` pieces."""


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Trouble with the first `times` attempts at an answer."""

    kind: Trouble
    status: int = 503
    retry_after: float = 0.0
    """Seconds; 0: nothing is said of it."""
    says: str = "by script"
    """The message of an error."""
    after: int = 0
    times: int = 1
    outage: str = ""
    """Whatever has the same one is in trouble together, for `lasts` seconds from the first on, and not by `times`."""
    lasts: float = 0.0


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tool that the model asks for."""

    tool: str
    arguments: Mapping[str, object] | str = {}
    """A text is sent as it is, so that it can be wrong."""

    @property
    def json(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else msgspec.json.encode(self.arguments).decode()


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer. `input` and `output` are what it uses; 0: a quarter of the characters that go and come."""

    text: str = ""
    thinking: str = ""
    calls: tuple[Call, ...] = ()
    delay: float = 0.0
    """Seconds before the first piece, and `pace` between two."""
    pace: float = 0.0
    piece: int = 24
    """Characters of a piece."""
    repeat: int = 1
    """How often the text is said."""
    fault: Fault | None = None
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def pieces(self) -> list[str]:
        """The text as it is streamed."""
        text = self.text * self.repeat
        return [text[at : at + self.piece] for at in range(0, len(text), self.piece)]


OVER = Step(text="There is nothing left to do.")


class Request(msgspec.Struct, frozen=True):
    """What a person asked for in a conversation."""

    text: str
    answers: int
    """How many there are since."""


class Due(msgspec.Struct, frozen=True):
    """An answer that is due."""

    step: Step
    eased: bool = False
    """It goes well, whatever trouble the script has for it."""


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a provider says."""

    scripts: Mapping[str, tuple[Step, ...]] = {}
    asked: Mapping[str, Step] = {}
    """The answer to a request that ends with a person's words, where these hold the key; before all scripts."""
    work: Mapping[str, tuple[tuple[Step, ...], ...]] = {}
    """By words of a request the answers to it when a conversation holds it for the first time, the second, and so on;
    the last of them from then on."""
    eases: str = ""
    """Words in a request with which its work goes well, and as it does in the end."""
    more: tuple[Step, ...] = (OVER,)
    """What is said again and again when all else is said."""
    default: tuple[Step, ...] = (OVER,)

    def step(self, names: tuple[str, ...], number: int, last: str = "") -> Step:
        """The answer with this number, of the first script that bears one of the names; `last` is what was asked."""
        for words, step in self.asked.items():
            if words in last:
                return step
        steps = next((self.scripts[name] for name in names if name in self.scripts), self.default)
        return _at(steps, self.more, number)

    def due(self, names: tuple[str, ...], requests: Sequence[Request], number: int, last: str = "") -> Due:
        """The answer to a conversation: of the newest of its requests that is for a piece of work, or as `step`."""
        for at in reversed(range(len(requests))):
            words = next((words for words in self.work if words in requests[at].text), "")
            if words and not any(each in last for each in self.asked):
                eased = bool(self.eases) and self.eases in requests[at].text
                times = sum(words in request.text for request in requests[:at])
                tries = self.work[words]
                steps = tries[-1] if eased else tries[min(times, len(tries) - 1)]
                since = sum(request.answers for request in requests[at:])
                return Due(_at(steps, self.more, since), eased)
        return Due(self.step(names, number, last))


def _at(steps: tuple[Step, ...], more: tuple[Step, ...], number: int) -> Step:
    return steps[number] if number < len(steps) else more[(number - len(steps)) % len(more)]


def load(path: Path) -> Script:
    """The script in a file of JSON. Raises `FactoryError`."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Script)
    except (OSError, msgspec.MsgspecError) as error:
        raise FactoryError(f"{path} is no script ({error})", "see sessions/simulation/provider/script.py") from error
