"""What happens in the live demo: the tasks of its stations, and what their models say. Pure.

One asks for permission, one fails, one is slow, two collide, one leaves its scope, one has another work for it; further
ones write modules of their own. A few seconds lie between the answers, as between those of a real model. Whoever has
done its part does a little of what it is asked then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from sessions.floor.commands import StartStation
from sessions.floor.scope import Budget, Scope
from sessions.simulation.provider.script import Call, Fault, Script, Step, Trouble

MOST = 40
"""Stations of the largest demo."""
PACE_S = 2.5
"""Between two answers."""
KIND = "builtin"
VISITOR = "visitor"
"""The model of stations that somebody starts who looks at the demo."""
TESTS = "python3 -m unittest -q"
ASKED = 100
"""Requests that each has an answer to, beyond its part."""
_MORE = "I looked around. My words follow a script, which has nothing about that: another model would do it now."
_REFUSED = "the script has this model refuse what it is asked"
_ELABORATE = "I look at how this is used, and what it would break. "


Use = tuple[str, dict[str, object]]
"""A tool, and its arguments."""


class Part(msgspec.Struct, frozen=True):
    """A station of the demo, and the script of its model, which has its name."""

    name: str
    task: str
    steps: tuple[Step, ...]
    scope: Scope = Scope()
    budget: Budget = Budget()
    ask: str = ""
    """Tools that it asks for, with commas between."""
    parent: str = ""

    def wish(self, url: str) -> StartStation:
        """Its start; `url` is where the provider is."""
        options = (("base_url", url), *((("ask", self.ask),) if self.ask else ()))
        return StartStation(
            kind=KIND,
            text=self.task,
            name=self.name,
            model=f"openai/{self.name}",
            scope=self.scope,
            budget=self.budget,
            parent=self.parent,
            options=options,
        )


def parts(stations: int, pace: float = PACE_S) -> list[Part]:
    """So many parts, the ones that have something to show first; what they spawn comes on top, behind them."""
    made = [*_shown(pace), *(_module(number, pace) for number in range(1, MOST))]
    told = [part for part in made if not part.parent][:stations]
    names = {part.name for part in told}
    return [*told, *(part for part in made if part.parent in names)]


def script(told: Sequence[Part]) -> Script:
    """What the provider says to all of them."""
    visit = _work(
        PACE_S,
        ("read", {"path": "README.md"}),
        ("write", {"path": "docs/visit.md", "content": "# A visit\n\nSomebody looked at the live demo.\n"}),
        ("run", {"command": "git add -A && git commit -qm 'Note a visit'"}),
    )
    more = (_step("list", PACE_S, path="."), Step(text=_MORE, delay=PACE_S)) * ASKED
    return Script({VISITOR: (*visit, *more), **{part.name: (*part.steps, *more) for part in told}})


def _shown(pace: float) -> Iterator[Part]:
    yield Part(
        "cart",
        "Give carts a discount in per cent, with a test.",
        _work(
            pace,
            _edit("shop/cart.py", "self.items = []", "self.items = []\n        self.discount = 0"),
            _edit("shop/cart.py", "        return sum(", "        return (100 - self.discount) * sum("),
            ("run", {"command": TESTS}),
            _edit("shop/cart.py", "in self.items)", "in self.items) // 100"),
            ("run", {"command": TESTS}),
            ("run", {"command": "git add -A && git commit -qm 'Carts have a discount'"}),
        ),
        Scope(write=("shop/cart.py", "tests/**")),
    )
    yield Part(
        "release",
        "Tag what is on your branch as a release.",
        _work(
            pace,
            ("read", {"path": "README.md"}),
            ("run", {"command": "git tag -a v1.0 -m 'The first release' && git tag --list"}),
        ),
        ask="run",
    )
    for name, rate in (("lower-taxes", 5), ("higher-taxes", 9)):
        yield Part(
            name,
            f"Books are taxed with {rate} per cent from now on.",
            _work(
                pace,
                ("read", {"path": "shop/taxes.py"}),
                _edit("shop/taxes.py", "'book': 7", f"'book': {rate}"),
                _edit("tests/test_taxes.py", "70)", f"{rate * 10})"),
                ("run", {"command": TESTS}),
                ("run", {"command": f"git add -A && git commit -qm 'Tax books with {rate} per cent'"}),
            ),
            Scope(write=("shop/taxes.py", "tests/test_taxes.py")),
        )
    yield Part(
        "guide",
        "Write in the guide how taxes are counted.",
        _work(
            pace,
            ("run", {"command": "sed -i 's/cents/pence/' shop/taxes.py"}),
            _edit("shop/taxes.py", "Taxes", "Taxes, in pence"),
            (
                "write",
                {"path": "docs/taxes.md", "content": "# Taxes\n\nThey are counted in cents, and rounded down.\n"},
            ),
            ("run", {"command": "git add -A && git commit -qm 'Say how taxes are counted'"}),
        ),
        Scope(write=("docs/**",)),
    )
    slow = msgspec.structs.replace(
        _step("read", pace, path="shop/stock.py"), text=_ELABORATE, repeat=40, piece=12, pace=pace / 10
    )
    yield Part(
        "stock", "Think through how stock could never be negative.", (slow, slow, Step(text="It can be checked."))
    )
    lost = Fault(Trouble.STATUS, status=400, times=1_000, says=_REFUSED)
    yield Part(
        "receipt", "Put the tax on every receipt.", (_step("read", pace, path="shop/receipt.py"), Step(fault=lost))
    )
    yield Part(
        "lead",
        "Have the cart's module documented; somebody works for you.",
        (
            _step("list", pace, path="shop"),
            Step(text="Somebody documents it for me. I wait for what comes of it.", delay=pace),
            Step(text="Thank you: it is documented.", delay=pace),
        ),
        budget=Budget(tokens=200_000, turns=20),
    )
    yield Part(
        "lead-docs",
        "Document the module of the cart.",
        _work(
            pace,
            ("read", {"path": "shop/cart.py"}),
            ("write", {"path": "docs/cart.md", "content": "# Cart\n\n`add` puts something in, `total` sums up.\n"}),
            ("run", {"command": "git add -A && git commit -qm 'Document the cart'"}),
        ),
        Scope(write=("docs/**",)),
        Budget(tokens=50_000, turns=5),
        parent="lead",
    )


def _module(number: int, pace: float) -> Part:
    """One that writes a module of its own, tests and commits it, some times over."""
    name, path = f"module-{number:02}", f"shop/extra_{number:02}.py"
    uses: list[Use] = []
    for turn in range(1, 9):
        text = f'"""Extra {number}."""\n\n' + "".join(f"\ndef f{n}():\n    return {n}\n\n" for n in range(turn))
        uses += [
            ("write", {"path": path, "content": text}),
            ("run", {"command": TESTS}),
            ("run", {"command": f"git add -A && git commit -qm 'Extra {number}, step {turn}'"}),
        ]
    return Part(name, f"Write {path}, a function at a time.", _work(pace, *uses), Scope(write=("shop/extra_*.py",)))


def _edit(path: str, old: str, new: str) -> Use:
    return "edit", {"path": path, "old_string": old, "new_string": new}


def _work(pace: float, *uses: Use) -> tuple[Step, ...]:
    """One use of a tool an answer, and a last word."""
    steps = [_step(tool, pace, **arguments) for tool, arguments in uses]
    return (*steps, Step(text="That was all of it.", delay=pace))


def _step(tool: str, pace: float, **arguments: object) -> Step:
    return Step(text=f"Now I {tool}.", calls=(Call(tool, arguments),), delay=pace, pace=pace / 30, cache_read=2_000)
