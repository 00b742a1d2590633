"""A prompt is typed where the agent has said that it is idle, and taken when its own hook says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.errors import FactoryError
from sessions.floor.reports import Report
from sessions.stations.contract import Say, Signal
from sessions.stations.terminal import saying
from sessions.stations.terminal.claude import Claude
from sessions.stations.terminal.codex import Codex
from sessions.stations.terminal.saying import END, PASTE, Conversation, Taken, pasted


def submitted(prompt: str) -> Signal:
    return Signal("ship:1", "ship", "UserPromptSubmit", 5.0, {"prompt": prompt})


class Desk:
    """A terminal and a queue that take down what they are given, and an agent that may answer."""

    def __init__(self, kind: Claude | Codex, takes: Callable[[str], str] | None, code: int = 0) -> None:
        self.keys: list[bytes] = []
        self.ran: list[Sequence[str]] = []
        self.takes, self._code = takes, code
        self._text = "go"
        self.conversation = Conversation(kind, self._write, self._run)

    async def prompt(self, text: str, report: Report | None, asks: bool = False, attached: bool = False) -> Taken:
        self._text = text
        return await self.conversation.prompt(text, "s1", report, asks, attached)

    async def _write(self, keys: bytes, once: str, part: int) -> None:
        self.keys.append(keys)
        if keys == b"\r":
            self._answer()

    async def _run(self, argv: Sequence[str]) -> int:
        self.ran.append(argv)
        if not self._code:
            self._answer()
        return self._code

    def _answer(self) -> None:
        if self.takes is not None:
            asyncio.get_running_loop().call_soon(self.conversation.heard, submitted(self.takes(self._text)))


def test_typed_and_taken() -> None:
    desk = Desk(Claude(), lambda text: text.strip())
    before = desk.conversation.has_just_taken
    assert asyncio.run(desk.prompt("fix\nthe bug", Report.IDLE)) is Taken.TAKEN
    assert (before, desk.conversation.has_just_taken) == (False, True)
    assert b"".join(desk.keys) == b"\x13" + PASTE + b" fix\nthe bug " + END + b"\r"


@pytest.mark.parametrize(
    ("report", "asks", "attached", "why"),
    [
        (Report.IDLE, True, False, "waits for an answer"),
        (Report.NEEDS_ME, False, False, "waits for an answer"),
        (Report.WORKING, False, False, "it is working"),
        (None, False, False, "has not said yet"),
        (Report.IDLE, False, True, "somebody is at its terminal"),
    ],
)
def test_nothing_is_typed_on_a_guess(
    monkeypatch: pytest.MonkeyPatch, report: Report | None, asks: bool, attached: bool, why: str
) -> None:
    monkeypatch.setattr(saying, "BEGINS_S", 0.01)
    desk = Desk(Claude(), lambda text: text)
    with pytest.raises(FactoryError, match=why):
        asyncio.run(desk.prompt("go", report, asks, attached))
    assert desk.keys == []


def test_an_agent_that_has_just_been_started_is_waited_for() -> None:
    desk = Desk(Claude(), lambda text: text)

    async def scene() -> Taken:
        begun = Signal("ship:0", "ship", "SessionStart", 5.0, {"session_id": "s1"})
        asyncio.get_running_loop().call_soon(desk.conversation.heard, begun)
        return await desk.prompt("go", None)

    assert asyncio.run(scene()) is Taken.TAKEN


def test_what_the_agent_did_not_confirm_was_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saying, "TYPED_S", 0.05)
    for takes in (None, lambda _: "something else"):
        desk = Desk(Claude(), takes)
        with pytest.raises(FactoryError, match="did not take the prompt"):
            asyncio.run(desk.prompt("go", Report.IDLE))


def test_what_was_typed_before_it_listened_is_typed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent that has just been started may throw away what was typed; that it is still idle tells."""
    monkeypatch.setattr(saying, "LISTENS_S", 0.02)

    async def scene(still_idle: bool) -> list[bytes]:
        answers = [None, None, lambda text: text] if still_idle else [None]
        desk = Desk(Claude(), None)

        async def idle() -> bool:
            desk.takes = answers.pop(0) if answers else None
            return still_idle

        monkeypatch.setattr(saying, "TYPED_S", 60.0 if still_idle else 0.1)
        await desk.conversation.prompt("go", "s1", Report.IDLE, False, False, idle)
        return desk.keys

    assert asyncio.run(scene(True)).count(b"\r") == 4
    with pytest.raises(FactoryError, match="did not take"):
        asyncio.run(scene(False))


class Remembered:
    """A terminal whose keeper outlives who types: it has each part of a prompt typed once."""

    def __init__(self, dies_after: int) -> None:
        self.keys: list[bytes] = []
        self.parts, self.dies_after = 0, dies_after
        self.moved = False

    async def write(self, keys: bytes, once: str, part: int) -> None:
        assert once == "c1"
        if part == self.parts:
            self.keys.append(keys)
            self.parts += 1
        if self.parts == self.dies_after:
            self.dies_after = -1
            raise SystemError("killed")

    async def run(self, _: Sequence[str]) -> int:
        return 0

    async def prompt(self, report: Report, hears: bool) -> Taken:
        """Say it, as a supervisor that has just begun."""
        conversation = Conversation(Claude(), self.write, self.run)
        if hears:
            asyncio.get_running_loop().call_soon(conversation.heard, submitted("go"))
        return await conversation.prompt(
            "go", "s1", report, False, False, once="c1", moved=lambda parts: self.parts >= parts and self.moved
        )


@pytest.mark.parametrize("dies_after", [1, 2, 3])
@pytest.mark.parametrize("when", ["before it takes it", "it has taken it", "it is done"])
def test_what_a_supervisor_typed_that_died_over_it_is_typed_once(dies_after: int, when: str) -> None:
    """Between any two of its keys, and between the last one and the word of the agent's hook, told or not."""

    async def scene() -> None:
        desk = Remembered(dies_after)
        with pytest.raises(SystemError, match="killed"):
            await desk.prompt(Report.IDLE, hears=False)
        assert len(desk.keys) == dies_after
        whole = dies_after == 3
        desk.moved = whole and when != "before it takes it"
        report = Report.WORKING if whole and when == "it has taken it" else Report.IDLE
        assert await desk.prompt(report, hears=not desk.moved) is Taken.TAKEN
        assert b"".join(desk.keys) == b"\x13" + PASTE + b" go " + END + b"\r"

    asyncio.run(scene())


def test_what_was_taken_with_other_words_is_told() -> None:
    desk = Desk(Claude(), lambda text: f"old words {text}")
    with pytest.raises(FactoryError, match="with what stood in its input"):
        asyncio.run(desk.prompt("go", Report.IDLE))
    wrapped = Desk(Claude(), lambda text: f'\n\n<pasted_content id="0a">\n{text}\n</pasted_content>')
    assert asyncio.run(wrapped.prompt("a\nb", Report.IDLE)) is Taken.TAKEN


def test_a_prompt_waits_until_an_interrupt_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key after Escape, too soon, would be another key."""
    desk = Desk(Claude(), lambda text: text)

    async def scene() -> None:
        await asyncio.gather(desk.conversation.interrupt(), desk.prompt("go", Report.IDLE))

    monkeypatch.setattr(saying, "APART_S", 0.01)
    asyncio.run(scene())
    assert desk.keys[0] == b"\x1b"
    assert desk.keys[-1] == b"\r"


def test_a_command_of_the_agent_is_no_prompt() -> None:
    desk = Desk(Claude(), lambda text: text)
    with pytest.raises(FactoryError, match="command of its own"):
        asyncio.run(desk.prompt("  /exit", Report.IDLE))
    assert desk.keys == []


def test_codex_is_prompted_through_its_own_queue() -> None:
    desk = Desk(Codex(), lambda text: text)
    assert asyncio.run(desk.prompt("--go", None)) is Taken.TAKEN
    assert desk.ran == [("codex", "queue", "--thread=s1", "--message=--go")]
    assert asyncio.run(Desk(Codex(), None).prompt("go", Report.WORKING)) is Taken.QUEUED
    assert desk.keys == []
    with pytest.raises(FactoryError, match="queue did not take"):
        asyncio.run(Desk(Codex(), None, code=1).prompt("go", Report.IDLE))
    with pytest.raises(FactoryError, match="no conversation yet"):
        Codex().say("go", "")
    with pytest.raises(FactoryError, match="too long"):
        Codex().say("x" * 200_000, "s1")


def test_a_queue_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saying, "QUEUED_S", 0.02)

    async def scene(report: Report) -> None:
        async def run(_: Sequence[str]) -> int:
            await asyncio.Event().wait()
            return 0

        async def write(_: bytes, once: str, part: int) -> None:
            raise AssertionError("nothing is typed")

        conversation = Conversation(Codex(), write, run)
        with pytest.raises(FactoryError, match="did not take"):
            await conversation.prompt("go", "s1", report, False, False)

    for report in (Report.IDLE, Report.WORKING):
        asyncio.run(scene(report))


@given(st.text(max_size=40))
def test_nothing_in_a_prompt_is_a_key(text: str) -> None:
    keys = pasted(text)
    inner = keys.removeprefix(PASTE).removesuffix(END)
    assert len(inner) == len(keys) - len(PASTE) - len(END)
    assert all(letter in "\t\n" or letter.isprintable() or ord(letter) > 0x9F for letter in inner.decode())


@pytest.mark.parametrize("kind", [Claude(), Codex()])
def test_both_are_interrupted_by_escape(kind: Claude | Codex) -> None:
    assert kind.interrupt() == b"\x1b"
    assert isinstance(kind.say("go", "s1"), Say)
