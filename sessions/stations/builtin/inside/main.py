"""The toolbox's line: one JSON object a line, `{"id", "do", ...}`, each answered with lines of that id.

`{"out"}` while a command prints, and last `{"ok", "text", ...}`. When the input ends, what was started ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

from sessions.stations.builtin.inside.commands import Commands
from sessions.stations.builtin.inside.files import Files, Matches
from sessions.stations.builtin.inside.patches import Refused

Ask = dict[str, Any]
Answer = dict[str, Any]

_saying = threading.Lock()


def say(answer: Answer) -> None:
    """Say a line."""
    line = json.dumps(answer) + "\n"
    with _saying:
        sys.stdout.write(line)
        sys.stdout.flush()


def serve(files: Files, commands: Commands, ask: Ask) -> None:
    """Do what is asked, and answer."""
    try:
        if ask.get("do") == "run":
            answer = commands.run(ask)
        elif (do := getattr(files, f"do_{ask.get('do')}", None)) is not None:
            answer = {"ok": True, **do(ask)}
        else:
            raise Refused("there is no such tool")
    except Refused as error:
        answer = {"ok": False, "text": str(error)}
        if error.act:
            answer["violated"] = {"path": error.path, "act": error.act}
    except OSError as error:
        answer = {"ok": False, "text": f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")}
    except Exception as error:  # a wrong argument is the model's own, and it shall read of it
        answer = {"ok": False, "text": f"{type(error).__name__}: {error}"}
    say({"id": ask.get("id"), **answer})


def main(setup: Ask, matches: Matches) -> None:
    """Serve until the input ends."""
    root = os.path.realpath(setup["root"])
    files = Files(root, matches, setup["write"], setup["read"])
    commands = Commands(root, lambda asked, text: say({"id": asked, "out": text}))
    say({"id": "", "ok": True})
    for line in sys.stdin:
        ask = json.loads(line)
        match ask.get("do"):
            case "stop":
                commands.stop(ask["what"])
            case "scope":
                files.write, files.read = ask["write"], ask["read"]
            case _:
                threading.Thread(target=serve, args=(files, commands, ask), daemon=True).start()
    commands.end()
    os._exit(0)
