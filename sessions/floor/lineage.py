"""Mappings that know what was changed in them, so that who compares two states of a floor looks at that alone.

There may be a hundred thousand verdicts, of which a batch of events changes three. To find these by comparing costs
more than all else that is done for the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import compress
from operator import is_, is_not
from typing import TypeVar, overload

V = TypeVar("V")
T = TypeVar("T")
KEPT = 64
"""Generations that are remembered: so many batches there may be between two looks."""
_MISSING = object()
_set, _delete = dict.__setitem__, dict.__delitem__
"""By these names: `super` takes longer than what it is asked for, and the fold sets something with every event."""


class Descendant(dict[str, V]):
    """A copy of a mapping, to be changed until it is handed over, which remembers what was changed against the first.

    It is a mapping like any other: equal to one with the same content, and encoded as one.
    """

    __slots__ = ("_ancestors", "_touched")

    def __init__(self, before: Mapping[str, V]) -> None:
        super().__init__(before)
        self._touched: set[str] = set()
        # Known by what they touched and not by themselves, which would keep them all in memory.
        older = before._ancestors[-KEPT:] if isinstance(before, Descendant) else ()
        self._ancestors: tuple[set[str], ...] = (*older, self._touched)

    def __setitem__(self, key: str, value: V) -> None:
        self._touched.add(key)
        _set(self, key, value)

    def __delitem__(self, key: str) -> None:
        self._touched.add(key)
        _delete(self, key)

    @overload
    def pop(self, key: str, /) -> V: ...
    @overload
    def pop(self, key: str, default: V, /) -> V: ...
    @overload
    def pop(self, key: str, default: T, /) -> V | T: ...
    def pop(self, key: str, default: object = _MISSING, /) -> object:
        self._touched.add(key)
        return super().pop(key) if default is _MISSING else super().pop(key, default)

    def _by_one(self, *_: object, **__: object) -> None:
        raise TypeError("a descendant is changed key by key, so that it knows which ones")

    update = setdefault = popitem = clear = __ior__ = _by_one  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[dict[str, V]], tuple[dict[str, V]]]:
        return dict, (dict(self),)

    def since(self, before: Mapping[str, V]) -> set[str] | None:
        """The keys that were touched since `before`; None when that is no known ancestor."""
        if isinstance(before, Descendant):
            for at in range(len(self._ancestors) - 1, -1, -1):
                if self._ancestors[at] is before._touched:
                    return set().union(*self._ancestors[at + 1 :])
        return None


def changed(before: Mapping[str, V], after: Mapping[str, V]) -> Iterable[str]:
    """The keys of which the two mappings hold other objects, or only one of them any."""
    if before is after:
        return ()
    touched = after.since(before) if isinstance(after, Descendant) else None
    if touched is not None:
        return [key for key in touched if before.get(key) is not after.get(key)]
    if len(before) == len(after) and all(map(is_, before, after)):
        # A copy in which some were replaced: told apart without a look at each of them.
        return compress(after, list(map(is_not, before.values(), after.values())))
    differ = [key for key, value in after.items() if before.get(key) is not value]
    return [*differ, *(before.keys() - after.keys())]
