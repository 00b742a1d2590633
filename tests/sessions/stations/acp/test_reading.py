"""Updates of any shape: nothing breaks the reading, nothing harmful comes out of it, and nothing is lost in silence."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.scope import Held, HeldBy
from sessions.journal.codec import encoded
from sessions.observe.lines import Who
from sessions.stations.acp.asking import OPEN, Asking
from sessions.stations.acp.fields import Fields, fields
from sessions.stations.acp.questions import MOST, Question, question
from sessions.stations.acp.quirks import Quirks
from sessions.stations.acp.reading import Reading
from sessions.stations.acp.telling import Telling
from sessions.stations.acp.tools import Use
from sessions.stations.acp.transcript import Keeping
from sessions.stations.acp.usage.metering import Metering
from sessions.stations.contract import Decision
from sessions.stations.hosting.transcript import Transcript
from tests.support.agents.foreign import anything, updates
from tests.support.agents.pricing import FREE
from tests.support.agents.talk import brief

PLAIN = Quirks()


def who(time: float = 1.0) -> Who:
    return Who(time=time, source="acp:1", station="s", session="1")


def reading(quirks: Quirks = PLAIN) -> Reading:
    return Reading(quirks, Metering(quirks, FREE), "/work")


@given(st.lists(updates, max_size=8), st.dictionaries(st.text(max_size=12), anything, max_size=6))
def test_any_updates_make_events_that_the_journal_takes(
    given_: list[dict[str, object]], asked: dict[str, object]
) -> None:
    read = reading()
    read.began()
    told: list[ev.Event] = []
    for number, update in enumerate(given_):
        told += read.update(update, who(float(number)))
    use, more = read.about(asked, who(9.0))
    told += more
    if use is not None:
        assert len(question({"options": asked}, use, read.said).text) <= MOST
    told += read.over(who(10.0), broken=False)
    called = [event.call for event in told if isinstance(event, ev.ToolCalled)]
    assert len(called) == len(set(called))
    finished = [event.call for event in told if isinstance(event, ev.ToolFinished)]
    assert set(finished) <= set(called)
    for body in encoded(told).bodies:
        assert b"\\u001b" not in body and "\u202e".encode() not in body


def chunk(text: str, message: str = "m") -> dict[str, object]:
    return {"sessionUpdate": "agent_message_chunk", "messageId": message, "content": {"type": "text", "text": text}}


def words(events: list[ev.Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, ev.TextWritten)]


def test_words_are_told_together_until_some_time_has_passed_or_something_else_comes() -> None:
    read = reading()
    read.began()
    assert words([event for word in ["one", "two"] for event in read.update(chunk(word + " "), who(1.0))]) == []
    assert read.holds
    assert words(read.update(chunk("three "), who(1.5))) == ["one two three"]
    assert words(read.update(chunk("four"), who(1.6))) == []
    assert words(read.update(chunk("five", "another"), who(1.7))) == ["four"]
    told = read.update({"sessionUpdate": "tool_call", "toolCallId": "c", "rawInput": {"command": "ls"}}, who(1.8))
    assert [type(event) for event in told] == [ev.TextWritten, ev.ToolCalled]
    assert not read.holds


def test_a_tool_is_told_once_when_enough_of_it_is_known() -> None:
    read = reading(Quirks(tool_first=True))
    read.began()
    start = {"sessionUpdate": "tool_call", "toolCallId": "c", "title": "write", "kind": "edit", "status": "pending"}
    assert read.update(start, who()) == []
    update = {"sessionUpdate": "tool_call_update", "toolCallId": "c", "locations": [{"path": "a/../b.py"}]}
    (told,) = read.update(update, who())
    assert isinstance(told, ev.ToolCalled)
    assert (told.tool, told.file) == ("write", "/work/b.py")
    assert read.update({**update, "title": "more", "status": "in_progress"}, who()) == []


@pytest.mark.parametrize("broken", [False, True])
def test_what_was_announced_and_never_told_more_of_is_told_when_the_turn_is_over(broken: bool) -> None:
    read = reading()
    read.began()
    read.update({"sessionUpdate": "tool_call", "toolCallId": "c", "title": "Preparing", "status": "pending"}, who())
    called, finished = read.over(who(), broken)
    assert isinstance(called, ev.ToolCalled) and isinstance(finished, ev.ToolFinished)
    assert finished.failed is broken  # a file that it was to write is not one that was written


def test_what_is_unknown_is_told_at_once_and_then_counted() -> None:
    read = reading()
    read.began()
    first = read.update({"sessionUpdate": "state_update"}, who())
    more = [event for _ in range(5) for event in read.update({"sessionUpdate": "state_update"}, who())]
    last = read.over(who(), broken=False)
    assert [(event.reason, event.count, event.detail) for event in first if isinstance(event, ev.SourceSkipped)] == [
        ("unknown update", 1, "state_update")
    ]
    assert more == []
    assert [event.count for event in last if isinstance(event, ev.SourceSkipped)] == [5]


def asks(*options: tuple[str, str], **fields: object) -> Question:
    use = Use("c")
    use.learn({"toolCallId": "c", **fields}, "/work", title_is_tool=False)
    listed = [{"optionId": name, "kind": kind} for name, kind in options]
    return question({"options": listed}, use, "")


def test_always_never_means_more_than_this_conversation() -> None:
    wide = asks(("bypassPermissions", "allow_always"), ("allow_always_permanent", "allow_always"))
    assert not wide.always
    with pytest.raises(FactoryError, match="only be allowed once"):
        wide.choose(Decision.ALWAYS)
    both = asks(("bypass", "allow_always"), ("session", "allow_always"))
    assert both.choose(Decision.ALWAYS) == {"outcome": {"outcome": "selected", "optionId": "session"}}


def test_a_no_is_a_no_whatever_is_offered() -> None:
    cancelled = {"outcome": {"outcome": "cancelled"}}
    assert asks(("yes", "allow_once")).choose(Decision.DENY) == cancelled
    assert asks(("never", "reject_always")).choose(Decision.EXPIRE)["outcome"] == {
        "outcome": "selected",
        "optionId": "never",
    }
    with pytest.raises(FactoryError, match="for good"):
        asks(("yes", "allow_always")).choose(Decision.ALLOW)


def test_a_question_shows_the_whole_command_and_no_more_than_fits() -> None:
    command = "\n".join(f"line {number} \x1b[2J" for number in range(10_000))
    shown = asks(title="run", kind="execute", rawInput={"command": command}).text
    assert shown.startswith("run\nline 0 \nline 1 \n")
    assert "\x1b" not in shown
    assert len(shown) <= MOST
    assert shown.endswith("lines more")


def test_a_question_shows_words_that_a_tool_is_given_without_names() -> None:
    assert asks(title="Apply patch", rawInput="*** Begin Patch\n-old").text == "Apply patch\n*** Begin Patch\n-old"


def test_a_question_shows_what_changes_with_the_lines_around_it() -> None:
    old = "".join(f"line {number}\n" for number in range(100))
    part = {"type": "diff", "path": "/work/a", "oldText": old, "newText": old.replace("line 50\n", "line fifty\n")}
    lines = asks(title="Edit a", kind="edit", content=[part], rawInput={"x": 1}).text.split("\n")
    assert lines[:2] == ["Edit a", "/work/a"]
    assert ("-line 50" in lines, "+line fifty" in lines, "line 0" in lines, len(lines)) == (True, True, False, 11)
    assert "nothing in it changes" in asks(content=[{**part, "newText": old}]).text


def test_an_agent_that_asks_too_much_at_once_is_told_no_and_may_ask_again(tmp_path: Path) -> None:
    async def scene() -> tuple[list[ev.Event], list[Fields]]:
        told: list[ev.Event] = []
        read, keeping = reading(), Keeping(Transcript(tmp_path / "t.jsonl"))
        of = replace(brief(tmp_path), held=Held(HeldBy.BUBBLEWRAP))
        asking = Asking(of, Telling(of.station, told.extend, read, keeping), read, keeping)
        options = [{"optionId": "yes", "kind": "allow_once"}, {"optionId": "no", "kind": "reject_once"}]

        def ask(number: int) -> asyncio.Task[Fields]:
            call = {"toolCallId": f"c{number}", "title": "run", "kind": "execute", "rawInput": {"command": "ls"}}
            return asyncio.create_task(asking.ask({"toolCall": call, "options": options}, ""))

        waiting = [ask(number) for number in range(OPEN)]
        answers = [await ask(OPEN)]
        asked = [event for event in told if isinstance(event, ev.QuestionAsked)]
        asking.answer(asked[0].question, Decision.ALLOW, "")
        answers.append(await waiting[0])
        again = ask(OPEN + 1)
        await asyncio.sleep(0)
        asking.drop("over")
        await asyncio.gather(*waiting, again)
        return told, answers

    told, answers = asyncio.run(scene())
    assert [fields(answer, "outcome").get("optionId") for answer in answers if isinstance(answer, dict)] == [
        "no",
        "yes",
    ]
    assert len([event for event in told if isinstance(event, ev.QuestionAsked)]) == OPEN + 1
