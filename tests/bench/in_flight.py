"""Makes a repository with real branches in flight from any other, whose objects it reads and of which it changes none.

`python -m tests.bench.in_flight FROM INTO [--count N] [--refs PREFIX...]`: the base is the branch that FROM has checked
out. In flight are the newest heads of branches and of pull requests (`refs/pull/N/head`, as a mirror has them) that are
not merged into it. Where there are fewer, they are what the base's last merges brought in, and the base is the one
before these.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from sessions.branches.git.run import Git
from sessions.errors import UsageError

BRANCHES = 50
REFS = ("refs/heads/", "refs/remotes/", "refs/pull/")


def make(source: Path, into: Path, count: int = BRANCHES, refs: Sequence[str] = REFS) -> int:
    """Make the repository `into`, which must not be there yet; the number of its branches besides the base.

    Raises UsageError where history has fewer than two branches to offer.
    """
    git = Git(source)
    base = git.text("rev-parse", "HEAD^{commit}")
    related = (head for head in _unmerged(git, base, refs) if git.call("merge-base", base, head)[0] == 0)
    heads = list(islice(related, count))
    if len(heads) < count:
        base, heads = _merged_last(git, base, count)
    if len(heads) < 2:
        raise UsageError(f"{source} has no branches in flight", "name a mirror of a repository with pull requests")
    objects = git.text("rev-parse", "--path-format=absolute", "--git-path", "objects")
    Git(Path("/")).run("init", "--quiet", "--bare", "--initial-branch=main", str(into))
    (into / "objects" / "info" / "alternates").write_text(f"{objects}\n")
    names = [(f"flight/{number:02}", head) for number, head in enumerate(heads)]
    lines = [f"create refs/heads/{name} {head}\n" for name, head in [("main", base), *names]]
    Git(into).run("update-ref", "--stdin", stdin="".join(lines).encode())
    return len(heads)


def _unmerged(git: Git, base: str, refs: Sequence[str]) -> Iterator[str]:
    """The heads that are not merged, the newest first, each once."""
    words = ("for-each-ref", "--sort=-committerdate", f"--no-merged={base}", "--format=%(objectname) %(refname)")
    seen = set()
    for line in git.run(*words, *refs).decode().splitlines():
        head, _, ref = line.partition(" ")
        if head not in seen and not (ref.startswith("refs/pull/") and ref.endswith("/merge")):
            seen.add(head)
            yield head


def _merged_last(git: Git, base: str, count: int) -> tuple[str, list[str]]:
    """What stood before the last merges, and what these brought in."""
    out = git.run("rev-list", "--first-parent", "--merges", "--parents", f"--max-count={count}", base).decode()
    merges = [line.split() for line in out.splitlines()]
    return (merges[-1][1] if merges else base), [head for _, _, *brought in merges for head in brought]


def main() -> int:
    """Make one, and say how many branches it has."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.in_flight", description=__doc__)
    parser.add_argument("source", type=Path, metavar="FROM")
    parser.add_argument("into", type=Path, metavar="INTO")
    parser.add_argument("--count", type=int, default=BRANCHES)
    parser.add_argument("--refs", nargs="+", default=REFS, metavar="PREFIX")
    asked = parser.parse_args()
    print(f"{make(asked.source, asked.into, asked.count, asked.refs)} branches in {asked.into}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
