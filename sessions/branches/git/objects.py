"""Asks git about many objects in one process; a damaged one keeps no other from being told of."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.branches.git.run import Git, failure

MOST_DAMAGED = 20
"""Damaged objects that are passed over; what comes behind more of them counts as damaged, too."""


def told(git: Git, names: Sequence[str], form: str) -> list[str]:
    """For each name of an object a line of `cat-file --batch-check` in this form; "" for a damaged one.

    Names have no line breaks. Raises GitError when git gives up for any other reason.
    """
    lines: list[str] = []
    for _ in range(MOST_DAMAGED):
        left = names[len(lines) :]
        if not left:
            break
        words = ("cat-file", f"--batch-check={form}")
        status, out, err = git.call(*words, stdin="".join(f"{name}\n" for name in left).encode())
        lines += out.decode("utf-8", "replace").split("\n")[:-1]
        if status != 0:
            if b"corrupt" not in err:
                raise failure(git.directory, words, err)
            # Git gives up at the first damaged object; it has told of all before it.
            lines.append("")
    return lines + [""] * (len(names) - len(lines))
