"""What real agents, libraries and programs said when they met each trouble, as it was seen, with who said it.

The agents were run against a server on loopback that answers every request so; programs were run on Linux, and where it
says so inside the boundary of a station. Addresses and names of directories are others.
"""

from __future__ import annotations

from sessions.floor.triage.case import Cause
from sessions.floor.triage.causes.rule import Where

CLAUDE, CODEX, GEMINI = "Claude Code 2.1.332", "Codex 0.171.0", "Gemini CLI 0.61.0"
OLDER, REPORTS = "Claude Code 2.1.39, recorded sessions", "Claude Code, public reports"
BUILTIN = "the built-in agent, by litellm"
SHELL, PYTHON, GIT = "dash, bash", "Python 3.11", "git 2.39"
SUPERVISOR = "the supervisor, of a station of a command"
OFF, LISTED = "in a boundary without network", "in a boundary that lists hosts"
T, X, C, E = Where.TURN, Where.TOOL, Where.CHECK, Where.END

HEARD: tuple[tuple[str, Cause, Where, str, str], ...] = (
    ("401", Cause.AUTH, T, "Invalid API key · Fix external API key", CLAUDE),
    (
        "401",
        Cause.AUTH,
        T,
        "unexpected status 401 Unauthorized: Incorrect API key provided: sk-x., url: http://x",
        CODEX,
    ),
    ("401", Cause.AUTH, T, '[API Error: {"error":{"code":401,"status":"UNAUTHENTICATED"}}]', GEMINI),
    ("401", Cause.AUTH, T, "login: openai/x at http://x refuses the key (Incorrect API key provided: sk-x.)", BUILTIN),
    (
        "401",
        Cause.AUTH,
        T,
        """b'{"error": {"type": "authentication_error", "message": "invalid x-api-key"}}'""",
        BUILTIN,
    ),
    (
        "403",
        Cause.AUTH,
        T,
        "Failed to authenticate. API Error: 403 Your API key does not have permission to use the specified resource.",
        CLAUDE,
    ),
    (
        "403",
        Cause.AUTH,
        T,
        "unexpected status 403 Forbidden: Project does not have access to this model., url: x",
        CODEX,
    ),
    ("403", Cause.AUTH, T, "Project does not have access to this model.", BUILTIN),
    (
        "403",
        Cause.AUTH,
        T,
        '[API Error: {"error":{"code":403,"message":"Not yours.","status":"PERMISSION_DENIED"}}]',
        GEMINI,
    ),
    (
        "429",
        Cause.RATE_LIMIT,
        T,
        "API Error: Request rejected (429) · This request would exceed your account's rate limit. Please try again.",
        CLAUDE,
    ),
    ("429", Cause.RATE_LIMIT, T, "exceeded retry limit, last status: 429 Too Many Requests", CODEX),
    (
        "429",
        Cause.RATE_LIMIT,
        T,
        "[API Error: Rate limit reached for requests]\nPlease wait and try again later. To increase your limits, "
        "request a quota increase through AI Studio, or switch to another /auth method",
        GEMINI,
    ),
    ("429", Cause.RATE_LIMIT, Where.WAIT, "Rate limit reached for requests", BUILTIN),
    (
        "500",
        Cause.PROVIDER,
        T,
        "API Error: 500 Internal server error. This is a server-side issue, usually temporary — try again in a moment.",
        CLAUDE,
    ),
    ("500", Cause.PROVIDER, T, "We’re currently experiencing high demand, which may cause temporary errors.", CODEX),
    (
        "500",
        Cause.PROVIDER,
        T,
        '[API Error: {"error":{"code":500,"message":"The server had an error while processing your request."}}]',
        GEMINI,
    ),
    ("500", Cause.PROVIDER, Where.WAIT, "The server had an error while processing your request.", BUILTIN),
    ("529", Cause.PROVIDER, T, "API Error: 529 Overloaded. This is a server-side issue, usually temporary", CLAUDE),
    (
        "529",
        Cause.PROVIDER,
        T,
        "unexpected status 529 <unknown status code>: The engine is currently overloaded",
        CODEX,
    ),
    (
        "context too long",
        Cause.CONTEXT_FULL,
        T,
        "Prompt is too long · the request is ~210000 tokens (limit 200000) but this conversation is only ~2587 tokens",
        CLAUDE,
    ),
    (
        "context too long",
        Cause.CONTEXT_FULL,
        T,
        "Codex ran out of room in the model's context window. Start a new thread or clear earlier history.",
        CODEX,
    ),
    (
        "context too long",
        Cause.CONTEXT_FULL,
        T,
        '[API Error: {"error":{"code":400,"message":"The input token count (1300000) exceeds the maximum number of '
        'tokens allowed (1048575).","status":"INVALID_ARGUMENT"}}]',
        GEMINI,
    ),
    ("context too long", Cause.CONTEXT_FULL, T, "This model's maximum context length is 128000 tokens.", BUILTIN),
    (
        "model not found",
        Cause.PROVIDER,
        T,
        "There's an issue with the selected model (claude-nine). It may not exist or you may not have access to it. "
        "Run --model to pick a different model.",
        CLAUDE,
    ),
    ("model not found", Cause.PROVIDER, T, "The model 'x' does not exist or you do not have access to it.", CODEX),
    (
        "model not found",
        Cause.PROVIDER,
        T,
        "[API Error: models/gemini-nine is not found for API version v1beta, or is not supported for generateContent.]",
        GEMINI,
    ),
    (
        "model not found",
        Cause.PROVIDER,
        T,
        """b'{"type": "error", "error": {"type": "not_found_error", "message": "model: claude-nine"}}'""",
        BUILTIN,
    ),
    (
        "no network",
        Cause.PROVIDER,
        T,
        "API Error: Connection refused — a firewall or proxy may be blocking it (ECONNREFUSED)",
        CLAUDE,
    ),
    (
        "no network",
        Cause.PROVIDER,
        T,
        "API Error: Can't reach the API server — check your internet or DNS (ENOTFOUND)",
        CLAUDE,
    ),
    ("no network", Cause.PROVIDER, T, "[API Error: exception TypeError: fetch failed sending request]", GEMINI),
    ("no network", Cause.PROVIDER, Where.WAIT, "Connection error.", BUILTIN),
    (
        "no network",
        Cause.PROVIDER,
        Where.WAIT,
        "Cannot connect to host no-such-host.invalid:80 ssl:<ssl.SSLContext object> [Name or service not known]",
        BUILTIN,
    ),
    (
        "tool not found",
        Cause.TOOL_ERROR,
        X,
        "<tool_use_error>Error: No such tool available: Foo</tool_use_error>",
        REPORTS,
    ),
    ("tool not found", Cause.TOOL_ERROR, X, "there is no such tool", BUILTIN),
    ("tool misused", Cause.TOOL_ERROR, X, "<tool_use_error>Sibling tool call errored</tool_use_error>", OLDER),
    ("tool misused", Cause.TOOL_ERROR, X, "old_string is not in the file as it is: read it again", BUILTIN),
    ("a script that fails", Cause.TOOL_ERROR, X, "Exit code 1\nTraceback (most recent call last):\n  File", OLDER),
    ("no upstream", Cause.TOOL_ERROR, X, "Exit code 128\nfatal: The current branch x has no upstream branch.", OLDER),
    ("no space", Cause.ENVIRONMENT, X, "dd: error writing '/dev/full': No space left on device", "coreutils"),
    ("no space", Cause.ENVIRONMENT, X, "OSError: [Errno 28] No space left on device", PYTHON),
    ("no memory", Cause.ENVIRONMENT, X, "Killed\n[exit code 137]", f"{SHELL}, {BUILTIN}"),
    ("no memory", Cause.ENVIRONMENT, C, "Traceback (most recent call last):\nMemoryError", PYTHON),
    ("segfault", Cause.CRASH, X, "Segmentation fault\n[exit code 139]", f"{SHELL}, {BUILTIN}"),
    ("segfault", Cause.CRASH, X, "Fatal Python error: Segmentation fault\n\nCurrent thread 0x7f", PYTHON),
    ("segfault", Cause.CRASH, E, "it ended with 139: reading record 3, 3 times in a row", SUPERVISOR),
    ("killed", Cause.CRASH, E, "it ended with 137", SUPERVISOR),
    ("missing program", Cause.ENVIRONMENT, X, "/bin/sh: 1: uv: not found\n[exit code 127]", f"dash, {BUILTIN}"),
    ("missing program", Cause.ENVIRONMENT, X, "Exit code 127\n/bin/bash: line 1: cargo: command not found", REPORTS),
    ("missing program", Cause.ENVIRONMENT, E, "it ended with 127", SUPERVISOR),
    ("missing interpreter", Cause.ENVIRONMENT, X, "bash: line 1: ./x: cannot execute: required file not found", SHELL),
    ("missing interpreter", Cause.ENVIRONMENT, X, "sh: 1: ./x: not found", SHELL),
    ("missing interpreter", Cause.ENVIRONMENT, X, "/usr/bin/env: ‘nonode’: No such file or directory", "coreutils"),
    ("not executable", Cause.ENVIRONMENT, X, "bash: line 1: ./z: Permission denied", SHELL),
    ("missing module", Cause.ENVIRONMENT, X, "/usr/bin/python3: No module named pytest", PYTHON),
    ("missing module", Cause.BUILD, C, "ModuleNotFoundError: No module named 'shop.labels'", PYTHON),
    ("missing module", Cause.BUILD, C, "Error: Cannot find module '/srv/shop/nosuch.js'", "Node 20.20.2"),
    ("git lock", Cause.ENVIRONMENT, X, "fatal: Unable to create '/srv/shop/.git/index.lock': File exists.", GIT),
    ("git lock", Cause.ENVIRONMENT, X, "fatal: cannot lock ref 'HEAD': Unable to create 'x.lock': File exists.", GIT),
    ("merge", Cause.CONFLICT, X, "Automatic merge failed; fix conflicts and then commit the result.", GIT),
    ("merge", Cause.CONFLICT, X, "error: Committing is not possible because you have unmerged files.", GIT),
    ("merge markers", Cause.CONFLICT, X, "a:1: leftover conflict marker", GIT),
    (
        "merge markers",
        Cause.CONFLICT,
        C,
        '  File "m.py", line 1\n    <<<<<<< HEAD\n    ^^\nSyntaxError: invalid',
        PYTHON,
    ),
    ("port in use", Cause.ENVIRONMENT, X, "OSError: [Errno 98] Address already in use", PYTHON),
    ("read-only", Cause.SCOPE, X, "touch: cannot touch 'README.md': Read-only file system", f"coreutils, {OFF}"),
    ("too many files", Cause.ENVIRONMENT, X, "OSError: [Errno 24] Too many open files: '/dev/null'", PYTHON),
    ("time over", Cause.TOOL_ERROR, X, "[ended after 20 s: give a longer timeout, or run it in parts]", BUILTIN),
    ("time over", Cause.TOOL_ERROR, X, "Command timed out after 2m 0.0s", REPORTS),
    (
        "no registry",
        Cause.ENVIRONMENT,
        X,
        "npm error request to https://x failed, reason: getaddrinfo EAI_AGAIN x",
        OFF,
    ),
    (
        "no registry",
        Cause.ENVIRONMENT,
        X,
        "ERROR: Could not find a version that satisfies the requirement requests (from versions: none)\nERROR: No "
        "matching distribution found for requests",
        f"pip 23.2.1 {OFF}, and {LISTED}",
    ),
    ("no registry", Cause.ENVIRONMENT, X, "npm error 403 403 Forbidden - GET https://x/left-pad", f"npm {LISTED}"),
    ("no registry", Cause.ENVIRONMENT, X, "curl: (56) CONNECT tunnel failed, response 403", f"curl {LISTED}"),
    ("no registry", Cause.ENVIRONMENT, X, "curl: (6) Could not resolve host: pypi.org", f"curl {OFF}"),
    (
        "no network",
        Cause.ENVIRONMENT,
        X,
        "ssh: Could not resolve hostname x: Temporary failure in name resolution\n[exit code 255]",
        OFF,
    ),
    ("a failing test", Cause.FAILING_TEST, C, "FAILED (failures=1)", "unittest of Python 3.11"),
    ("a refusal", Cause.UNKNOWN, T, "the script has this model give up what it is at", BUILTIN),
)
"""What was met, its cause, where it is heard, the words, and who said them."""
