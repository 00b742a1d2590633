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
ROUNDS = 4
"""Further pieces of work that each goes through when it has shown what it has to show: some minutes of a factory."""
ASKED = 100
"""Requests that each has an answer to, beyond its part."""
_MORE = "The tests pass as before. My words follow a script, which has no more of that: another model would do it now."
_SAYS = {
    "read": "I read what is there before I change anything, so that what others rely on stays as it is. ",
    "list": "I look at what there is, and where what I was asked for belongs. ",
    "edit": "It is a small change, in the one place where it has to be, and nothing else moves with it. ",
    "write": "This is a file of its own: short, in plain words, and true of what the code does today. ",
    "run": "Now it has to hold. I run what tells whether it does, and go by what it says. ",
}
"""What comes before the use of a tool, twice over, so that there is something to see streaming."""
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
        _commit("Note a visit"),
    )
    more = (_step("run", PACE_S, command=TESTS), Step(text=_MORE, delay=PACE_S)) * ASKED
    return Script({VISITOR: (*visit, *more), **{part.name: (*part.steps, *more) for part in told}})


def _shown(pace: float) -> Iterator[Part]:
    """The eight of which the README tells, and the one that works for one of them."""
    yield from _at_work(pace)
    yield from _in_trouble(pace)
    yield from _family(pace)


def _at_work(pace: float) -> Iterator[Part]:
    """One that does well, one that asks, two that collide and one that leaves its scope."""
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
            _commit("Carts have a discount"),
            *(use for turn in range(1, ROUNDS) for use in _tested("cart", turn)),
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
                _commit(f"Tax books with {rate} per cent"),
                *(use for turn in range(1, ROUNDS) for use in _noted(rate, turn)),
            ),
            Scope(write=("shop/taxes.py", "tests/test_taxes.py")),
        )
    yield Part(
        "guide",
        "Write in the guide how taxes are counted.",
        _work(
            pace,
            ("run", {"command": "echo '# in pence' >> shop/taxes.py"}),
            _edit("shop/taxes.py", "Taxes", "Taxes, in pence"),
            (
                "write",
                {"path": "docs/taxes.md", "content": "# Taxes\n\nThey are counted in cents, and rounded down.\n"},
            ),
            _commit("Say how taxes are counted"),
            *(use for turn in range(1, ROUNDS + 2) for use in _chapter("guide", turn)),
        ),
        Scope(write=("docs/**",)),
    )


def _in_trouble(pace: float) -> Iterator[Part]:
    """One that is slow, and one that fails."""
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


def _family(pace: float) -> Iterator[Part]:
    """One for which another one works."""
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
            _commit("Document the cart"),
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
            _commit(f"Extra {number}, step {turn}"),
        ]
    return Part(name, f"Write {path}, a function at a time.", _work(pace, *uses), Scope(write=("shop/extra_*.py",)))


def _tested(name: str, turn: int) -> Iterator[Use]:
    """One more test of the cart."""
    path, count = f"tests/test_{name}_{turn}.py", turn + 1
    yield "read", {"path": "shop/cart.py"}
    text = (
        "import unittest\n\nfrom shop.cart import Cart\n\n\nclass MoreTest(unittest.TestCase):\n"
        f"    def test_{count}(self):\n        cart = Cart()\n        cart.add('ink', 100, {count})\n"
        f"        self.assertEqual(cart.total(), {count * 100})\n"
    )
    yield "write", {"path": path, "content": text}
    yield "run", {"command": TESTS}
    yield _commit(f"Test a cart of {count}")


def _noted(rate: int, turn: int) -> Iterator[Use]:
    """One more line on why the tax is what it is."""
    yield "read", {"path": "shop/taxes.py"}
    yield _edit("shop/taxes.py", '"""Taxes."""\n', f'"""Taxes."""\n# {rate} per cent on books, for reason {turn}.\n')
    yield "run", {"command": TESTS}
    yield _commit(f"Give reason {turn} for {rate} per cent")


def _chapter(name: str, turn: int) -> Iterator[Use]:
    """One more chapter of the documentation."""
    yield "list", {"path": "docs"}
    text = f"# Chapter {turn}\n\n" + "Prices are in cents, and taxes in per cent.\n" * turn
    yield "write", {"path": f"docs/{name}-{turn}.md", "content": text}
    yield _commit(f"Write chapter {turn}")


def _commit(why: str) -> Use:
    return "run", {"command": f"git add -A && git commit -qm '{why}'"}


def _edit(path: str, old: str, new: str) -> Use:
    return "edit", {"path": path, "old_string": old, "new_string": new}


def _work(pace: float, *uses: Use) -> tuple[Step, ...]:
    """One use of a tool an answer, and a last word."""
    steps = [_step(tool, pace, **arguments) for tool, arguments in uses]
    return (*steps, Step(text="That was all of it.", delay=pace))


def _step(tool: str, pace: float, **arguments: object) -> Step:
    words, calls = 2 * _SAYS[tool], (Call(tool, arguments),)
    return Step(text=words, calls=calls, delay=pace, pace=pace / 10, cache_read=2_000)
