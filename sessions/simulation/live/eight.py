"""The eight stations of the live demo of which the README tells, and the one that works for one of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from sessions.floor.scope import Budget, Scope
from sessions.floor.tasks.task import Check, TaskSpec
from sessions.simulation.live.part import Job, Part
from sessions.simulation.live.said import TESTS, Use, commit, edit, read, refusal, run, step, work, write
from sessions.simulation.provider.script import Fault, Step, Trouble

TAXES = ("shop/taxes.py", "tests/test_taxes.py")
_REFUSED = "the script has this model refuse what it is asked"
_LIMITED = "You have hit the daily limit of this script, which resets at 9"
SILENCES = 10
"""How often an answer that does not come is asked for, some minutes each time, before it does."""
_ELABORATE = "I look at how this is used, and what it would break. "


def eight(pace: float, rounds: int, busy: bool) -> Iterator[Part]:
    """`rounds`: further pieces of work of those that do well. `busy`: there is more trouble than a visitor takes in."""
    yield _cart(pace, rounds)
    yield _release(pace)
    yield _lower(pace, rounds)
    yield _higher(pace)
    yield _guide(pace, rounds, busy)
    yield _stock(pace, busy)
    yield _receipt(pace)
    yield from _family(pace, busy)


def _cart(pace: float, rounds: int) -> Part:
    """One that does well."""
    return Part(
        "cart",
        "Give carts a discount in per cent, with a test.",
        work(
            pace,
            edit("shop/cart.py", "self.items = []", "self.items = []\n        self.discount = 0"),
            edit("shop/cart.py", "        return sum(", "        return (100 - self.discount) * sum("),
            run(TESTS),
            edit("shop/cart.py", "in self.items)", "in self.items) // 100"),
            run(TESTS),
            commit("Carts have a discount"),
            *(use for turn in range(1, rounds) for use in _tested("cart", turn)),
        ),
        Scope(write=("shop/cart.py", "tests/**")),
    )


def _release(pace: float) -> Part:
    """One that asks."""
    uses = read("README.md"), run("git tag -a v1.0 -m 'The first release' && git tag --list")
    return Part("release", "Tag what is on your branch as a release.", work(pace, *uses), ask="run")


def _lower(pace: float, rounds: int) -> Part:
    """One that collides with the next, and comes round when it is told so."""
    taxed = _taxed(5)
    came = edit("shop/taxes.py", "'book': 5", "'book': 9"), edit("tests/test_taxes.py", "50)", "90)")
    settled = work(pace, read("shop/taxes.py"), *came, run(TESTS), commit("Tax books as was decided"))
    return Part(
        "lower-taxes",
        "Books are taxed with 5 per cent from now on.",
        work(pace, *taxed, *(use for turn in range(1, rounds) for use in _noted(5, turn))),
        Scope(write=TAXES),
        later=(("lower-taxes collides with", settled),),
    )


def _higher(pace: float) -> Part:
    """One that takes what it does from the queue: what is checked, what a person accepts, and what waits for that."""
    where = "docs/why.md"
    first = TaskSpec(
        "Tax books with 9 per cent", check=Check(commands=(TESTS,), must=("shop/taxes.py",)), write=TAXES, priority=2
    )
    second = TaskSpec("Say in docs/why.md why books have a rate of their own", write=(where,), priority=1)
    third = TaskSpec("Say in docs/why.md what all else is taxed with", check=Check(must=(where,)), write=(where,))
    why = "# Why\n\nBooks are read.\n"
    more = f"{why}All else has 19 per cent.\n"
    return Part(
        "higher-taxes",
        "",
        scope=Scope(write=(*TAXES, where)),
        jobs=(
            Job(first, (work(pace, *_taxed(9)),)),
            Job(second, (work(pace, read("shop/taxes.py"), write(where, why), commit("Say why books differ")),)),
            Job(third, (work(pace, read(where), write(where, more), commit("Say what all else is taxed with")),)),
        ),
    )


def _guide(pace: float, rounds: int, busy: bool) -> Part:
    """One that leaves its scope."""
    further = (edit("README.md", "# A small shop", "# The shop"),) if busy else ()
    return Part(
        "guide",
        "Write in the guide how taxes are counted.",
        work(
            pace,
            run("echo '# in pence' >> shop/taxes.py"),
            edit("shop/taxes.py", "Taxes", "Taxes, in pence"),
            *further,
            write("docs/taxes.md", "# Taxes\n\nThey are counted in cents, and rounded down.\n"),
            commit("Say how taxes are counted"),
            *(use for turn in range(1, rounds + 2) for use in _chapter("guide", turn)),
        ),
        Scope(write=("docs/**",)),
    )


def _stock(pace: float, busy: bool) -> Part:
    """One that is slow, and comes to nothing where there is more trouble; then it does what was taken from others."""
    slow = replace(step("read", pace, path="shop/stock.py"), text=_ELABORATE, repeat=40, piece=12, pace=pace / 10)
    thought = (slow, refusal(pace, _LIMITED)) if busy else (slow, slow)
    text = "Think through how stock could never be negative."
    return Part("stock", text, (*thought, Step(text="It can be checked.", delay=pace)), takes=True)


def _receipt(pace: float) -> Part:
    """One that fails over a text that is not there, and does it when it is asked again."""
    taxed = edit("shop/receipt.py", "{name} {cents}", "{name} {cents} (taxed)")
    return Part(
        "receipt",
        "Put the tax on every receipt.",
        (
            step("read", pace, path="shop/receipt.py"),
            step(
                "edit", pace, path="shop/receipt.py", old_string="{name}: {price}", new_string="{name}: {price} (taxed)"
            ),
            refusal(pace, _REFUSED),
            *work(pace, taxed, run(TESTS), commit("Receipts say that they are taxed")),
        ),
        Scope(write=("shop/receipt.py",)),
    )


def _family(pace: float, busy: bool) -> Iterator[Part]:
    """One for which another one works, and of which nothing is heard after that where there is more trouble."""
    thanks = Step(text="Thank you: it is documented.", delay=pace)
    silence = Fault(Trouble.SILENCE, times=SILENCES)
    yield Part(
        "lead",
        "Have the cart's module documented; somebody works for you.",
        (
            step("list", pace, path="shop"),
            Step(text="Somebody documents it for me. I wait for what comes of it.", delay=pace),
            replace(thanks, fault=silence) if busy else thanks,
        ),
        budget=Budget(tokens=200_000, turns=20),
        later=(("Nothing was heard of you", (thanks,)),),
    )
    cart = "# Cart\n\n`add` puts something in, `total` sums up.\n"
    yield Part(
        "lead-docs",
        "Document the module of the cart.",
        work(pace, read("shop/cart.py"), write("docs/cart.md", cart), commit("Document the cart")),
        Scope(write=("docs/**",)),
        Budget(tokens=50_000, turns=5),
        parent="lead",
    )


def _taxed(rate: int) -> tuple[Use, ...]:
    """Another tax on books."""
    return (
        read("shop/taxes.py"),
        edit("shop/taxes.py", "'book': 7", f"'book': {rate}"),
        edit("tests/test_taxes.py", "70)", f"{rate * 10})"),
        run(TESTS),
        commit(f"Tax books with {rate} per cent"),
    )


def _tested(name: str, turn: int) -> Iterator[Use]:
    """One more test of the cart."""
    count = turn + 1
    yield read("shop/cart.py")
    text = (
        "import unittest\n\nfrom shop.cart import Cart\n\n\nclass MoreTest(unittest.TestCase):\n"
        f"    def test_{count}(self):\n        cart = Cart()\n        cart.add('ink', 100, {count})\n"
        f"        self.assertEqual(cart.total(), {count * 100})\n"
    )
    yield write(f"tests/test_{name}_{turn}.py", text)
    yield run(TESTS)
    yield commit(f"Test a cart of {count}")


def _noted(rate: int, turn: int) -> Iterator[Use]:
    """One more line on why the tax is what it is."""
    yield read("shop/taxes.py")
    yield edit("shop/taxes.py", '"""Taxes."""\n', f'"""Taxes."""\n# {rate} per cent on books, for reason {turn}.\n')
    yield run(TESTS)
    yield commit(f"Give reason {turn} for {rate} per cent")


def _chapter(name: str, turn: int) -> Iterator[Use]:
    """One more chapter of the documentation."""
    yield "list", {"path": "docs"}
    text = f"# Chapter {turn}\n\n" + "Prices are in cents, and taxes in per cent.\n" * turn
    yield write(f"docs/{name}-{turn}.md", text)
    yield commit(f"Write chapter {turn}")
