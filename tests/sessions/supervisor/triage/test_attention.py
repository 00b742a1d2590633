"""Who does not look is told: by real commands and a real server on loopback, once a case, and never while one works."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from sessions.errors import FactoryError
from sessions.floor import events as ev
from sessions.floor.commands import SettleCase
from sessions.floor.triage.case import Act, Cause, Kind
from sessions.floor.triage.chosen import Chosen, Told
from sessions.floor.triage.standing import Standing
from sessions.supervisor.services.triage import attention, reaching
from sessions.supervisor.services.triage.attention import escaped, message
from tests.support.triage.floors import NOW, case, floor, opened, ours
from tests.support.triage.kept import Floor, failed, kept
from tests.support.triage.kept import ours as station

WRITES = """
import os, sys
open(sys.argv[1], "a").write(sys.stdin.read())
open(sys.argv[1] + ".env", "w").write(str(dict(os.environ)))
"""


def told(at: Path, **more: object) -> Chosen:
    command = (sys.executable, "-c", WRITES, str(at))
    return Chosen(told=msgspec.convert({"on_attention": command, "every": 1, "quiet": 0, **more}, Told))


async def said(it: Floor, path: Path, lines: int = 1) -> list[dict[str, Any]]:
    """What the command was given, once somebody was told so often."""
    while len(it.troubles) < lines:
        await it.until(lambda _: len(it.troubles) >= lines)
    return await asyncio.to_thread(lambda: [json.loads(line) for line in path.read_text().splitlines()])


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "TOGETHER_S", 0.15)


def test_what_is_new_is_told_once_and_together_with_a_clean_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-not-for-others")
    out = tmp_path / "told"

    async def check() -> None:
        async with kept(tmp_path, chosen=told(out)) as it:
            await it.say(*station("api"), *station("ship"), failed("api", "429 rate limit"), failed("ship"))
            (first,) = await said(it, out)
            assert [each["station"] for each in first["cases"]] == ["api", "ship"]
            assert first["title"] == "2 cases need you in the factory"
            await it.say(*station("third"), failed("third"))
            _, second = await said(it, out, 2)
            assert [each["station"] for each in second["cases"]] == ["third"]
        assert "sk-not-for-others" not in (tmp_path / "told.env").read_text()

    asyncio.run(check())


def test_nobody_is_told_while_somebody_works_the_queue_nor_of_what_is_over_by_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "TOGETHER_S", 600.0)
    out = tmp_path / "told"

    async def check() -> None:
        async with kept(tmp_path, chosen=told(out, quiet=600)) as it:
            await it.say(*station("api"), failed("api"))
            await it.until(lambda state: state.cases)
            await it.wish(SettleCase(next(iter(it.state.cases)), Act.SEEN))
            await it.say(*station("ship"), failed("ship"), *station("over"), failed("over"))
            await it.until(lambda state: len(state.cases) == 2)
            await it.say(ev.TurnStarted(time=time.time(), station="over"))
            await it.until(lambda state: len(state.cases) == 1)
            telling = it.triage._attention
            telling._due()
            assert telling._telling is None
            telling._worked -= 600  # so much later
            telling._due()
            (first,) = await said(it, out)
            assert [each["station"] for each in first["cases"]] == ["ship"]

    asyncio.run(check())


def test_what_a_rule_is_about_to_settle_is_told_to_nobody(tmp_path: Path) -> None:
    out = tmp_path / "told"
    rule = Standing(name="again", act=Act.RETRY, kind=Kind.FAILED, cause=Cause.RATE_LIMIT, backoff=600)
    chosen = msgspec.structs.replace(told(out), standing=(rule,))

    async def check() -> None:
        async with kept(tmp_path, chosen=chosen) as it:
            await it.say(*station("api"), failed("api", "429 rate limit"), *station("ship"), failed("ship"))
            (first,) = await said(it, out)
            assert [each["station"] for each in first["cases"]] == ["ship"]

    asyncio.run(check())


def test_what_a_rule_could_not_settle_is_told_after_all(tmp_path: Path) -> None:
    out = tmp_path / "told"
    rule = Standing(name="model", act=Act.MORE, kind=Kind.FAILED, cause=Cause.RATE_LIMIT, backoff=0.5)
    chosen = msgspec.structs.replace(told(out), standing=(rule,))

    async def check() -> None:
        async with kept(tmp_path, chosen=chosen) as it:
            await it.say(*station("api"), failed("api", "429 rate limit"))
            (first,) = await said(it, out)
            assert [each["station"] for each in first["cases"]] == ["api"]
            assert "model could not more" in next(iter(it.state.cases.values())).note

    asyncio.run(check())


def test_what_came_back_as_nothing_could_be_done_is_told_again(tmp_path: Path) -> None:
    out = tmp_path / "told"

    async def check() -> None:
        async with kept(tmp_path, chosen=told(out)) as it:
            await it.say(*station("api"), failed("api"))
            await said(it, out)
            await it.wish(SettleCase(next(iter(it.state.cases)), Act.RETRY))
            await it.say(ev.CommandFailed(time=time.time(), command="c1", reason="its host has gone"))
            _, again = await said(it, out, 2)
            assert [each["station"] for each in again["cases"]] == ["api"]

    asyncio.run(check())


def test_somebody_is_told_also_after_the_service_had_to_begin_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "TOGETHER_S", 600.0)
    out = tmp_path / "told"

    async def check() -> None:
        async with kept(tmp_path, chosen=told(out)) as it:
            await it.say(*station("api"), failed("api"))
            await it.until(lambda state: state.cases)
            telling = it.triage._attention
            await telling.close()
            await it.say(*station("ship"), failed("ship"))
            await it.until(lambda state: len(state.cases) == 2)
            assert telling._timer is not None
            telling._due()  # so much later
            (first,) = await said(it, out)
            assert [each["station"] for each in first["cases"]] == ["api", "ship"]

    asyncio.run(check())


def test_a_command_that_fails_is_told_as_trouble_and_harms_nothing(tmp_path: Path) -> None:
    async def check() -> None:
        chosen = Chosen(told=Told(on_attention=(sys.executable, "-c", "import sys; sys.exit('no mail here')"), every=1))
        async with kept(tmp_path, chosen=chosen) as it:
            await it.say(*station("api"), failed("api"))
            await it.until(lambda _: it.troubles)
            assert "ended with 1: no mail here: try it by hand" in it.troubles[0]
            await it.say(ev.TurnStarted(time=time.time(), station="api"))
            await it.until(lambda state: not state.cases)

    asyncio.run(check())


@pytest.mark.parametrize(
    ("code", "why"),
    [("import time; time.sleep(60)", "did not end within 0.3 s"), ("import os; os.abort()", "ended with -6")],
)
def test_a_command_has_its_time(monkeypatch: pytest.MonkeyPatch, code: str, why: str) -> None:
    monkeypatch.setattr(reaching, "COMMAND_S", 0.3 if "sleep" in code else 20.0)
    with pytest.raises(FactoryError, match=why):
        asyncio.run(reaching.run((sys.executable, "-c", code), "", "", b""))


def test_a_command_that_is_not_there_says_so() -> None:
    with pytest.raises(FactoryError, match="no-such-notifier cannot be run"):
        asyncio.run(reaching.run(("no-such-notifier", "{text}"), "t", "x", b""))


def test_foreign_words_are_arguments_and_no_shell_sees_them(tmp_path: Path) -> None:
    code = f"import sys; open({str(tmp_path / 'words')!r}, 'w').write(repr(sys.argv[1:]))"
    asyncio.run(reaching.run((sys.executable, "-c", code, "{title}", "x{text}", "{text}"), "$(id)", "a; `b` <c>", b""))
    assert (tmp_path / "words").read_text() == repr(["$(id)", "x{text}", "a; `b` <c>"])
    assert escaped("<b>&") == "&lt;b&gt;&amp;"


class _Hook(BaseHTTPRequestHandler):
    got: ClassVar[list[bytes]] = []
    answers: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        self.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@contextmanager
def hook(*answers: int) -> Iterator[str]:
    _Hook.got, _Hook.answers = [], [*answers]
    server = HTTPServer(("127.0.0.1", 0), _Hook)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/a/secret?token=x"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def test_a_webhook_gets_the_same_and_is_tried_again_where_that_may_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "AGAIN_S", 0.01)
    with hook(503, 429) as url:
        asyncio.run(reaching.post(url, b"{}"))
        assert _Hook.got == [b"{}"] * 3


@pytest.mark.parametrize(("answers", "tries"), [((302,), 1), ((404,), 1), ((500, 500, 500, 500), 3)])
def test_a_webhook_that_takes_nothing_is_trouble_without_its_address(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[int, ...], tries: int
) -> None:
    monkeypatch.setattr(reaching, "AGAIN_S", 0.01)
    with hook(*answers) as url, pytest.raises(FactoryError, match=f"HTTP {answers[0]}") as error:
        asyncio.run(reaching.post(url, b"{}"))
    assert len(_Hook.got) == tries and "secret" not in str(error.value)


def test_a_webhook_that_is_not_there_is_trouble_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "AGAIN_S", 0.01)
    for url in ("http://127.0.0.1:9/x", "http://127.0.0.1:99999/x", "http:///x"):
        with pytest.raises(FactoryError, match="the webhook was not reached"):
            asyncio.run(reaching.post(url, b"{}"))


def test_a_webhook_that_answers_a_letter_at_a_time_has_its_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "POST_S", 0.3)
    monkeypatch.setattr(reaching, "TRIES", 1)

    async def check() -> None:
        gone = asyncio.Event()

        async def dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while True:
                    writer.write(b"H")
                    await writer.drain()
                    await asyncio.sleep(0.02)  # this is how the server is
            except OSError:
                writer.close()
                gone.set()

        async with await asyncio.start_server(dripping, "127.0.0.1", 0) as server, asyncio.timeout(60):
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(FactoryError, match="the webhook was not reached"):
                await reaching.post(f"http://127.0.0.1:{port}/x", b"{}")
            await gone.wait()

    asyncio.run(check())


def test_many_cases_are_told_in_few_words() -> None:
    cases = [case(f"s{n}", title="boom") for n in range(9)]
    made = message(floor(*(ours(f"s{n}") for n in range(9)), opened(*cases)), cases, NOW)
    assert made.text == "s0: boom; s1: boom; s2: boom; and 6 more"
    assert len(made.cases) == 9 and made.title == "9 cases need you in the factory"


def test_nobody_to_tell_costs_nothing(tmp_path: Path) -> None:
    async def check() -> None:
        async with kept(tmp_path) as it:
            assert isinstance(it, Floor)
            await it.say(*station("api"), failed("api"))
            await it.until(lambda state: state.cases)
            assert it.triage._attention._timer is None

    asyncio.run(check())
