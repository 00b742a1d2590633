"""Whoever asks sleeps until it is answered, over restarts; and who has gone asks no longer."""

from __future__ import annotations

import asyncio
import json
import signal as signals
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.stations.contract import Decision
from sessions.stations.signals import hook, plain, questions
from sessions.stations.signals.outbox import Outbox
from tests.support.stations.signals import STATION, ended, environment, listening, names, speak, told

ASKED = {
    "hook_event_name": "PermissionRequest",
    "session_id": "s1",
    "tool_name": "Bash",
    "tool_input": {"command": "ls"},
}
ANSWER = hook.reply("PermissionRequest", "allow", "")


def given(**more: object) -> bytes:
    return json.dumps({**ASKED, **more}).encode()


def test_an_answer_from_outside_is_what_the_hook_prints(tmp_path: Path) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            process = speak(["hook"], environment(tmp_path / "out"), given())
            asked = await supervisor.question()
            assert asked.payload["tool_input"] == {"command": "ls"}
            assert supervisor.outbox.asked(asked.id) == asked
            await supervisor.outbox.answer(asked.id, ANSWER.encode())
            code, out, _ = await ended(process)
            assert (code, json.loads(out)) == (0, json.loads(ANSWER))
            with pytest.raises(FactoryError, match="nobody waits"):
                await supervisor.outbox.answer(asked.id, ANSWER.encode())
            assert names(tmp_path / "out" / STATION) == []
            assert supervisor.withdrawn == []

    asyncio.run(scene())


def test_a_question_outlives_the_supervisor(tmp_path: Path) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            process = speak(["hook"], environment(tmp_path / "out"), given())
            asked = await supervisor.question()
        async with listening(tmp_path / "out", supervisor.marks) as next_one:
            told(tmp_path / "out" / STATION, "on")
            await next_one.until(lambda: next_one.signals)
            assert next_one.questions == []
            assert next_one.outbox.questions.open == {asked.id}
            assert next_one.outbox.asked(asked.id) == asked
            await next_one.outbox.answer(asked.id, ANSWER.encode())
            assert (await ended(process))[0] == 0

    asyncio.run(scene())


def test_a_question_can_be_answered_before_anything_else_is_done(tmp_path: Path) -> None:
    """Also one that was committed, and of which nothing else was done yet when the supervisor died."""

    async def scene() -> None:
        outbox = Outbox(tmp_path / "out", {})
        outbox.follow(STATION)
        process = speak(["hook"], environment(tmp_path / "out"), given())
        batch = await anext(outbox.batches())
        outbox.close()
        next_one = Outbox(tmp_path / "out", batch.marks)
        next_one.follow_all()
        await next_one.answer(batch.signals[0].id, ANSWER.encode())
        assert (await ended(process))[0] == 0
        next_one.close()

    asyncio.run(scene())


def test_an_answer_is_not_lost_when_the_supervisor_dies_before_it_is_taken(tmp_path: Path) -> None:
    """Whoever asked rests: the answer lies with it, and is taken when it goes on."""

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            process = speak(["hook"], environment(tmp_path / "out"), given())
            asked = await supervisor.question()
            process.send_signal(signals.SIGSTOP)
            await supervisor.outbox.answer(asked.id, ANSWER.encode(), seconds=0.1)
        async with listening(tmp_path / "out", supervisor.marks) as next_one:
            told(tmp_path / "out" / STATION, "on")
            await next_one.until(lambda: next_one.signals)
            with pytest.raises(FactoryError, match="has been answered"):
                await next_one.outbox.answer(asked.id, b"")
            process.send_signal(signals.SIGCONT)
            assert json.loads((await ended(process))[1]) == json.loads(ANSWER)

    asyncio.run(scene())


@pytest.mark.parametrize("at_work", [True, False])
def test_a_question_ends_with_who_asked_it(tmp_path: Path, at_work: bool) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            process = speak(["hook"], environment(tmp_path / "out"), given())
            asked = await supervisor.question()
            if at_work:
                process.kill()
                await supervisor.until(lambda: supervisor.withdrawn)
        if not at_work:
            process.kill()
            process.wait()
        process.communicate()
        async with listening(tmp_path / "out", supervisor.marks) as next_one:
            if not at_work:
                await next_one.until(lambda: next_one.withdrawn)
            withdrawn = [*supervisor.withdrawn, *next_one.withdrawn]
            assert [(each.question, each.expired) for each in withdrawn] == [(asked.id, False)]
            assert names(tmp_path / "out" / STATION) == []

    asyncio.run(scene())


def test_the_hook_ends_when_whoever_reads_its_answer_has_gone(tmp_path: Path) -> None:
    """An agent that is killed leaves its hook behind, which nobody would ever end."""

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            process = speak(["hook"], environment(tmp_path / "out"), given())
            await supervisor.question()
            assert process.stdout is not None
            process.stdout.close()
            await supervisor.until(lambda: supervisor.withdrawn)
            await asyncio.to_thread(process.wait)
            assert process.stderr is not None
            process.stderr.close()

    asyncio.run(scene())


def test_who_was_not_answered_in_time_is_told_so_and_an_answer_comes_too_late(tmp_path: Path) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            around = environment(tmp_path / "out") | {hook.PATIENCE: "0.2"}
            code, out, _ = await ended(speak(["hook"], around, given()))
            assert code == 0
            decision = json.loads(out)["hookSpecificOutput"]["decision"]
            assert decision == {"behavior": "deny", "message": hook.TIMED_OUT}
            await supervisor.until(lambda: supervisor.withdrawn)
            assert supervisor.withdrawn[0].expired
            with pytest.raises(FactoryError, match="nobody waits"):
                await supervisor.outbox.answer(supervisor.questions[0].id, ANSWER.encode())
            assert names(tmp_path / "out" / STATION) == []

    asyncio.run(scene())


def test_an_answer_that_was_not_read_was_not_taken(tmp_path: Path) -> None:
    """At the moment it is written, the hook gives up: what is said of it must be true."""

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            process = speak(["hook"], environment(tmp_path / "out"), given())
            asked = await supervisor.question()
            process.send_signal(signals.SIGSTOP)
            answering = asyncio.create_task(supervisor.outbox.answer(asked.id, ANSWER.encode(), seconds=20))
            await asyncio.sleep(0)
            process.kill()
            with pytest.raises(FactoryError, match="timed out"):
                await answering
            await supervisor.until(lambda: supervisor.withdrawn)
            assert (await ended(process))[1] == ""

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("name", "more", "withdrawn"),
    [
        ("PostToolUse", {"tool_name": "Bash", "tool_input": {"command": "ls"}}, True),
        ("PostToolUse", {"tool_name": "Bash", "tool_input": {"command": "pwd"}}, False),
        ("PostToolUse", {"tool_name": "Bash", "tool_input": {"command": "ls"}, "agent_id": "child"}, False),
        ("Stop", {}, True),
        ("Stop", {"session_id": "s2"}, False),
        ("UserPromptSubmit", {"prompt": "go on"}, True),
        ("SubagentStop", {"agent_id": "child"}, False),
        ("SessionEnd", {}, True),
        ("PreToolUse", {"tool_name": "Read", "tool_input": {}}, False),
    ],
)
def test_an_agent_that_went_on_waits_no_more(
    tmp_path: Path, name: str, more: dict[str, object], withdrawn: bool
) -> None:
    """Somebody answered in its terminal, which leaves its hook waiting."""

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            process = speak(["hook"], environment(tmp_path / "out"), given())
            asked = await supervisor.question()
            hook.send(str(tmp_path / "out" / STATION), name, {"session_id": "s1", **more})
            await supervisor.until(lambda: len(supervisor.signals) == 2)
            if withdrawn:
                await supervisor.until(lambda: supervisor.withdrawn)
                assert (await ended(process))[:2] == (0, "")
            else:
                assert supervisor.outbox.questions.open == {asked.id}
                await supervisor.outbox.answer(asked.id, ANSWER.encode())
                assert (await ended(process))[1]

    asyncio.run(scene())


def test_a_station_that_ended_asks_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            process = speak(["hook"], environment(tmp_path / "out"), given())
            await supervisor.question()
            supervisor.outbox.ended(STATION)
            await supervisor.until(lambda: supervisor.withdrawn)
            assert (await ended(process))[:2] == (0, "")

    asyncio.run(scene())


def test_more_questions_than_anybody_answers_are_left_to_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "MOST", 1)

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            first = speak(["hook"], environment(tmp_path / "out"), given())
            asked = await supervisor.question()
            second = speak(["hook"], environment(tmp_path / "out"), given(tool_input={"command": "pwd"}))
            assert (await ended(second))[:2] == (0, "")
            assert supervisor.skipped == {"signal: too many signals": 1}
            await supervisor.outbox.answer(asked.id, ANSWER.encode())
            await ended(first)

    asyncio.run(scene())


def test_asking_for_a_wider_scope(tmp_path: Path) -> None:
    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            process = speak(["ask", "scope", "docs/**", "--why", "the guide"], environment(tmp_path / "out"))
            asked = await supervisor.question()
            assert (asked.name, asked.payload) == (hook.SCOPE, {"globs": ["docs/**"], "why": "the guide"})
            await supervisor.outbox.answer(asked.id, plain.reply(Decision.ALLOW, ""))
            code, out, _ = await ended(process)
            assert (code, out.startswith("Allowed.")) == (0, True)
            process = speak(["ask", "scope", "b/**"], environment(tmp_path / "out"))
            await supervisor.outbox.answer((await supervisor.question(2)).id, plain.reply(Decision.DENY, "no"))
            code, out, _ = await ended(process)
            assert (code, out) == (1, "Denied by the operator: no. Work inside your scope.\n")

    asyncio.run(scene())


def test_an_open_question_is_not_told_anew_as_another(tmp_path: Path) -> None:
    """Whoever has the first before him would answer what a station puts in its place under the same name."""

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            process = speak(["ask", "scope", "docs/**"], environment(tmp_path / "out"))
            asked = await supervisor.question()
            folder = tmp_path / "out" / STATION
            (kept,) = folder.glob("*.asked")
            wider = {**json.loads(kept.read_bytes()), "payload": {"globs": ["**"]}}
            hidden = folder / ".x.tmp"
            hidden.write_text(json.dumps(wider))
            hidden.rename(kept.with_suffix(hook.NEW))
            told(folder, "on")
            await supervisor.until(lambda: "on" in supervisor.texts)
            assert (supervisor.questions, sum(supervisor.skipped.values())) == ([asked], 1)
            await supervisor.outbox.answer(asked.id, b"no")
            await ended(process)

    asyncio.run(scene())


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("remembered", [100, 1])
def test_no_new_question_has_the_name_of_one_that_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answered: bool, remembered: int
) -> None:
    """Whoever has the old one before him and answers it would answer this one."""
    monkeypatch.setattr(questions, "REMEMBERED", remembered)

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            folder, over = tmp_path / "out" / STATION, []
            for number in range(3):
                process = speak(["hook"], environment(tmp_path / "out"), given())
                asked = await supervisor.question(number + 1)
                over.append(asked.id)
                if answered:
                    await supervisor.outbox.answer(asked.id, b"yes")
                else:
                    process.kill()
                await ended(process)
                told(folder, f"over {len(over)}")
                await supervisor.until(lambda: f"over {len(over)}" in supervisor.texts)
            for question in over:
                again = {"name": hook.SCOPE, "payload": {"globs": ["**"]}, "waits": True, "stays": True}
                (folder / ".x.tmp").write_text(json.dumps(again))
                (folder / ".x.tmp").rename(folder / (question.partition(":")[2] + hook.NEW))
            told(folder, "on")
            await supervisor.until(lambda: "on" in supervisor.texts)
            assert supervisor.outbox.questions.open == frozenset()
            assert len(supervisor.questions) == len(over)
            assert sum(supervisor.skipped.values()) == len(over)

    asyncio.run(scene())


def test_asking_for_a_wider_scope_stays_when_whoever_asked_goes_on(tmp_path: Path) -> None:
    """Agents end a command after some minutes; the operator may come back later."""

    async def scene() -> None:
        async with listening(tmp_path / "out") as supervisor:
            code, out, _ = await ended(speak(["ask", "scope", "a", "--wait", "0.1"], environment(tmp_path / "out")))
            assert (code, "No answer yet" in out) == (hook.NO_ANSWER, True)
            asked = await supervisor.question()
            assert supervisor.outbox.questions.open == {asked.id}
            hook.send(str(tmp_path / "out" / STATION), "Stop", {})
            await supervisor.until(lambda: len(supervisor.signals) == 2)
        async with listening(tmp_path / "out", supervisor.marks) as next_one:
            told(tmp_path / "out" / STATION, "on")
            await next_one.until(lambda: next_one.signals)
            await next_one.outbox.answer(asked.id, b"Allowed")
            assert next_one.outbox.questions.open == frozenset()
            assert supervisor.withdrawn + next_one.withdrawn == []

    asyncio.run(scene())
