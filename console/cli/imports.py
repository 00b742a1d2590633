"""What a command needs is imported when it runs, so that each starts as fast as it can."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """For imports: Ctrl-C then ends the process at once.

    As an exception it would leave extension modules half-made, and the process may crash on them as it ends (msgspec
    0.22 does). Nothing is there yet that would have to be put away.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
