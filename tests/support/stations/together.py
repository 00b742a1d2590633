"""Many commands at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sessions.floor.commands import AnyWish
from sessions.headless.supervised import Supervised
from tests.support.house import House


def together(house: House, wishes: Sequence[AnyWish]) -> None:
    """Have all of them carried out at once."""

    def one(wish: AnyWish) -> None:
        with Supervised(house.repo.path) as supervised:
            supervised.obey(wish)

    with ThreadPoolExecutor(len(wishes)) as pool:
        list(pool.map(one, wishes))
