"""`journal size` and `journal prune`: how large the journal is, and taking out of it what is over."""

from __future__ import annotations

from console.cli.call import Call


def journal(call: Call) -> int:
    """Do what is asked with the journal itself."""
    if call.what == "size":
        from console.cli.journal.size import size

        return size(call)
    from console.cli.journal.prune import prune

    return prune(call)
