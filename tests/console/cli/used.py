"""What the sessions of the machine used."""

from __future__ import annotations

from tests.support.cli import Done, usage

FIRST = [usage(3, 1_000, 0, 50), usage(1, 200, 1_000, 70)]
SECOND = [usage(5, 400, 2_000, 90)]


def tokens(done: Done, where: str = "total") -> dict[str, int]:
    shape = done.json[where]
    assert isinstance(shape, dict)
    return {str(kind): int(count) for kind, count in shape["tokens"].items()}
