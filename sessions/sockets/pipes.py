"""The pipes to programs that the loop has started: what is left open of them when they have ended."""

from __future__ import annotations

import asyncio


def let_go(process: asyncio.subprocess.Process) -> None:
    """Close our ends of its pipes; it has ended, or was killed.

    What it started may hold the other ends, also a moment longer than it: the loop would keep ours open as long, and
    one that ends before leaves them for good.
    """
    process._transport.close()  # type: ignore[attr-defined]  # asyncio knows no other way
