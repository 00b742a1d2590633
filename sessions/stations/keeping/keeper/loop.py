"""What is waited for: descriptors, each with whoever is told. It sleeps until one of them has something to say.

Terminals that nobody follows are held *quietly*: after each look at them they rest for a moment, so that many of their
small writes cost one look. While none of them writes nothing wakes.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable

READABLE, WRITABLE, EDGE = select.EPOLLIN, select.EPOLLOUT, select.EPOLLET
"""See epoll_ctl(2)."""
PACE_S = 0.04
"""Between two looks at what is held quietly, as long as it goes on slowly."""
GREEDY_S = 0.001
"""The same while a terminal fills up: its program is hardly held up, and does not take our processor."""

Handler = Callable[[int], object]
"""Is told what a descriptor is ready for. Held quietly, it says whether there was so much that more may wait."""


class Loop:
    """Every descriptor is held once, loudly or quietly."""

    def __init__(self, fault: Callable[[int, Exception], None]) -> None:
        """`fault` is told of a handler that broke; the others go on."""
        self._fault = fault
        self._loud, self._quiet = select.epoll(), select.epoll()
        self._handlers: dict[int, Handler] = {}
        self._quietly: dict[int, Handler] = {}
        self._rests = 0.0
        """Until when what is held quietly is not looked at, on the clock that never goes back; 0 while it is."""
        self._loud.register(self._quiet.fileno(), READABLE)

    def hold(self, descriptor: int, handler: Handler, mask: int = READABLE) -> None:
        """Tell at once."""
        self._handlers[descriptor] = handler
        self._loud.register(descriptor, mask)

    def hold_quietly(self, descriptor: int, handler: Handler, mask: int = READABLE) -> None:
        """Tell when there is time."""
        self._quietly[descriptor] = handler
        self._quiet.register(descriptor, mask)

    def is_held(self, descriptor: int) -> bool:
        """Whether it is held, and not quietly."""
        return descriptor in self._handlers

    def change(self, descriptor: int, mask: int) -> None:
        """Tell when it is ready for something else."""
        (self._loud if descriptor in self._handlers else self._quiet).modify(descriptor, mask)

    def let_go(self, descriptor: int) -> None:
        """Tell nothing of it any more; nothing happens where it is not held."""
        if self._handlers.pop(descriptor, None) is not None:
            self._loud.unregister(descriptor)
        elif self._quietly.pop(descriptor, None) is not None:
            self._quiet.unregister(descriptor)

    def turn(self, until: float | None) -> None:
        """Wait until something is ready, or until that time, and tell of all that is."""
        now = time.monotonic()
        if self._rests and now >= self._rests:
            self._rests = 0.0
            self._loud.register(self._quiet.fileno(), READABLE)
        ends = [end for end in (until, self._rests or None) if end is not None]
        for descriptor, mask in self._loud.poll(max(0.0, min(ends) - now) if ends else -1):
            if descriptor == self._quiet.fileno():
                self._look()
            elif (handler := self._handlers.get(descriptor)) is not None:
                self._tell(descriptor, handler, mask)

    def _look(self) -> None:
        greedy = False
        for descriptor, mask in self._quiet.poll(0):
            if (handler := self._quietly.get(descriptor)) is not None:
                greedy |= bool(self._tell(descriptor, handler, mask))
        self._loud.unregister(self._quiet.fileno())
        self._rests = time.monotonic() + (GREEDY_S if greedy else PACE_S)

    def _tell(self, descriptor: int, handler: Handler, mask: int) -> object:
        try:
            return handler(mask)
        except Exception as error:
            self._fault(descriptor, error)
            return None
