"""Turns of the built-in agent, from the request to the commit, and everything that comes between."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.scope import Budget, Held, HeldBy, Scope
from sessions.floor.tokens import Certainty, Tokens
from sessions.observe.conversation.opening import open_conversation
from sessions.simulation.provider.script import Call, Fault, Step, Trouble
from sessions.simulation.provider.server import Provider
from sessions.stations.builtin.kind import KIND
from sessions.stations.conformance import trial
from sessions.stations.conformance.checks import Checked, Checks, Verdict
from sessions.stations.conformance.running import SCRIPT
from sessions.stations.contract import Decision, LostSessionError
from tests.support.stations.factory import Factory, Process, repository, use, written

HELD = Held(HeldBy.BUBBLEWRAP)
"""So that commands are not asked about, as if a kernel held them."""
NONE = ("none",)
GIT = "git -c user.name=a -c user.email=a@b commit -qam two"


def test_an_agent_reads_edits_tests_and_commits(tmp_path: Path, host: Process) -> None:
    script = [
        use("read", "I look at it.", path="a.py"),
        use("edit", path="a.py", old_string="1", new_string="2"),
        use("run", command=f"python3 a.py && {GIT} && echo committed"),
        Step(text="It is done.", cache_read=30),
    ]

    async def scene() -> None:
        factory = Factory(tmp_path, host, {"one": script, "two": script})
        for station in ("one", "two"):
            repository(factory.work(station), {"a.py": "print(1)\n"})
        async with factory.running() as line:
            await line.begin("builtin", factory.brief("one", held=HELD))
            await line.begin(
                "builtin",
                factory.brief("two", model="anthropic/two", held=HELD, options={"base_url": factory.url[:-3]}),
            )
            await factory.prompt("one", "p1", "Make it two")
            await factory.prompt("two", "p2", "Make it two")
            await factory.ear.until(ev.TurnFinished, count=2)
            for station in ("one", "two"):
                assert (factory.work(station) / "a.py").read_text() == "print(2)\n"
                assert factory.said(station) == "I look at it. It is done."
                kinds = [type(e).__name__ for e in factory.ear.events if getattr(e, "station", "") == station]
                assert kinds[:3] == ["SessionClaimed", "SessionOpened", "TurnStarted"]
                assert (kinds.count("ToolCalled"), kinds.count("ToolFinished"), kinds[-1]) == (3, 3, "TurnFinished")
                edit = factory.told(ev.ToolCalled, station)[1]
                assert (edit.tool, edit.file) == ("edit", "a.py")
            # What the meters say is what the provider says, to the token.
            used = factory.told(ev.TokensUsed)
            total = sum((e.tokens for e in used), Tokens())
            assert {e.certainty for e in used} == {Certainty.EXACT}
            assert (total.input, total.output, total.cache_read) == (
                sum(call.input for call in factory.log),
                sum(call.output for call in factory.log),
                sum(call.cache_read for call in factory.log),
            )
            shown = open_conversation("builtin", Path(factory.brief("one").transcript))
            entries = [shown.entry(i) for i in range(len(shown))]
            shown.close()
            assert [entry.kind for entry in entries] == [
                *("prompt", "text", "tool", "result", "tool", "result", "tool", "result", "text")
            ]
            assert (entries[4].added, entries[4].removed) == (1, 1)
            assert "committed" in entries[7].lines

    asyncio.run(scene())


def test_it_holds_what_the_contract_asks_for(tmp_path: Path, host: Process) -> None:
    async def scene() -> None:
        factory = Factory(tmp_path, host, {})
        factory.provider = Provider(SCRIPT, factory.log.append)
        told: list[Checked] = []
        async with factory.running(listen=False) as line:
            ear = trial.Ear(line)
            environment = {**factory.brief("check").environment, "FACTORY_TUI_MARK": f"check:{tmp_path}"}
            await trial.Trial(KIND, ear, factory.brief("check", environment=environment), factory.log).run(
                Checks(told.append)
            )
            await ear.close()
        assert len(told) == 9 and {each.verdict for each in told} == {Verdict.HOLDS}, told

    asyncio.run(scene())


def test_what_needs_permission_waits_and_every_answer_is_told_truthfully(tmp_path: Path, host: Process) -> None:
    script = [
        use("run", "First this.", command="echo \x1b[31mred > a; echo one"),
        use("run", command="echo \x1b[31mred > a; echo one"),
        use("run", command="rm -rf /somewhere"),
        use("run", command="sleep 1000"),
        use("ask", question="Which one?"),
        Step(text="Good."),
    ]

    async def scene() -> None:
        factory = Factory(tmp_path, host, {"one": script})
        async with factory.running() as line:
            await line.begin("builtin", factory.brief("one"))
            await factory.prompt("one", "p1", "Do it")
            answers = [
                (Decision.ALWAYS, ""),
                (Decision.DENY, "not there"),
                (Decision.EXPIRE, ""),
                (Decision.ALLOW, "the left one"),
            ]
            for number, (decision, reason) in enumerate(answers, 1):
                asked = (await factory.ear.until(ev.QuestionAsked, count=number))[-1]
                if number == 1:
                    assert (asked.text, asked.said) == ("echo red > a; echo one", "First this.")
                with pytest.raises(FactoryError, match="no longer"):
                    await line.answer("one", "another", decision)
                await line.answer("one", asked.question, decision, reason)
            await factory.ear.until(ev.TurnFinished)
            assert len(factory.told(ev.QuestionAnswered)) == 4
            results = [m["content"] for m in factory.asked[-1]["messages"] if m["role"] == "tool"]
            assert results[:2] == ["one", "one"]
            assert "denied it: not there" in results[2]
            assert "nobody allowed it in time" in results[3]
            assert "the left one" in results[4]

    asyncio.run(scene())


@pytest.mark.parametrize("where", ["before", "stream", "tool", "question", "wait"])
def test_it_can_be_interrupted_at_any_moment_and_goes_on(tmp_path: Path, host: Process, where: str) -> None:
    first = {
        "before": Step(text="Here at last.", fault=Fault(Trouble.SILENCE)),
        "stream": Step(text="word ", repeat=1000, piece=5, pace=0.05),
        "tool": use("run", command="touch began; sleep 100; touch after"),
        "question": use("ask", question="?"),
        "wait": Step(text="x", fault=Fault(Trouble.STATUS, 429, retry_after=500)),
    }[where]
    sign: dict[str, type[ev.Event]] = {
        "stream": ev.TextWritten,
        "tool": ev.ToolCalled,
        "question": ev.QuestionAsked,
        "wait": ev.MachineAwaited,
    }

    async def scene() -> None:
        factory = Factory(tmp_path, host, {"one": [first, Step(text="Here again."), Step(text="Here again.")]})
        async with factory.running() as line:
            await line.begin("builtin", factory.brief("one", held=HELD))
            await factory.prompt("one", "p1", "Do it")
            await factory.ear.until(sign.get(where, ev.TurnStarted))
            await factory.requested()
            await line.interrupt("one")
            (finished,) = await factory.ear.until(ev.TurnFinished)
            assert finished.interrupted
            assert not (factory.work("one") / "after").exists()
            if where == "question":
                assert (await factory.ear.until(ev.QuestionAnswered))[0].decision == ""
            if where == "wait":
                return
            await factory.prompt("one", "p2", "Go on")
            await factory.ear.until(ev.TurnFinished, count=2)
            assert valid(factory.asked[-1]["messages"])
            assert factory.said("one").endswith("Here at last." if where == "before" else "Here again.")

    asyncio.run(scene())


def valid(messages: list[dict[str, object]]) -> bool:
    """Whether every use of a tool is followed by its result, and no result stands alone."""
    due: list[object] = []
    for message in messages:
        if message["role"] == "tool":
            due.remove(message["tool_call_id"])
            continue
        if due:
            return False
        calls = message.get("tool_calls")
        due = [call["id"] for call in calls] if isinstance(calls, list) else []
    return not due


def test_limits_are_obeyed_and_errors_are_no_answers(tmp_path: Path, host: Process) -> None:
    limited = Step(text="There you are.", fault=Fault(Trouble.STATUS, 429, retry_after=0.4, times=2))
    cut = Step(text="abc " * 100, fault=Fault(Trouble.CUT, after=5))
    garbage = Step(text="abc " * 100, fault=Fault(Trouble.GARBAGE, after=5))
    wrong = Step(text="never", fault=Fault(Trouble.STATUS, 400, times=99))

    async def scene() -> None:
        factory = Factory(tmp_path, host, {"one": [limited, cut], "two": [garbage], "three": [wrong]})
        async with factory.running() as line:
            for station in ("one", "two", "three"):
                await line.begin("builtin", factory.brief(station))
            await factory.prompt("one", "p1", "Do it")
            await factory.ear.until(ev.TurnFinished)
            assert factory.said("one") == "There you are."
            times = [call.time for call in factory.log]
            assert len(times) == 3 and all(b - a >= 0.39 for a, b in pairwise(times))
            awaited = factory.told(ev.MachineAwaited)
            assert "by script" in awaited[0].reason
            await factory.prompt("one", "p2", "And now")
            await factory.prompt("two", "p3", "And now")
            await factory.prompt("three", "p4", "And now")
            await factory.ear.until(ev.TurnFinished, count=3)
            (failed,) = await factory.ear.until(ev.TurnFailed)
            assert (failed.station, "by script" in failed.reason) == (
                "three",
                True,
            )
            transcript = await asyncio.to_thread(Path(factory.brief("three").transcript).read_text)
            assert transcript.count("by script") == 1, "why it failed is told once"
            assert all(valid(asked["messages"]) for asked in factory.asked)
            estimated = factory.told(ev.TokensUsed)
            assert sum(e.certainty is Certainty.ESTIMATED for e in estimated) == 2
            # What was refused used nothing, and whoever goes on with the conversation makes nothing up.
            opened = factory.told(ev.SessionOpened, "one")[0]
            await line.close_station("one")
            before = len(factory.told(ev.TokensUsed))
            await line.begin("builtin", factory.brief("one", session=opened.session))
            assert len(factory.told(ev.TokensUsed)) == before

    asyncio.run(scene())


def test_a_refused_key_holds_all_at_that_provider_and_nobody_else(tmp_path: Path, host: Process) -> None:
    refused = Step(text="Welcome.", fault=Fault(Trouble.STATUS, 401, times=1))

    async def scene() -> None:
        factory = Factory(tmp_path, host, {"one": [refused], "two": [Step(text="two")], "three": [Step(text="three")]})
        async with factory.running() as line:
            for station in ("one", "two"):
                await line.begin("builtin", factory.brief(station))
            elsewhere = {"base_url": f"{factory.url[:-3]}/elsewhere"}
            await line.begin("builtin", factory.brief("three", options=elsewhere))
            await factory.prompt("one", "p1", "Do it")
            await factory.ear.until(ev.PersonNeeded, "one")
            before = len(factory.log)
            held = (await factory.ear.until(ev.PersonNeeded))[0]
            assert held.reason.startswith("login: ")
            await factory.prompt("three", "p3", "Do it")
            await factory.ear.until(ev.TurnFinished, "three")
            assert len(factory.log) == before + 1
            # A request says that somebody looked after it: one call tries, and then all go on.
            await factory.prompt("two", "p2", "Do it")
            await factory.ear.until(ev.TurnFinished, count=3)
            assert factory.said("one") == "Welcome."

    asyncio.run(scene())


def test_the_context_stays_what_the_provider_said_when_an_answer_is_broken_off(tmp_path: Path, host: Process) -> None:
    long = Step(text="word ", repeat=1000, piece=5, pace=0.05)

    async def scene() -> None:
        factory = Factory(tmp_path, host, {"one": [long, Step(text="Here."), long]})
        async with factory.running() as line:
            await line.begin("builtin", factory.brief("one"))
            for number, whole in enumerate((False, True, False), 1):
                await factory.prompt("one", f"p{number}", "Do it")
                await factory.ear.until(ev.TextWritten, count=number)
                if not whole:
                    await line.interrupt("one")
                await factory.ear.until(ev.TurnFinished, count=number)
        first, known, broken = factory.told(ev.TokensUsed)
        assert [each.certainty for each in (first, known, broken)] == [
            Certainty.ESTIMATED,
            Certainty.EXACT,
            Certainty.ESTIMATED,
        ]
        assert first.context and known.context and broken.tokens.total
        assert broken.context == 0  # which leaves it as it was

    asyncio.run(scene())


def test_a_budget_stops_within_the_stream_and_more_of_it_goes_on(tmp_path: Path, host: Process) -> None:
    long = Step(text="word ", repeat=40_000, piece=50, pace=0.001)

    async def scene() -> None:
        factory = Factory(tmp_path, host, {"one": [long, Step(text="The rest."), Step(text="More.")]})
        async with factory.running() as line:
            await line.begin("builtin", factory.brief("one", budget=Budget(tokens=3000)))
            await factory.prompt("one", "p1", "Write")
            reached = await factory.ear.until(ev.BudgetReached, count=2)
            assert [(e.share, e.what) for e in reached] == [
                (0.8, "tokens"),
                (1.0, "tokens"),
            ]
            (used,) = await factory.ear.until(ev.TokensUsed)
            assert used.certainty is Certainty.ESTIMATED
            assert 3000 <= used.tokens.total < 3300
            assert not factory.told(ev.TurnFinished)
            assert await line.assign("one", Scope(), Budget(tokens=30000))
            await factory.ear.until(ev.TurnFinished)
            assert factory.said("one").endswith("The rest.")
            assert len(factory.log) == 2 and not factory.log[0].whole
            # Turns are counted when they are over; the next request waits for more of them.
            await line.assign("one", Scope(), Budget(turns=1))
            await factory.prompt("one", "p2", "Once more")
            await factory.ear.until(ev.BudgetReached, count=3)
            assert len(factory.log) == 2
            await line.assign("one", Scope(), Budget())
            await factory.ear.until(ev.TurnFinished, count=2)
            assert len(factory.told(ev.BudgetReached)) == 3

    asyncio.run(scene())


def test_dollars_and_time_are_budgets_too(tmp_path: Path, host: Process) -> None:
    long = Step(text="word ", repeat=40_000, piece=2000)

    async def scene() -> None:
        factory = Factory(tmp_path, host, {"gpt-4o": [long], "two": [use("run", command="sleep 60")]})
        async with factory.running() as line:
            await line.begin("builtin", factory.brief("one", model="openai/gpt-4o", budget=Budget(dollars=0.05)))
            await line.begin("builtin", factory.brief("two", held=HELD, budget=Budget(seconds=0.5)))
            await factory.prompt("one", "p1", "Write")
            await factory.prompt("two", "p2", "Wait")
            while len({e.what for e in await factory.ear.until(ev.BudgetReached)}) < 2:
                await factory.ear.until(ev.BudgetReached, count=len(factory.told(ev.BudgetReached)) + 1)
            used = factory.told(ev.TokensUsed, "one")[0]
            assert used.cost is not None and 0.05 <= used.cost < 0.06
            finished = (await factory.ear.until(ev.ToolFinished, "two"))[0]
            assert finished.failed

    asyncio.run(scene())


def test_requests_wait_for_the_turn_under_way_and_come_once(tmp_path: Path, host: Process) -> None:
    script = [Step(text="one", delay=0.3), Step(text="two"), Step(text="three")]

    async def scene() -> None:
        factory = Factory(tmp_path, host, {"one": script})
        async with factory.running() as line:
            await line.begin("builtin", factory.brief("one"))
            for prompt in ("p1", "p2", "p2", "p3", "p1"):
                await factory.prompt("one", prompt, f"request {prompt}")
            await factory.ear.until(ev.TurnFinished, count=3)
            assert factory.said("one") == "one two three"
            asked = [m["content"] for m in factory.asked[-1]["messages"] if m["role"] == "user"]
            assert asked == ["request p1", "request p2", "request p3"]

    asyncio.run(scene())


def test_what_a_model_says_can_be_anything(tmp_path: Path, host: Process) -> None:
    script = [
        Step(
            text="\x1b]52;c;aGk=\x07\x1b[2J\u202eevil\ud7ff",
            calls=(
                Call("run", "not json"),
                Call("", {}),
                Call("no_such_tool\x1b[31m", {"a": 1}),
                Call("read", {"path": 5}),
                Call("write", {"path": "../../outside", "content": "x"}),
                Call("edit", {"path": "/etc/passwd", "old_string": "root", "new_string": "r"}),
            ),
        ),
        use("write", path="big.txt", content="y" * 1_000_000),
        Step(text="done"),
    ]

    async def scene() -> None:
        factory = Factory(tmp_path, host, {"one": script})
        async with factory.running() as line:
            await line.begin("builtin", factory.brief("one", held=HELD, scope=Scope(tools=NONE)))
            await factory.prompt("one", "p1", "Be evil")
            asked = 0
            while not factory.told(ev.TurnFinished):
                factory.ear.news.clear()
                for question in factory.told(ev.QuestionAsked)[asked:]:
                    asked += 1
                    await line.answer("one", question.question, Decision.ALLOW)
                if not factory.told(ev.TurnFinished):
                    await factory.ear.news.wait()
            violated = factory.told(ev.ScopeViolated)
            assert [e.act for e in violated] == ["write", "write"]
            assert not (tmp_path / "one/outside").exists() and not (tmp_path / "outside").exists()
            assert (factory.work("one") / "big.txt").stat().st_size == 1_000_000
            body = b"".join(line for batch in factory.ear.batches for line in batch.events.bodies)
            assert b"\\u001b" not in body.replace(b"no_such_tool", b"") and b"\x1b" not in body

    asyncio.run(scene())


def test_a_conversation_is_gone_on_with_or_its_loss_is_said(tmp_path: Path, host: Process) -> None:
    async def scene() -> None:
        factory = Factory(tmp_path, host, {"one": [Step(text="I am one."), Step(text="Still one."), Step(text="Yes.")]})
        async with factory.running() as line:
            await line.begin("builtin", factory.brief("one"))
            await factory.prompt("one", "p1", "Who?")
            await factory.ear.until(ev.TurnFinished)
            opened = (await factory.ear.until(ev.SessionOpened))[0]
            await line.close_station("one")
            with pytest.raises(LostSessionError, match="is not there"):
                await line.begin("builtin", factory.brief("one", session="another"))
            await line.begin("builtin", factory.brief("one", session=opened.session))
            await factory.prompt("one", "p1", "Who?")
            await factory.prompt("one", "p2", "Still?")
            await factory.ear.until(ev.TurnFinished, count=2)
            assert factory.said("one") == "I am one. Still one."
            assert [m["content"] for m in factory.asked[-1]["messages"][1:]] == ["Who?", "I am one.", "Still?"]
            await line.close_station("one")
            await line.begin("builtin", factory.brief("one"))
            assert len({e.session for e in factory.told(ev.SessionOpened)}) == 2
            await line.close_station("one")
            await line.begin("builtin", factory.brief("one", session=opened.session))
            await factory.prompt("one", "p3", "Once more?")
            await factory.ear.until(ev.TurnFinished, count=3)
            assert [m["content"] for m in factory.asked[-1]["messages"][1:]][:2] == ["Who?", "I am one."], (
                "gone back to"
            )

    asyncio.run(scene())


def in_place(work: Path) -> list[int]:
    """The processes that work there."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").resolve() == work.resolve():
                found.append(int(entry.name))
    return found


async def nobody_in(work: Path) -> None:
    """Return when no process works there any more: each that did is waited for, by the kernel."""
    for pid in in_place(work):
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            ended = asyncio.Event()
            asyncio.get_running_loop().add_reader(descriptor, ended.set)
            await asyncio.wait_for(ended.wait(), 20)
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)


def test_a_killed_host_leaves_nothing_behind_and_all_goes_on(tmp_path: Path, host: Process) -> None:
    """What was begun is not done twice; what waited for the operator still waits; what was asked for is done."""
    script = {
        "stream": [Step(text="word ", repeat=1000, piece=5, pace=0.05, fault=None), Step(text="unused")],
        "tool": [use("run", command="echo x >> ran; sleep 100"), Step(text="I looked.")],
        "question": [use("run", command="echo x >> ran"), Step(text="Allowed.")],
    }

    async def scene() -> None:
        factory = Factory(tmp_path, host, script)
        async with factory.running() as line:
            await line.begin("builtin", factory.brief("stream"))
            await line.begin("builtin", factory.brief("tool", held=HELD))
            await line.begin("builtin", factory.brief("question"))
            for station in script:
                await factory.prompt(station, f"p-{station}", "Do it")
            await factory.ear.until(ev.TextWritten, "stream")
            question = (await factory.ear.until(ev.QuestionAsked))[0]
            ran = factory.work("tool") / "ran"
            await written(ran)
            assert len(in_place(factory.work("tool"))) >= 2  # the toolbox, and the command
            host.kill()
        await nobody_in(factory.work("tool"))
        opened = {e.station: e.session for e in factory.told(ev.SessionOpened)}
        host.start()
        factory.provider = Provider(factory.script, factory.log.append, factory.asked.append)
        async with factory.running() as line:
            assert await line.running() == ()
            for station, held in (("tool", HELD), ("question", Held())):
                await line.begin("builtin", factory.brief(station, session=opened[station], held=held))
                await factory.prompt(station, f"p-{station}", "Do it")
            again = (await factory.ear.until(ev.QuestionAsked, count=2))[-1]
            assert again.question == question.question
            await line.answer("question", question.question, Decision.ALLOW)
            await factory.ear.until(ev.TurnFinished, "tool")
            await factory.ear.until(ev.TurnFinished, "question")
            assert (factory.said("tool"), factory.said("question")) == ("I looked.", "Allowed.")
            assert ran.read_text() == "x\n" and (factory.work("question") / "ran").read_text() == "x\n"
            assert all(valid(asked["messages"]) for asked in factory.asked)
            assert "broken off" in str(factory.asked[-2:])
            await line.begin("builtin", factory.brief("stream", session=opened["stream"]))
            guessed = (await factory.ear.until(ev.TokensUsed, "stream"))[0]
            assert guessed.certainty is Certainty.UNDERCOUNTED
            assert not any(factory.work("stream").iterdir())

    asyncio.run(scene())
