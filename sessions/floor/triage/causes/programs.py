"""What programs print when they fail: the machine, git, tests, builds, and tools of agents. Values.

What the machine lacks comes first, as then every test fails, and a merge in conflict before the build that it breaks.
"""

from __future__ import annotations

from sessions.floor.triage.case import Cause
from sessions.floor.triage.causes.rule import SEEN, Rule, Where

_PRINTED = (Where.TOOL, Where.CHECK)

ENVIRONMENT = (
    Rule(
        "no space",
        Cause.ENVIRONMENT,
        (
            "no space left on device",
            r"\benospc\b",
            "disk quota exceeded",
            r"\bedquot\b",
            "not enough (?:free )?(?:disk )?space",
        ),
        SEEN,
        "errno",
    ),
    Rule(
        "no memory",
        Cause.ENVIRONMENT,
        (
            "cannot allocate memory",
            r"\benomem\b",
            "out of memory",
            "oom-?kill",
            "memoryerror",
            r"exit(?:ed|s)?(?: with)?(?: code| status)? 137\b",
        ),
        SEEN,
        "errno, Node, the kernel",
    ),
    Rule(
        "command not found",
        Cause.ENVIRONMENT,
        (
            "command not found",
            ": not found$",
            r"spawn \S{1,80} enoent",
            "is not recognized as an internal",
            "executable file not found",
            r"exit(?:ed)?(?: with)?(?: code| status)? 127\b",
            "no such program",
        ),
        SEEN,
        "sh, Node, Go",
    ),
    Rule(
        "no network",
        Cause.ENVIRONMENT,
        (
            "could not resolve host",
            "temporary failure in name resolution",
            "name or service not known",
            "network is unreachable",
            "getaddrinfo",
            "no route to host",
            "failed to establish a new connection",
        ),
        _PRINTED,
        "curl, pip, Node",
    ),
    Rule(
        "port taken",
        Cause.ENVIRONMENT,
        ("address already in use", r"\beaddrinuse\b", r"port \d{1,5} is (?:already )?in use"),
        SEEN,
    ),
    Rule(
        "too many files",
        Cause.ENVIRONMENT,
        ("too many open files", r"\bemfile\b", r"\benfile\b", "inotify watch(?:es)? limit"),
        SEEN,
    ),
    Rule(
        "read-only",
        Cause.SCOPE,
        (
            "read-only file system",
            r"\berofs\b",
            "outside (?:of )?(?:its|the|your) scope",
            "is not in (?:its|your) scope",
        ),
        SEEN,
        "errno, and what the boundary says",
    ),
    Rule(
        "permission denied",
        Cause.ENVIRONMENT,
        ("permission denied", r"\beacces\b", r"\beperm\b", "operation not permitted", "dubious ownership"),
        SEEN,
        "errno, git",
    ),
)
CONFLICTS = (
    Rule(
        "merge conflict",
        Cause.CONFLICT,
        (
            "merge conflict in",
            "automatic merge failed",
            r"conflict \((?:content|add/add|modify/delete|rename)",
            "could not apply [0-9a-f]{7}",
            "you have unmerged paths",
            "needs merge",
        ),
        SEEN,
        "git",
    ),
)
TESTS = (
    Rule(
        "failing test",
        Cause.FAILING_TEST,
        (
            r"\b[1-9]\d{0,5} (?:tests? )?fail(?:ed|ing|ures?)\b",
            "^failed tests?/",
            r"\bfailed \S{1,120}::",
            "assertionerror",
            "--- fail:",
            r"^fail\s{1,4}\S{1,80}[/.]",
            "test result: failed",
            "tests? still red",
            "failures: [1-9]",
            r"failed \(failures=",
            r"failed \(errors=",
            r"not ok \d",
            "failures!",
            "tests? (?:run )?failed",
            "there were failing tests",
        ),
        (*_PRINTED, Where.TURN),
        "pytest, unittest, jest, go, cargo, JUnit, TAP, RSpec",
    ),
)
BUILDS = (
    Rule(
        "does not build",
        Cause.BUILD,
        (
            r"error\[e\d{4}\]",
            "could not compile",
            r"error ts\d{3,5}:",
            "syntaxerror",
            "indentationerror",
            "undefined reference to",
            r"fatal error: \S{1,120}: no such file",
            r"make(?:\[\d{1,3}\])?: \*\*\*",
            "build failed",
            "compilation (?:error|failed)",
            "npm err(?:!|or) (?:code )?elifecycle",
            "cannot find symbol",
            r"ld returned \d",
            "ninja: build stopped",
            r"found [1-9]\d{0,5} errors? in",
            r"\.go:\d{1,6}:\d{1,6}: ",
            "failed to compile",
            r"\[error\] failed to execute goal",
        ),
        (*_PRINTED, Where.TURN),
        "rustc, tsc, gcc, make, mvn, npm, mypy, go",
    ),
    Rule(
        "does not import",
        Cause.BUILD,
        (
            "modulenotfounderror",
            "no module named",
            "cannot find module",
            "importerror",
            "unresolved import",
            r"package \S{1,120} is not in",
        ),
        (*_PRINTED, Where.TURN),
        "Python, Node, Rust, Go",
    ),
)
CRASHES = (
    Rule(
        "crash",
        Cause.CRASH,
        (
            "segmentation fault",
            "sigsegv",
            "sigabrt",
            "core dumped",
            "^panic:",
            "thread '.{1,40}' panicked",
            "fatal error: (?:runtime|unexpected signal)",
            r"traceback \(most recent",
            "uncaught exception",
            "unhandled (?:promise )?rejection",
            r"exit(?:ed|s)?(?: with)?(?: code| status)? 13[49]\b",
        ),
        SEEN,
        "the kernel, Rust, Go, Python, Node",
    ),
    Rule(
        "its process ended",
        Cause.CRASH,
        (
            "ended without a word",
            "process is gone",
            "process (?:has )?(?:exited|ended|died)",
            r"exited with\b",
            r"ended with\b",
            "was killed",
            "killed by",
            "its host ended",
            "did not outlive",
            "broken pipe",
            "connection to the agent",
            "agent process",
        ),
        (Where.TURN, Where.END),
        "what a supervisor sees",
    ),
)
TOOLS = (
    Rule(
        "tool misused",
        Cause.TOOL_ERROR,
        (
            "string to replace not found",
            "has not been read yet",
            "tool_use_error",
            "inputvalidationerror",
            "no such tool",
            "unknown tool",
            "apply_patch verification failed",
            "invalid (?:tool )?(?:parameters|arguments|input)",
            "mcp error",
            "does not exist",
            "no such file or directory",
            "timed out",
            "old_string",
            "is a directory",
            "not found in file",
            "missing required",
        ),
        (Where.TOOL,),
        "Claude Code, Codex, MCP",
    ),
    Rule("a tool failed", Cause.TOOL_ERROR, (r"\S",), (Where.TOOL,), "whatever it said"),
    Rule("its check failed", Cause.FAILING_TEST, (r"\S",), (Where.CHECK,), "whatever it said"),
)
