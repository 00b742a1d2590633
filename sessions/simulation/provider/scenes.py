"""What a factory without an account works on: a small repository, and a script for every station.

Everything but the model's words is real: the stations read, edit, test and commit, each in its own place. Most do
their part well; one asks for permission, one fails, one is slow, two collide, one leaves its scope, one spawns.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import msgspec

from sessions.floor.scope import Scope
from sessions.simulation.provider.script import Call, Fault, Script, Step, Trouble

PARTS = (
    *("orders", "billing", "stock", "search", "mail", "users", "reports", "prices", "carts", "exports"),
    *("imports", "audit", "labels", "routes", "queues", "alerts", "themes", "backup", "limits", "health"),
)
COMMIT = "git add -A && git -c user.name=station -c user.email=station@localhost commit -qm"
MOST = 40


class Scene(msgspec.Struct, frozen=True):
    """One station: how it is started, and what its model says."""

    name: str
    task: str
    steps: tuple[Step, ...]
    scope: Scope = Scope()
    role: str = "ship"
    ask: str = ""
    """Tools that it must ask for."""

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        return (("ask", self.ask),) if self.ask else ()


def repository() -> Mapping[str, str]:
    """The files to begin with: a package of parts, each with a test."""
    files = {"README.md": "# Shop\n\nA shop in many parts.\n", "shop/__init__.py": '"""A shop."""\n'}
    for part in PARTS:
        files[f"shop/{part}.py"] = f'"""The {part} of the shop."""\n\n\ndef total(items):\n    return len(items)\n'
        files[f"tests/test_{part}.py"] = (
            f"import unittest\n\nfrom shop import {part}\n\n\nclass Test(unittest.TestCase):\n"
            f"    def test_total(self):\n        self.assertEqual({part}.total([1, 2]), 3)\n"
        )
    files["shop/common.py"] = '"""What all parts share."""\n\nCURRENCY = "EUR"\nROUNDING = 2\n'
    return files


def scenes(count: int = 8, seed: int = 1) -> tuple[Scene, ...]:
    """So many stations, at most `MOST`; the first eight are of every sort."""
    chance = Random(seed)
    special = (_asks, _fails, _slow, _collides, _collides, _leaves, _spawns)
    made = []
    for number in range(min(count, MOST)):
        part = PARTS[number % len(PARTS)]
        name = part if number < len(PARTS) else f"{part}-{number // len(PARTS) + 1}"
        build = special[number - 1] if 1 <= number <= len(special) else _works
        made.append(build(name, part, chance))
    return tuple(made)


def script(made: tuple[Scene, ...]) -> Script:
    """The script of the provider: each station's model bears its name."""
    return Script({scene.name: scene.steps for scene in made} | {"helper": _helper()})


def _call(text: str, tool: str, chance: Random, **arguments: object) -> Step:
    return Step(text, calls=(Call(tool, arguments),), pace=0.03, delay=round(chance.uniform(0.2, 1.5), 2))


def _look(part: str, chance: Random) -> tuple[Step, ...]:
    return (
        _call(f"I begin with the code of {part}, and what its test expects.", "read", chance, path=f"shop/{part}.py"),
        _call("Now the test.", "run", chance, command=f"python3 -m unittest -q tests.test_{part}"),
    )


def _mend(part: str, chance: Random) -> Step:
    new = "return sum(items)"
    text = "It counts the items where it should add them up."
    return _call(text, "edit", chance, path=f"shop/{part}.py", old_string="return len(items)", new_string=new)


def _land(part: str, chance: Random, what: str = "Add up what the items of {} cost") -> tuple[Step, ...]:
    command = f"python3 -m unittest -q tests.test_{part} && {COMMIT} '{what.format(part)}'"
    return (_call("The test must pass before this is committed.", "run", chance, command=command),)


def _done(text: str) -> Step:
    return Step(text, pace=0.03)


def _works(name: str, part: str, chance: Random) -> Scene:
    steps = (*_look(part, chance), _mend(part, chance), *_land(part, chance), _done(f"{part} adds up its items now."))
    scope = Scope(write=(f"shop/{part}.py", f"tests/test_{part}.py"))
    return Scene(name, f"Make the test of {part} pass", steps, scope)


def _asks(name: str, part: str, chance: Random) -> Scene:
    base = _works(name, part, chance)
    return msgspec.structs.replace(base, ask="edit", role="clean")


def _fails(name: str, part: str, chance: Random) -> Scene:
    broken = Step("", fault=Fault(Trouble.STATUS, status=400, times=1_000))
    return Scene(name, f"Port {part} to the new storage", (*_look(part, chance), broken), role="ship")


def _slow(name: str, part: str, chance: Random) -> Scene:
    slow = _call("I run all tests, again and again, to be sure.", "run", chance, command="sleep 20; echo 20 runs: ok")
    steps = (
        *_look(part, chance),
        slow,
        slow,
        slow,
        _mend(part, chance),
        *_land(part, chance),
        _done("Slow, and sure."),
    )
    return Scene(name, f"Prove that {part} is never wrong", steps, role="test")


def _collides(name: str, part: str, chance: Random) -> Scene:
    currency = {"search": "USD", "mail": "GBP"}.get(part, "CHF")
    text = f"All parts shall reckon in {currency}."
    steps = (
        _call("What do all parts share?", "read", chance, path="shop/common.py"),
        _call(text, "edit", chance, path="shop/common.py", old_string='"EUR"', new_string=f'"{currency}"'),
        _call("That is one commit.", "run", chance, command=f"{COMMIT} 'Reckon in {currency}'"),
        _done(f"The shop reckons in {currency}."),
    )
    return Scene(name, f"Move the shop to {currency}", steps, Scope(write=("shop/**",)), role="ship")


def _leaves(name: str, part: str, chance: Random) -> Scene:
    steps = (
        *_look(part, chance),
        _call("I note it in the README as well.", "run", chance, command="echo mended >> README.md"),
        _call("Then with the editor.", "write", chance, path="README.md", content="# Shop\n\nmended\n"),
        _mend(part, chance),
        *_land(part, chance),
        _done("The README lies outside of what I may write; the rest is done."),
    )
    return Scene(
        name, f"Make the test of {part} pass", steps, Scope(write=(f"shop/{part}.py", "tests/**")), role="clean"
    )


def _spawns(name: str, part: str, chance: Random) -> Scene:
    command = "factory-tui start builtin 'Describe the parts of the shop' --model openai/helper || true"
    steps = (
        *_look(part, chance),
        _call("Somebody else can write that down meanwhile.", "run", chance, command=command),
        _mend(part, chance),
        *_land(part, chance),
        _done("Done, and the description is under way."),
    )
    return Scene(name, f"Mend {part} and have it described", steps, role="ship")


def _helper() -> tuple[Step, ...]:
    chance = Random(7)
    return (
        _call("I look at what there is.", "list", chance, path="shop"),
        _call(
            "One page will do.", "write", chance, path="docs/parts.md", content="# Parts\n\n" + "\n".join(PARTS) + "\n"
        ),
        _call("Committed.", "run", chance, command=f"{COMMIT} 'Describe the parts'"),
        _done("docs/parts.md describes the parts."),
    )
