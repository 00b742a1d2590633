"""What twelve further stations of the live demo need a person for, each in its own way. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from sessions.floor.scope import Budget, Scope
from sessions.floor.tasks.task import Check, TaskSpec
from sessions.simulation.live.part import Job, Part
from sessions.simulation.live.said import TESTS, Use, commit, edit, read, refusal, run, step, work, write
from sessions.simulation.provider.script import Fault, Step, Trouble

LOCKED_STEPS = 10.0
"""For how long the key of an account is refused, in times of the pace."""
LOOPS = 400
"""How often one tries the same, in vain."""
LATE_S = 3_600
"""How long a question to the operator may take."""
_GIVES_UP = "the script has this model give up what it is at"
_UPSTREAM = "upstream connect error: 503 service unavailable"
_FULL = "This model's maximum context length is 128000 tokens. Your messages resulted in 140211 tokens."
_KEY = "Incorrect API key provided: it was taken back by the script."


def twelve(pace: float) -> Iterator[Part]:
    """The ones that have something to show first."""
    yield _counts()
    yield _returns(pace)
    yield _build(pace)
    yield _upstream(pace)
    yield _full(pace)
    yield _spent(pace)
    yield _calls(pace)
    yield _leaflet(pace)
    for name in ("till-north", "till-south"):
        yield _locked(name, pace)
    yield _labels(pace)
    yield _loops(pace)


def _counts() -> Part:
    """A program, in a process of its own, that a signal ends until it is held back."""
    return Part("stock-count", "", scope=Scope(write=("docs/stock.md",)), command="python3 tools/count_stock.py")


def _leaflet(pace: float) -> Part:
    """One that needs a program which is not there, gives up over it, and does without when it is asked again."""
    begun = work(pace, read("shop/cart.py"), run("leaflet-press docs/guide.md"))[:-1]
    ended = work(pace, write("docs/leaflet.md", "# Leaflet\n\nPens, books, food.\n"), commit("Write the leaflet"))
    scope = Scope(write=("docs/leaflet.md",))
    return Part("leaflet", "Make a leaflet of the guide.", (*begun, refusal(pace, _GIVES_UP), *ended), scope)


def _returns(pace: float) -> Part:
    """One that asks for a wider scope."""
    ask = "factory-tui ask scope shop/returns.py --why 'what comes back needs a module of its own' --wait 3000"
    module = '"""What comes back."""\n'
    uses = run(ask, timeout=LATE_S), write("shop/returns.py", module), commit("Take things back")
    return Part("returns", "Have the shop take things back.", work(pace, *uses), Scope(write=("docs/returns.md",)))


def _build(pace: float) -> Part:
    """One whose module cannot be compiled, and that gives up over it."""
    module, compiles = "shop/refunds.py", "python3 -m compileall -q shop/refunds.py"
    broken, whole = "def refund(cents:\n    return -cents\n", "def refund(cents):\n    return -cents\n"
    begun = work(pace, write(module, broken), run(compiles))[:-1]
    ended = work(pace, write(module, whole), run(compiles), commit("Give money back"))
    text = "Give money back to whoever brings something back."
    return Part("refunds", text, (*begun, refusal(pace, _GIVES_UP), *ended), Scope(write=(module,)))


def _upstream(pace: float) -> Part:
    """One whose provider has an outage behind it."""
    return _broken("vouchers", "Sell vouchers.", "shop/vouchers.py", pace, refusal(pace, _UPSTREAM))


def _full(pace: float) -> Part:
    """One whose conversation is too long, and that has left its scope before."""
    # Refused once, the agent tries again with less of it.
    outside = (edit("shop/cart.py", "class Cart:", "class Basket:"),)
    return _broken("gifts", "Wrap what is a gift.", "shop/gifts.py", pace, refusal(pace, _FULL, times=2), *outside)


def _broken(name: str, text: str, module: str, pace: float, broken: Step, *before: Use) -> Part:
    """One that fails on its way, and does it when it is asked again."""
    begun = work(pace, read("shop/cart.py"), *before)[:-1]
    ended = work(pace, write(module, f'"""{text}"""\n'), run(TESTS), commit(text.removesuffix(".")))
    return Part(name, text, (*begun, broken, *ended), Scope(write=(module,)))


def _spent(pace: float) -> Part:
    """One that has used up its budget."""
    looks = (replace(step("read", pace, path=path), input=29_000) for path in ("shop/cart.py", "shop/stock.py"))
    rest = work(pace, write("docs/catalogue.md", "# What there is\n\nPens.\n"), commit("List what there is"))
    text = "Write down what the shop has."
    return Part("catalogue", text, (*looks, *rest), Scope(write=("docs/catalogue.md",)), Budget(tokens=60_000))


def _calls(pace: float) -> Part:
    """One that asks for somebody to come."""
    call = run("factory-tui hook REQUIRES_INTERVENTION --text 'which currencies are meant is not said anywhere'")
    done = work(pace, write("docs/currency.md", "# Money\n\nIn cents of a euro.\n"), commit("Name the currency"))
    stops = Step(text="I wait for somebody who knows which.", delay=pace)
    text = "Take other currencies, too."
    return Part("currency", text, (*work(pace, call)[:-1], stops, *done), Scope(write=("docs/currency.md",)))


def _locked(name: str, pace: float) -> Part:
    """One of those whose account is refused."""
    module = f"shop/{name.replace('-', '_')}.py"
    fault = Fault(Trouble.STATUS, status=401, says=_KEY, outage="tills", lasts=LOCKED_STEPS * pace)
    rest = work(pace, read("shop/cart.py"), write(module, '"""A till."""\n'), commit("Set up a till"))
    first = replace(rest[0], fault=fault)
    text = f"Set up {name.replace('-', ' ')}."
    return Part(name, text, (first, *rest[1:]), Scope(write=(module,)), account="tills")


def _labels(pace: float) -> Part:
    """One that takes tasks from the queue, of which the first is done well at the third try only."""
    module, tests = "shop/labels.py", "tests/test_labels.py"
    asserts = (
        "import unittest\n\nfrom shop.labels import label\n\n\nclass LabelTest(unittest.TestCase):\n"
        "    def test_label(self):\n        self.assertEqual(label('pen', 150), 'pen: 1.50')\n"
    )
    values = "{cents}", "{cents / 100}", "{cents / 100:.2f}"
    bodies = [f"def label(name, cents):\n    return f'{{name}}: {value}'\n" for value in values]
    tries = tuple(work(pace, write(module, body), write(tests, asserts), commit("Print labels")) for body in bodies)
    checked = Check(commands=(TESTS,), must=(module,))
    first = TaskSpec("Print labels with prices", check=checked, write=(module, tests), retries=1, priority=1)
    said = "docs/labels.md"
    second = TaskSpec("Say on labels where things are from", check=Check(must=(said,)), write=(said,))
    origin = work(pace, write(said, "# Labels\n\nFrom here.\n"), commit("Say where things are from"))
    scope = Scope(write=(module, tests, said))
    return Part("labels", "", scope=scope, jobs=(Job(first, tries), Job(second, (origin,))))


def _loops(pace: float) -> Part:
    """One that tries the same again and again, which is seen after some minutes; told to stop, it takes another way."""
    vain = step("edit", pace, path="shop/stock.py", old_string="self.find", new_string="self.search")
    other = work(pace, write("shop/search.py", '"""Looks for things."""\n'), commit("Look for things"))
    return Part(
        "search",
        "Have things be found by their names.",
        (*(vain for _ in range(LOOPS)), Step(text="I could not.", delay=pace)),
        Scope(write=("shop/stock.py", "shop/search.py")),
        later=(("going in circles", other),),
    )
