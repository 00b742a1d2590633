"""The scripted provider: four dialects over real sockets, counted, and with every trouble that it can have."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from sessions.errors import FactoryError
from sessions.simulation.provider.script import Call, Fault, Script, Step, Trouble, load
from sessions.simulation.provider.server import Logged, Provider
from tests import ROOT

STEP = Step("Hello there.", thinking="hm", calls=(Call("read", {"path": "a"}),), input=100, output=20, cache_read=7)
PATHS = ("chat/completions", "messages", "responses")


Answer = tuple[int, str, dict[str, str]]


def asked(script: Script, *requests: tuple[str, dict[str, Any]]) -> tuple[list[Answer], list[Logged]]:
    """Status, body and headers of each request, and the log."""
    log: list[Logged] = []

    def post(url: str, path: str, body: dict[str, Any]) -> Answer:
        line = HTTPConnection(url.split("/")[2], timeout=30)
        line.request("POST", f"/v1/{path}", json.dumps(body), {"Authorization": "Bearer k", "Connection": "close"})
        try:
            answer = line.getresponse()
            return answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()}
        except (OSError, HTTPException) as error:
            return 0, repr(error), {}
        finally:
            line.close()

    async def scene() -> list[Answer]:
        provider = Provider(script, log.append)
        url = await provider.listen()
        try:
            return [await asyncio.to_thread(post, url, path, body) for path, body in requests]
        finally:
            await provider.close()

    return asyncio.run(scene()), log


def chat(model: str = "m", **more: object) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "hi"}], "input": "hi", **more}


def events(body: str) -> Iterator[dict[str, Any]]:
    for line in body.splitlines():
        if line.startswith("data: {"):
            yield json.loads(line[6:])


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_streams_with_its_usage(path: str) -> None:
    (streamed, whole), log = asked(
        Script({"m": (STEP,)}),
        (path, chat(stream=True, stream_options={"include_usage": True})),
        (path, chat()),
    )
    assert [each.input for each in log] == [100, 100] and all(each.whole for each in log)
    assert "Hello there." in whole[1] and '"read"' in whole[1]
    last = [event for event in events(streamed[1]) if "usage" in json.dumps(event)][-1]
    known = json.dumps(last)
    assert '"output_tokens": 20' in known or '"completion_tokens": 20' in known
    pieces = list(events(streamed[1]))
    said = "".join(
        (event.get("choices") or [{}])[0].get("delta", {}).get("content") or ""
        if path == PATHS[0]
        else event.get("delta", {}).get("text", "")
        if path == PATHS[1]
        else event.get("delta", "")
        if event.get("type") == "response.output_text.delta"
        else ""
        for event in pieces
    )
    assert said == "Hello there."


@pytest.mark.parametrize("path", PATHS)
def test_the_answer_that_is_due_follows_from_the_request(path: str) -> None:
    answered = [{"role": "assistant", "content": "one", "type": "message"}]
    first = {"role": "user", "content": "hi"}
    words = [first, *answered, first]
    requests = [(path, chat()), (path, {"model": "x/m", "messages": words, "input": words}), (path, chat("other"))]
    (one, two, none), log = asked(Script({"m": (Step("one"), Step("two"))}), *requests)
    assert "one" in one[1] and "two" in two[1] and "nothing left" in none[1]
    assert [each.number for each in log] == [0, 1, 0]


@pytest.mark.parametrize("path", PATHS)
def test_troubles_come_as_often_as_the_script_says(path: str) -> None:
    limited = Step("at last", fault=Fault(Trouble.STATUS, 429, retry_after=7, times=2))
    cut = Step("x" * 1000, output=100, fault=Fault(Trouble.CUT, after=5))
    said = Script({"limited": (limited,), "cut": (cut,)})
    many = [(path, chat("limited"))] * 3 + [(path, chat("cut", stream=True))]
    answers, log = asked(said, *many)
    assert [answer[0] for answer in answers[:3]] == [429, 429, 200]
    assert answers[0][2]["retry-after"] == "7"
    assert answers[3][0] == 0 and "Incomplete" in answers[3][1]
    assert (log[3].whole, 0 < log[3].output < 100) == (False, True)


def test_what_is_no_request_is_refused() -> None:
    answers, log = asked(Script(), ("nothing", chat()), ("messages", {"messages": 5, "model": None}))
    assert [answer[0] for answer in answers] == [404, 200] and len(log) == 1


def test_a_process_serves_a_script_in_a_file(tmp_path: Path) -> None:
    path, log = tmp_path / "script.json", tmp_path / "log"
    path.write_text('{"scripts": {"m": [{"text": "from a file"}]}}')
    words = ("-m", "sessions.simulation.provider", f"--script={path}", f"--log={log}")
    with subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        request = urllib.request.Request(f"{url}/chat/completions", json.dumps(chat()).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert b"from a file" in answer.read()
        process.terminate()
    assert json.loads(log.read_text())["model"] == "m"
    path.write_text('{"scripts": {"m": [{"txt": "wrong"}]}}')
    with pytest.raises(FactoryError, match="is no script"):
        load(path)


def test_google_names_the_model_in_the_path_and_every_piece_is_an_answer() -> None:
    said = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
    again = {"contents": [*said["contents"], {"role": "model", "parts": [{"text": "well"}]}]}
    script = Script(scripts={"m": (STEP, Step("On."))})
    answers, log = asked(script, ("models/m:streamGenerateContent?alt=sse", said), ("models/m:generateContent", again))
    pieces = list(events(answers[0][1]))
    parts = [part for piece in pieces for part in piece["candidates"][0]["content"]["parts"]]
    assert [part.get("thought", False) for part in parts] == [True, False, False]
    assert (parts[1]["text"], parts[2]["functionCall"]) == ("Hello there.", {"name": "read", "args": {"path": "a"}})
    used = pieces[-1]["usageMetadata"]
    assert (used["promptTokenCount"], used["cachedContentTokenCount"], used["totalTokenCount"]) == (107, 7, 127)
    assert json.loads(answers[1][1])["candidates"][0]["content"]["parts"] == [{"text": "On."}]
    assert [(call.model, call.number, call.input) for call in log] == [("m", 0, 100), ("m", 1, log[1].input)]
