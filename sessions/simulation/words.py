"""What the simulated agents say, run, write and ask: made up, and recognisable as work."""

from __future__ import annotations

from zlib import crc32

AREAS = ("proxy", "auth", "billing", "search", "queue", "upload", "mail", "cache", "export", "audit")
PARTS = ("pool", "retry", "client", "schema", "session", "router", "limits", "worker", "tokens", "store", "views")

ROLES: tuple[tuple[str, str], ...] = (
    ("ship", ""),
    ("test", "tests"),
    ("ship", ""),
    ("document", "docs"),
    ("ship", ""),
    ("clean", "tidy"),
    ("ship", ""),
    ("dumb", "types"),
    ("test", "tests"),
    ("integrate", "train"),
)
"""Role and name of the stations in turn; a station that ships is named after its area."""

FEATURES = ("paging", "sso", "webhooks", "dark-mode", "rate-limits", "csv", "retention", "tracing", "i18n", "s3")
AUTHORS = ("Mara Lindqvist", "Tomasz Wrona", "Aiko Mori", "Ben Okafor", "Lena Roth")

TASKS = {
    "ship": (
        "Make the {area} {part} reuse its connections and prove it with a test",
        "{area}: return 429 with Retry-After instead of 500 when {part} is full",
        "Add a timeout to every call in {area}/{part} and make it a setting",
        "The {part} of {area} loses the last item on shutdown; find out why and fix it",
    ),
    "test": (
        "Cover {area}/{part} with tests for the empty and the full case",
        "tests/{area}: find the flaky test around {part} and make it deterministic",
        "Write property tests for the {part} of {area}",
    ),
    "clean": (
        "Split {area}/{part}.py: parsing in one file, acting in another",
        "Remove what nobody calls in {area}, with evidence for each",
    ),
    "document": (
        "Document the {part} of {area} for operators: failure modes first",
        "docs/{area}: the examples no longer run; repair them and test them",
    ),
    "dumb": (
        "Add type annotations to src/{area}/{part}.py, nothing else",
        "Replace print by the logger in src/{area}, one commit per file",
    ),
    "integrate": (
        "Bring {branch} up to date with main and run the whole suite",
        "Merge the finished branches of today in the suggested order",
    ),
}

SAYS = (
    "The {part} keeps its own lock, so two workers wait for each other; I will take it once, outside.",
    "Found it: {file} swallows the error and returns None.",
    "All tests in tests/{area} pass now. Next: the same for the slow path.",
    "I will read {file} first, then decide whether the interface has to change.",
    "This fails only when the clock steps back; the test needs a clock of its own.",
    "The change is small, but {area} depends on the old order, so I keep it.",
    "Two callers are left. Both can take the new signature of {part}.",
    "Before I commit I run the linter and the type checker once more.",
    "The retry must not count the first attempt: off by one in {part}.",
    "Benchmarks: 14 % fewer allocations, the same throughput.",
)

COMMANDS = {
    "ship": (
        "pytest -q tests/{area}",
        "ruff check src/{area}",
        "mypy src/{area}",
        "git diff --stat",
        "rg -n {part} src",
    ),
    "test": ("pytest -q tests/{area} -k {part}", "pytest -q --lf", "pytest -q tests/{area} -p no:randomly"),
    "clean": ("rg -n 'import {part}' src", "ruff check --select F401 src/{area}", "pytest -q tests/{area}"),
    "document": ("mkdocs build --strict", "python -m doctest docs/{area}/{part}.md", "rg -n TODO docs"),
    "dumb": ("mypy --strict src/{area}/{part}.py", "ruff format src/{area}"),
    "integrate": ("git merge-tree --write-tree main {branch}", "git rebase main", "make test", "git log --oneline -5"),
}

FAILURES = (
    "exit 1: 2 failed, 41 passed in 8.14s",
    "exit 1: error: Argument 1 has incompatible type",
    "exit 2: no tests ran in 0.02s",
    "exit 1: mkdocs: page not found in nav",
    "exit 128: fatal: not something we can merge",
    "exit 124: timed out after 120 s",
)
TURN_FAILURES = (
    "tests still red after 5 attempts",
    "agent exited with 1",
    "context limit reached, compaction failed",
    "the model refused",
)
QUESTIONS = (
    "allow: git push --force-with-lease origin {branch} ?",
    "allow: rm -rf build/ ?",
    "allow: curl -sS localhost:8080/{area}/health ?",
    "question: keep the old /v1/{area} endpoint?",
    "allow: edit src/{area}/{part}.py outside the scope ?",
)
SUBJECTS = (
    "{area}: reuse connections in {part}",
    "{area}: test the empty {part}",
    "{area}: say which {part} failed",
    "Split {part} out of {area}",
    "Annotate {area}/{part}",
    "docs: how {area} fails",
)

TOOLS = {
    "claude": {"read": "Read", "search": "Grep", "edit": "Edit", "run": "Bash"},
    "codex": {"read": "exec_command", "search": "exec_command", "edit": "apply_patch", "run": "exec_command"},
    "openclaw": {"read": "read", "search": "exec", "edit": "edit", "run": "exec"},
}
"""How each kind of agent names the tool for a deed."""


def home_of(branch: str) -> str:
    """The area in which most of a branch's work is done: the one that it is named after, or any."""
    name = branch.rsplit("/", 1)[-1]
    return next((area for area in AREAS if name.startswith(area)), AREAS[crc32(name.encode()) % len(AREAS)])


def file_of(role: str, area: str, part: str) -> str:
    """Where a station with this role edits."""
    match role:
        case "document":
            return f"docs/{area}/{part}.md"
        case "test":
            return f"tests/{area}/test_{part}.py"
    return f"src/{area}/{part}.py"
