"""The command inside a station: `factory-tui hook` and `factory-tui ask`. Standard library alone, one file, fast.

It is copied into the station's tools (see `tools`) and runs there as `python -I -S hook.py`, where nothing else of the
factory is. A signal is one file in the outbox, written under another name and renamed, so it is there wholly or not at
all, whether or not anybody reads at the moment. Whoever needs an answer sleeps on a FIFO beside its signal; that the
FIFO has no reader any more tells the other side that nobody waits, and what is left unread in it that it was not taken.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

OUTBOX, STATION_FILE, PATIENCE = "FACTORY_TUI_OUTBOX", "FACTORY_TUI_STATION_FILE", "FACTORY_TUI_PATIENCE"
"""Environment variables: where signals go, the file with the station's boundary, seconds to wait for an answer."""
HOOK, AGENT = "FACTORY_TUI_HOOK", "FACTORY_TUI_AGENT"
"""And the command line that agents run as their hook, and whose dialect that answers in."""
NEW, ASKED, WAY_BACK, EXPIRED = ".json", ".asked", ".fifo", ".expired"
"""Endings of names in an outbox: a signal, one that was read and waits, the way back to it, and that of who gave up."""
PERMISSION, BEFORE_TOOL, BEGINNING = "PermissionRequest", "PreToolUse", "SessionStart"
AFTER_TOOL = frozenset({"PostToolUse", "PostToolUseFailure"})
SCOPE = "ask:scope"
NAMED = re.compile(r"[A-Za-z][\w:.-]{0,63}")
"""What signals are called."""
JSON = "--json"
TALKING = frozenset({"AskUserQuestion"})
"""Tools that ask for words, which a yes from outside cannot give: they are answered in the terminal."""
LARGEST = 192 << 10
"""Bytes of a signal. What is larger is shortened before it is sent, and refused by who reads."""
MOST = 20_000
"""Signals that lie unread in an outbox; then it is full."""
PATIENCE_S = 86_400.0
ASK_S = 100.0
"""How long `ask` waits by itself: agents end a command that runs for two minutes."""
_INPUT = 64 << 20
_CUTS = (65_536, 8_192, 1_024, 128)
_DROPPED = frozenset({"tool_response", "transcript", "structuredPatch"})
TIMED_OUT = "Timed out: nobody answered in time, so it is not allowed."
NO_ANSWER = 75
"""Exit code when nobody has answered yet."""
_count = 0


HELP = """\
usage: factory-tui hook NAME [--text TEXT] [--key KEY] [--json]
       factory-tui ask scope PATTERN... [--why TEXT] [--wait SECONDS]

Tell the operator something, or ask for a wider scope and wait: 0 allowed, 1 denied, 75 nobody has answered yet.
These two are there inside a station."""
WRONG = 2
"""Exit code for words that make no sense. An agent's hook never ends with it: to agents it means something else."""


class OutboxError(Exception):
    """Nothing was told; the message says why."""


class WordsError(OutboxError):
    """The words of the call were wrong."""


def main(words: list[str] | None = None) -> int:
    """Run the words of a call; returns its exit code."""
    words = sys.argv[1:] if words is None else words
    if not words or {"-h", "--help"} & {*words[:1], *words[1:2]}:
        _say(HELP)
        return 0
    try:
        if words[0] not in ("hook", "ask"):
            raise WordsError("inside a station there are `factory-tui hook` and `factory-tui ask`, and nothing else")
        return _ask(words[1:]) if words[0] == "ask" else _hook(words[1:])
    except OutboxError as error:
        print(f"factory-tui: {error}", file=sys.stderr)
        return WRONG if isinstance(error, WordsError) else 1


def _hook(words: list[str]) -> int:
    options, names = _parsed([word for word in words if word != JSON], {"--text", "--key", "--outbox"})
    outbox = options.get("--outbox") or _outbox()
    if len(names) > 1:
        raise WordsError("a signal has one name, and words stand after --text")
    if names:
        if not NAMED.fullmatch(names[0]):
            raise WordsError("a name is a letter, then letters, digits and _ : . -, 64 at most; words go with --text")
        text = options.get("--text", "")
        signal = send(outbox, names[0], {"text": text} if text else {}, key=options.get("--key", ""))
        if JSON in words:
            print(json.dumps({"version": 1, "signal": signal}, separators=(",", ":")))
        return 0
    payload = _payload()
    name = str(payload.get("hook_event_name") or "")
    if not name:
        raise OutboxError("no name: say one, or give the JSON of an agent's hook on the standard input")
    return _agent(outbox, name, payload)


def _agent(outbox: str, name: str, payload: dict[str, object]) -> int:
    """An agent's own hook: tell, and where it asks wait for what it shall be told."""
    if name in (BEFORE_TOOL, PERMISSION):
        decision, reason, paths = _verdict(payload)
        asks = decision == "ask" if name == BEFORE_TOOL else str(payload.get("tool_name")) not in TALKING
        if decision in ("allow", "deny"):
            _say(reply(name, decision, reason))  # whether or not it can be told
            return _sent(outbox, name, {**payload, "decided": decision, "outside": paths})
        if asks:
            return _asked(outbox, name, payload)
    if name in AFTER_TOOL and (refused := _refused(payload)):
        payload = {**payload, "refused": refused}
    send(outbox, name, payload)
    if name == BEGINNING:
        _say(str(station_file().get("words") or ""))
    return 0


def _asked(outbox: str, name: str, payload: dict[str, object]) -> int:
    """Ask, and print the answer. What cannot be asked is left to the agent's own dialog, where it has one."""
    try:
        answer = ask(outbox, name, payload, patience())
    except OutboxError as error:
        if name == PERMISSION:
            raise
        answer = reply(name, "deny", f"The operator cannot be asked ({error}), so it is not allowed.")
    _say(reply(name, "deny", TIMED_OUT) if answer is None else answer)
    return 0


def _sent(outbox: str, name: str, payload: dict[str, object]) -> int:
    """Tell, where that can be done; agents take no answer from a hook that fails."""
    try:
        send(outbox, name, payload)
    except OutboxError as error:
        print(f"factory-tui: {error}", file=sys.stderr)
    return 0


def _ask(words: list[str]) -> int:
    options, names = _parsed(words, {"--why", "--wait", "--outbox"})
    globs = names[1:]
    if names[:1] != ["scope"] or not globs:
        raise WordsError("say what for: factory-tui ask scope 'src/**' --why 'the reason'")
    outbox = options.get("--outbox") or _outbox()
    if trouble := _rules().trouble(globs):
        raise WordsError(trouble)
    seconds = _seconds(options.get("--wait", ""), ASK_S)
    if _rules().has(globs, station_file()):
        _say("Your scope has that already: nobody is asked. What is still read-only opens when you are started again.")
        return 0
    payload: dict[str, object] = {"globs": globs, "why": options.get("--why", "")}
    answer = ask(outbox, SCOPE, payload, seconds, stays=True)
    if answer is None:
        _say("No answer yet. The question stays with the operator; $FACTORY_TUI_STATION_FILE says when it is allowed.")
        return NO_ANSWER
    _say(answer)
    return 0 if answer.startswith("Allowed") else 1


def _say(text: str) -> None:
    """Print it, with `?` for letters that the output cannot hold."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if text:
        print(text.encode(encoding, "replace").decode(encoding))


def reply(name: str, decision: str, reason: str) -> str:
    """What an agent reads as the answer of its hook: Claude Code and Codex take nearly the same."""
    answer: dict[str, object] = {"hookEventName": name}
    if name == BEFORE_TOOL:
        if decision == "allow" and os.environ.get(AGENT) != "claude":
            return ""  # others take no other answer for a yes
        answer |= {"permissionDecision": decision, "permissionDecisionReason": reason}
    elif decision == "allow":
        answer["decision"] = {"behavior": "allow"}
    else:
        answer["decision"] = {"behavior": "deny", "message": reason}
    return json.dumps({"hookSpecificOutput": answer})


# Telling


def send(outbox: str, name: str, payload: dict[str, object], key: str = "", **more: object) -> str:
    """Put a signal into an outbox; returns the name of its file without the ending."""
    stem = new_stem()
    _put(outbox, stem, {"name": name, "payload": payload, **({"key": key} if key else {}), **more})
    return stem


def ask(outbox: str, name: str, payload: dict[str, object], seconds: float, stays: bool = False) -> str | None:
    """Send a signal and sleep until it is answered; None when `seconds` went by.

    A question that `stays` is still there after that; any other ends with whoever asked it.
    """
    stem = new_stem()
    way = os.path.join(outbox, stem + WAY_BACK)  # noqa: PTH118 - pathlib takes as long to import as all else
    hidden = os.path.join(outbox, f".{stem}.tmp")  # noqa: PTH118
    try:
        os.mkfifo(hidden, 0o600)
        # Both ends, so that it stays open while no supervisor runs; before it can be seen, for one that nobody has open
        # is what is left of whoever has gone.
        back = os.open(hidden, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        os.rename(hidden, way)  # noqa: PTH104
    except OSError as error:
        raise OutboxError(f"{outbox} cannot be used: {error.strerror}") from error
    try:
        try:
            _put(outbox, stem, {"name": name, "payload": payload, "waits": True, **({"stays": True} if stays else {})})
        except OutboxError:
            with contextlib.suppress(OSError):
                os.unlink(way)  # noqa: PTH108
            raise
        answer = _awaited(back, seconds)
        if answer is None:
            os.rename(way, way[: -len(WAY_BACK)] + EXPIRED)  # noqa: PTH104
        return answer
    finally:
        os.close(back)


def _awaited(back: int, seconds: float) -> str | None:
    import select

    waiting, end, answer = select.poll(), time.monotonic() + seconds, b""
    waiting.register(back, select.POLLIN)
    with contextlib.suppress(OSError, ValueError, AttributeError):
        # Whoever reads what this prints: when it has ended, nobody is left to be told. It may not end this process.
        waiting.register(sys.stdout.fileno(), 0)
    while not answer.endswith(b"\n"):
        left = end - time.monotonic()
        if left <= 0:
            return None
        ready = [handle for handle, _ in waiting.poll(min(left, 1e6) * 1_000)]
        if back in ready:
            answer += os.read(back, 1 << 16)
        elif ready:
            raise OutboxError("whoever asked has gone")
    return str(json.loads(answer)["print"])


def new_stem() -> str:
    """A name that sorts by time, and that no other signal has. The clock is one that is never set back."""
    global _count  # noqa: PLW0603 - it tells signals of one process apart
    _count += 1
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return f"{time.clock_gettime_ns(clock):020d}-{_count:06d}-{os.urandom(8).hex()}"


def _put(outbox: str, stem: str, said: dict[str, object]) -> None:
    body = shortened({"time": time.time(), **said})
    final = os.path.join(outbox, stem + NEW)  # noqa: PTH118
    hidden = os.path.join(outbox, f".{stem}.tmp")  # noqa: PTH118
    try:
        if sum(1 for _ in os.scandir(outbox)) >= MOST:
            raise OutboxError(f"{outbox} is full: nobody reads it")
        handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            while body:
                body = body[os.write(handle, body) :]
        finally:
            os.close(handle)
        os.rename(hidden, final)  # noqa: PTH104
    except OSError as error:
        raise OutboxError(f"nothing was told: {outbox}: {error.strerror}") from error


def shortened(said: dict[str, object]) -> bytes:
    """A signal as JSON, with long texts cut until it is small enough."""
    for cut in _CUTS:
        body = json.dumps(_cut(said, cut)).encode()
        if len(body) <= LARGEST:
            return body
    return json.dumps({key: said[key] for key in ("time", "name", "waits", "stays", "key") if key in said}).encode()


def _cut(value: object, longest: int, depth: int = 0) -> object:
    if isinstance(value, str):
        text = value if len(value) <= longest else value[:longest] + f"… ({len(value) - longest:,} more characters)"
        return text if text.isascii() else text.encode("utf-8", "replace").decode()  # halves of letters are no JSON
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    if depth > 12:
        return None
    if isinstance(value, dict):
        pairs = [(_cut(str(key)[:200], 200), item) for key, item in list(value.items())[:200] if key not in _DROPPED]
        return {str(key): _cut(item, longest, depth + 1) for key, item in pairs}
    if isinstance(value, (list, tuple)):
        return [_cut(item, longest, depth + 1) for item in value[:200]]
    return value


# What the call is given


def _verdict(payload: dict[str, object]) -> tuple[str, str, list[str]]:
    """What the station's own boundary says of a use of a tool: decided here, whether or not a supervisor runs."""
    try:
        renames = os.environ.get(AGENT) == "claude"
        decided: tuple[str, str, list[str]] = _rules().verdict(payload, station_file(), renames)
    except Exception as error:  # to an agent, a hook that breaks is one that has nothing against it
        return "deny", f"This station's boundary cannot be read ({type(error).__name__}): nothing is done.", []
    return decided


def _refused(payload: dict[str, object]) -> list[str]:
    """The paths that the use of a tool was refused by the kernel."""
    try:
        found: list[str] = _rules().refused(payload, station_file())
    except Exception:  # nothing is decided by it
        return []
    return found


def _rules() -> ModuleType:
    from importlib import import_module

    if not __package__:
        sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100,PTH120
    return import_module(f"{__package__}.rules" if __package__ else "rules")


def station_file() -> dict[str, object]:
    """The station's boundary as it is now; empty where there is none."""
    path = os.environ.get(STATION_FILE, "")
    if not path:
        return {}
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            found = json.load(file)
    except (OSError, ValueError):
        return {"broken": True}
    return found if isinstance(found, dict) else {"broken": True}


def patience() -> float:
    """Seconds that an agent's question waits."""
    try:
        return _seconds(os.environ.get(PATIENCE, ""), PATIENCE_S)
    except WordsError as error:
        raise OutboxError(f"${PATIENCE}: {error}") from error


def _seconds(text: str, default: float) -> float:
    try:
        return max(0.0, float(text)) if text else default
    except ValueError as error:
        raise WordsError(f"{text!r} is no number of seconds") from error


def _payload() -> dict[str, object]:
    body = b"" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.buffer.read(_INPUT)
    if not body.strip():
        return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise OutboxError("what stands on the standard input is not JSON") from error
    if not isinstance(found, dict):
        raise OutboxError("what stands on the standard input is no JSON object")
    return found


def _outbox() -> str:
    outbox = os.environ.get(OUTBOX, "")
    if not outbox:
        raise OutboxError(
            f"${OUTBOX} is not set: this works inside a station; from outside there are "
            "`factory-tui hook NAME --station STATION` and `factory-tui scope STATION --write PATTERN`"
        )
    return outbox


def _parsed(words: list[str], takes: set[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    names: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            return options, [*names, *rest]
        option, equals, value = word.partition("=")
        if option in takes:
            given = value if equals else next(rest, None)
            if given is None:
                raise WordsError(f"{option} needs a value")
            options[option] = given
        elif word.startswith("--"):
            raise WordsError(f"{word} is no option here: there are {', '.join(sorted(takes))}")
        else:
            names.append(word)
    return options, names


if __name__ == "__main__":
    sys.exit(main())
