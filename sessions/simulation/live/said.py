"""How the live demo's models speak: a use of a tool an answer, with words before it. Pure."""

from __future__ import annotations

from sessions.simulation.provider.script import Call, Fault, Step, Trouble

TESTS = "python3 -m unittest -q"
_SAYS = {
    "read": "I read what is there before I change anything, so that what others rely on stays as it is. ",
    "list": "I look at what there is, and where what I was asked for belongs. ",
    "edit": "It is a small change, in the one place where it has to be, and nothing else moves with it. ",
    "write": "This is a file of its own: short, in plain words, and true of what the code does today. ",
    "run": "Now it has to hold. I run what tells whether it does, and go by what it says. ",
}
"""What comes before the use of a tool, twice over, so that there is something to see streaming."""

PIECE, SEEN_S = 24, 0.1
"""Characters that come at once; of a faster pace nobody sees any, so it all comes at once."""

Use = tuple[str, dict[str, object]]
"""A tool, and its arguments."""


def work(pace: float, *uses: Use) -> tuple[Step, ...]:
    """One use of a tool an answer, and a last word."""
    steps = [step(tool, pace, **arguments) for tool, arguments in uses]
    return (*steps, Step(text="That was all of it.", delay=pace))


def step(tool: str, pace: float, **arguments: object) -> Step:
    """One use of a tool."""
    words, calls = 2 * _SAYS[tool], (Call(tool, arguments),)
    piece = PIECE if pace >= SEEN_S else len(words)
    return Step(text=words, calls=calls, delay=pace, pace=pace / 10, piece=piece, cache_read=2_000)


def refusal(pace: float, says: str, times: int = 1) -> Step:
    """An answer that the provider refuses so often, and then gives."""
    fault = Fault(Trouble.STATUS, status=400, times=times, says=says)
    return Step(text="Here I go on. ", calls=(Call("list", {"path": "."}),), delay=pace, fault=fault, cache_read=2_000)


def commit(why: str) -> Use:
    return "run", {"command": f"git add -A && git commit -qm '{why}'"}


def edit(path: str, old: str, new: str) -> Use:
    return "edit", {"path": path, "old_string": old, "new_string": new}


def write(path: str, text: str) -> Use:
    return "write", {"path": path, "content": text}


def run(command: str, **more: object) -> Use:
    return "run", {"command": command, **more}


def read(path: str) -> Use:
    return "read", {"path": path}
