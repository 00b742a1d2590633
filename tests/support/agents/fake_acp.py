"""A scripted agent of the Agent Client Protocol, as a program of its own: it does what the words of a prompt say.

Standard library only. It remembers conversations below $HOME, as real agents do, so another process can go on with
them. What it is to do wrong from the start stands in its arguments.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

JSON = dict[str, Any]
WAIT_S = 20.0
OPTIONS = [
    {"optionId": "always", "name": "Always", "kind": "allow_always"},
    {"optionId": "once", "name": "Yes", "kind": "allow_once"},
    {"optionId": "no", "name": "No", "kind": "reject_once"},
]


class Agent:
    """Reads requests, and answers them in threads of their own."""

    def __init__(self, how: argparse.Namespace) -> None:
        self.how = how
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)
        self.answers: dict[int, Callable[[JSON], None]] = {}
        self.cancelled: dict[str, threading.Event] = {}
        self.turns = 0
        self.frames = [json.loads(line) for line in Path(how.frames).read_text().splitlines()] if how.frames else []

    def send(self, **message: Any) -> None:
        with self.lock:
            sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            sys.stdout.flush()

    def raw(self, text: str) -> None:
        with self.lock:
            sys.stdout.write(text)
            sys.stdout.flush()

    def update(self, session: str, what: str, /, **fields: Any) -> None:
        self.send(method="session/update", params={"sessionId": session, "update": {"sessionUpdate": what, **fields}})

    def say(self, session: str, text: str, message: str = "") -> None:
        named = {"messageId": message} if message else {}
        self.update(session, "agent_message_chunk", content={"type": "text", "text": text}, **named)

    def ask(self, method: str, params: JSON, stop: threading.Event | None = None) -> tuple[JSON, float]:
        """What the client answers, and after how many seconds."""
        number, came, got = next(self.numbers), threading.Event(), dict[str, Any]()

        def take(answer: JSON) -> None:
            got.update(answer)
            came.set()

        self.answers[number] = take
        began = time.monotonic()
        self.send(id=number, method=method, params=params)
        if stop is not None:
            stop.wait(WAIT_S)
            self.send(method="$/cancel_request", params={"requestId": number})
        came.wait(60.0 if "permission" in method else WAIT_S)
        return got, time.monotonic() - began

    def run(self) -> None:
        for line in sys.stdin:
            message = json.loads(line)
            if "method" not in message:
                if message["id"] in self.answers:
                    self.answers.pop(message["id"])(message)
            elif message["method"] == "session/cancel":
                self.cancelled.setdefault(message["params"]["sessionId"], threading.Event()).set()
            elif "id" in message:
                threading.Thread(target=self.answer, args=(message,), daemon=True).start()

    def answer(self, message: JSON) -> None:
        try:
            result = self.result(message["method"], message.get("params") or {})
        except LookupError as error:
            self.send(id=message["id"], error={"code": -32002, "message": "Resource not found", "data": str(error)})
        except PermissionError:
            self.send(id=message["id"], error={"code": -32000, "message": "Authentication required"})
        except NotImplementedError:
            self.send(id=message["id"], error={"code": -32601, "message": "Method not found"})
        except RuntimeError as error:
            self.send(
                id=message["id"], error={"code": -32603, "message": "Internal error", "data": {"details": str(error)}}
            )
        else:
            self.send(id=message["id"], result=result)

    def result(self, method: str, params: JSON) -> JSON:
        name = f"on_{method.rpartition('/')[2]}"
        if not hasattr(self, name):
            raise NotImplementedError
        return dict(getattr(self, name)(params))

    def on_initialize(self, params: JSON) -> JSON:
        if self.how.mute:
            time.sleep(600)
        time.sleep(self.how.slow)
        if self.frames:
            return self.recorded("initialize")
        return {
            "protocolVersion": json.loads(self.how.speaks),
            "agentInfo": {"name": "fake", "version": "1.2.3"},
            "agentCapabilities": {
                "loadSession": not self.how.resume_only,
                "sessionCapabilities": {"close": {}, "list": {}, "resume": {}},
            },
            "authMethods": [{"id": "key", "name": "Key"}],
        }

    def on_new(self, params: JSON) -> JSON:
        if self.how.logged_out:
            raise PermissionError
        session = str(uuid.uuid4())
        self.update(session, "session_info_update", title="early words")
        self.memory(session, [])
        return {"sessionId": session, **self.choices()}

    def on_load(self, params: JSON) -> JSON:
        for words in [] if self.how.blank else self.memory(params["sessionId"]):
            self.update(params["sessionId"], "user_message_chunk", content={"type": "text", "text": words})
            self.say(params["sessionId"], f"did {words}")
        return self.choices()

    def on_resume(self, params: JSON) -> JSON:
        return self.choices()

    def on_list(self, params: JSON) -> JSON:
        return {"sessions": [{"sessionId": file.stem} for file in self.folder().glob("*.json")]}

    def on_prompt(self, params: JSON) -> JSON:
        return self.prompt(params["sessionId"], params["prompt"][0]["text"])

    def on_set_mode(self, params: JSON) -> JSON:
        Path("chosen.txt").write_text(json.dumps(params))
        return {}

    on_set_config_option = on_set_mode

    def on_close(self, params: JSON) -> JSON:
        return {}

    on_authenticate = on_close

    @staticmethod
    def choices() -> JSON:
        return {
            "modes": {
                "currentModeId": "ask",
                "availableModes": [{"id": "ask", "name": "Ask"}, {"id": "free", "name": "Free"}],
            },
            "configOptions": [
                {
                    "id": "model",
                    "category": "model",
                    "currentValue": "fake-1",
                    "options": [{"value": "fake-1"}, {"value": "fake-2"}],
                }
            ],
        }

    @staticmethod
    def folder() -> Path:
        folder = Path(os.environ["HOME"], "fake")
        folder.mkdir(exist_ok=True)
        return folder

    def memory(self, session: str, told: list[str] | None = None) -> list[str]:
        file = self.folder() / f"{session}.json"
        if told is not None:
            file.write_text(json.dumps(told))
        elif not file.exists():
            raise LookupError(session)
        return list(json.loads(file.read_text()))

    def prompt(self, session: str, words: str) -> JSON:
        self.turns += 1
        stop = self.cancelled[session] = threading.Event()
        if self.frames:
            return self.replay(session)
        self.memory(session, [*self.memory(session), words])
        reason = "end_turn"
        for order in words.split("; "):
            verb, _, rest = order.partition(" ")
            reason = getattr(self, f"do_{verb}", self.do_say)(session, rest, stop) or reason
            if stop.is_set():
                reason = "cancelled"
                break
        self.update(session, "usage_update", used=1_000 * self.turns, size=200_000)
        used = {"inputTokens": 700, "outputTokens": 100, "cachedReadTokens": 200, "totalTokens": 1_000}
        return {"stopReason": reason, "usage": used}

    def do_say(self, session: str, rest: str, stop: threading.Event) -> str | None:
        for word in rest.split(" "):
            self.say(session, word + " ", f"m{self.turns}")
        return None

    def do_stop(self, session: str, rest: str, stop: threading.Event) -> str:
        return rest

    def do_fail(self, session: str, rest: str, stop: threading.Event) -> str:
        raise RuntimeError(rest)

    def do_edit(self, session: str, rest: str, stop: threading.Event, asks_as: str = "", **more: Any) -> str | None:
        """Ask, and write the file when allowed: `edit PATH TEXT`."""
        path, _, text = rest.partition(" ")
        full = str(Path.cwd() / path)
        call = f"call-{uuid.uuid4().hex[:8]}"
        tool = {
            "toolCallId": call,
            "title": f"Write {path}",
            "kind": "edit",
            "name": "Write",
            "rawInput": {"file_path": full, "content": text},
            "content": [{"type": "diff", "path": full, "oldText": None, "newText": text}],
            "locations": [{"path": full}],
            **more,
        }
        if not asks_as:
            self.update(
                session, "tool_call", toolCallId=call, title="Preparing", kind="edit", status="pending", rawInput={}
            )
        params = {"sessionId": asks_as or session, "toolCall": tool, "options": OPTIONS}
        answer, _ = self.ask("session/request_permission", params)
        chosen = answer.get("result", {}).get("outcome", {})
        self.say(session, f"<{chosen.get('optionId') or chosen.get('outcome') or answer}>", "answer")
        if chosen.get("optionId") in ("once", "always"):
            Path(full).write_text(text)
        status = "completed" if Path(full).exists() else "failed"
        self.update(session, "tool_call_update", toolCallId=call, status=status)
        return None

    def do_child(self, session: str, rest: str, stop: threading.Event) -> str | None:
        """A sub-agent, in a conversation of its own that was never announced, asks."""
        started = {"description": "look after the file"}
        self.update(
            session,
            "tool_call",
            toolCallId="agent-1",
            title="Task",
            kind="think",
            status="in_progress",
            rawInput=started,
        )
        return self.do_edit(
            session, rest, stop, str(uuid.uuid4()), _meta={"claudeCode": {"parentToolUseId": "agent-1"}}
        )

    def do_withdraw(self, session: str, rest: str, stop: threading.Event) -> str | None:
        gone = threading.Event()
        threading.Timer(0.05, gone.set).start()
        tool = {"toolCallId": "w-1", "title": "Maybe", "kind": "execute", "rawInput": {"command": "true"}}
        answer, _ = self.ask(
            "session/request_permission", {"sessionId": session, "toolCall": tool, "options": OPTIONS}, gone
        )
        self.say(session, f"<{answer.get('result', {}).get('outcome', {}).get('outcome')}>")
        return None

    def do_unknown(self, session: str, rest: str, stop: threading.Event) -> str | None:
        answer, took = self.ask(rest or "client/dance", {"sessionId": session})
        self.say(session, f"{answer.get('error', {}).get('code')} in {took:.3f}")
        return None

    def do_notify(self, session: str, rest: str, stop: threading.Event) -> str | None:
        for _ in range(3):
            self.send(method="vendor/news", params={"sessionId": session})
        self.update(session, "state_update", state="idle")
        return None

    def do_junk(self, session: str, rest: str, stop: threading.Event) -> str | None:
        self.raw('not json\n[1,2]\n{"jsonrpc":"2.0","id":{},"result":1}\n{"id":7,"error":"x"}\n\n' + "[" * 5_000 + "\n")
        self.raw('{"jsonrpc":"2.0","id":999,"result":null}\n{"jsonrpc":"2.0","method":"session/update","params":[]}\n')
        return None

    def do_big(self, session: str, rest: str, stop: threading.Event) -> str | None:
        self.say(session, "x" * (int(rest) << 20))
        return None

    def do_hostile(self, session: str, rest: str, stop: threading.Event) -> str | None:
        evil = "\x1b]52;c;aGk=\x07\x1b[2Jred\u202e[bold]\x00\n"
        self.say(session, evil)
        self.update(
            session,
            "tool_call",
            toolCallId="h\x1b[1m",
            title=evil,
            kind=evil,
            status="in_progress",
            locations=[{"path": f"{evil}/../../etc/x"}],
        )
        self.update(
            session,
            "tool_call_update",
            toolCallId="h\x1b[1m",
            status="failed",
            content=[{"type": "content", "content": {"type": "text", "text": evil}}],
        )
        self.update(session, evil)
        return None

    def do_grumble(self, session: str, rest: str, stop: threading.Event) -> str | None:
        sys.stderr.write("grumble\n" * (int(rest) << 7))
        sys.stderr.flush()
        return None

    def do_spawn(self, session: str, rest: str, stop: threading.Event) -> str | None:
        """A grandchild in a session of its own, which outlives this process if nobody looks after it."""
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        Path("spawned.txt").write_text(str(child.pid))
        return None

    def do_die(self, session: str, rest: str, stop: threading.Event) -> str | None:
        sys.stderr.write(f"Traceback:\n\x1b[31m{rest}\x1b[0m ANTHROPIC_API_KEY=sk-ant-REDACTED\n")
        sys.stderr.flush()
        os._exit(3)

    def do_wait(self, session: str, rest: str, stop: threading.Event) -> str | None:
        Path("waiting").touch()
        stop.wait(60.0)
        return None

    def do_deaf(self, session: str, rest: str, stop: threading.Event) -> str | None:
        """Goes on when it is interrupted."""
        time.sleep(60.0)
        return None

    def recorded(self, kind: str) -> JSON:
        return next(dict(frame["o"]) for frame in self.frames if frame["kind"] == kind)

    def replay(self, session: str) -> JSON:
        """One recorded turn, frame by frame."""
        for frame in self.frames:
            kind, body = frame["kind"], frame["o"]
            if kind.startswith("update:"):
                self.send(method="session/update", params={"sessionId": session, "update": body})
            elif kind.startswith("ext_notification "):
                self.send(method=kind.partition(" ")[2], params=body)
            elif kind == "permission":
                self.ask(
                    "session/request_permission",
                    {"sessionId": session, "toolCall": body["tool_call"], "options": body["options"]},
                )
            elif kind.startswith("fs/"):
                self.ask(f"{kind}_text_file", {"sessionId": session, **body})
            elif kind == "prompt_response":
                return dict(body)
        raise RuntimeError("the recording has no end")


def main() -> None:
    """Begin."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--speaks", default="1", help="the version of the protocol, as JSON")
    parser.add_argument("--slow", type=float, default=0.0)
    parser.add_argument("--frames", default="")
    for flag in ("mute", "blank", "resume-only", "logged-out"):
        parser.add_argument(f"--{flag}", action="store_true")
    Agent(parser.parse_args()).run()


if __name__ == "__main__":
    main()
