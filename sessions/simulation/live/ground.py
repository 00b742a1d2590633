"""The repository of the live demo: a small shop in Python, whose tests really run."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from sessions.errors import FactoryError

RATES = "RATES = {\n    'book': 7,\n    'food': 7,\n    'other': 19,\n}\n"
FILES: Mapping[str, str] = {
    ".gitignore": "__pycache__/\n",
    "README.md": "# A small shop\n\nPrices in cents, taxes in per cent.\n\nRun the tests: `python3 -m unittest -q`\n",
    "shop/__init__.py": '"""A small shop."""\n',
    "shop/taxes.py": f'"""Taxes."""\n\n{RATES}\n\ndef tax(kind, cents):\n    return cents * RATES[kind] // 100\n',
    "shop/cart.py": (
        '"""The cart."""\n\n\nclass Cart:\n    def __init__(self):\n        self.items = []\n\n'
        "    def add(self, name, cents, count=1):\n        self.items.append((name, cents, count))\n\n"
        "    def total(self):\n        return sum(cents * count for _, cents, count in self.items)\n"
    ),
    "shop/stock.py": (
        '"""The stock."""\n\n\nclass Stock:\n    def __init__(self):\n        self.left = {}\n\n'
        "    def take(self, name, count):\n        self.left[name] = self.left.get(name, 0) - count\n"
    ),
    "shop/receipt.py": (
        '"""Receipts."""\n\n\ndef receipt(items):\n'
        '    return "\\n".join(f"{name} {cents}" for name, cents, _ in items)\n'
    ),
    "tools/count_stock.py": (
        '"""Counts the stock. A damaged record kills it; begun again, it goes on behind that one."""\n\n'
        "import ctypes\nimport os\nimport pathlib\n\nDAMAGED = 3\n\n"
        "seen = pathlib.Path(os.environ['HOME'], 'counted')\n"
        "behind = len(seen.read_text()) if seen.exists() else 0\n"
        "if behind < DAMAGED:\n"
        "    seen.write_text('x' * (behind + 1))\n"
        "    print('reading record', behind + 1, flush=True)\n"
        "    ctypes.string_at(0)\n"
        "print('the stock is counted')\n"
    ),
    "tests/__init__.py": "",
    "tests/test_cart.py": (
        "import unittest\n\nfrom shop.cart import Cart\n\n\nclass CartTest(unittest.TestCase):\n"
        "    def test_total(self):\n        cart = Cart()\n        cart.add('pen', 150, 2)\n"
        "        self.assertEqual(cart.total(), 300)\n"
    ),
    "tests/test_taxes.py": (
        "import unittest\n\nfrom shop.taxes import tax\n\n\nclass TaxTest(unittest.TestCase):\n"
        "    def test_book(self):\n        self.assertEqual(tax('book', 1000), 70)\n"
    ),
    "docs/guide.md": "# Guide\n\nAdd things to a cart, then ask for its total.\n",
}


def lay(path: Path) -> None:
    """Make the repository at `path`. Raises `FactoryError` when git cannot."""
    for name, text in FILES.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for words in (
        ("init", "-q", "-b", "main"),
        ("config", "user.name", "The shop"),
        ("config", "user.email", "shop@example.com"),
        ("add", "-A"),
        ("commit", "-qm", "A small shop"),
    ):
        try:
            done = subprocess.run(["git", *words], cwd=path, capture_output=True, check=False)
        except OSError as error:
            raise FactoryError(f"git cannot be run ({error})", "install git 2.38 or newer") from error
        if done.returncode:
            raise FactoryError("the demo's repository cannot be made", done.stderr.decode(errors="replace")[:200])
