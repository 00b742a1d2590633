"""What providers, and agents about them, say: logins, limits, full contexts, outages. Values.

A login comes before a limit, and that before an outage: an account without credit answers 429, and a rate limit is
often told together with words about the service.
"""

from __future__ import annotations

from sessions.floor.triage.case import Cause
from sessions.floor.triage.causes.rule import SAID, SEEN, Rule, Where

NO_MODEL = "no such model"
_ANTHROPIC, _OPENAI, _GOOGLE = "Anthropic API", "OpenAI API", "Gemini API"

AUTH = (
    Rule(
        "not logged in",
        Cause.AUTH,
        (
            "please run /login",
            "not logged in",
            "failed to authenticate",
            "refuses the key",
            "^login: ",
            "login (?:has )?expired",
            "log ?in again",
            "sign in again",
            "authentication required",
        ),
        SAID,
        "Claude Code, Codex, ACP",
    ),
    Rule(
        "key refused",
        Cause.AUTH,
        (
            "invalid (?:x-)?api[- ]key",
            "incorrect api key",
            "api[-_ ]key (?:is )?(?:not valid|invalid|missing|not found)",
            "authentication_error",
            "authenticationerror",
            "invalid_api_key",
            "no api key",
        ),
        SAID,
        f"{_ANTHROPIC}, {_OPENAI}, {_GOOGLE}",
    ),
    Rule(
        "token expired",
        Cause.AUTH,
        ("(?:oauth|access|refresh|bearer) token (?:has |is )?(?:been )?(?:expired|revoked|invalid)", "token_expired"),
        SAID,
        "Claude Code, Codex",
    ),
    Rule(
        "no credit",
        Cause.AUTH,
        (
            "credit balance is too low",
            "insufficient_quota",
            "exceeded your current quota",
            "billing_(?:error|hard_limit)",
            "payment required",
            r"\b402\b",
            "insufficient (?:credits|balance|funds)",
        ),
        SAID,
        f"{_ANTHROPIC}, {_OPENAI}: no retry helps",
    ),
    Rule(
        "not allowed by the provider",
        Cause.AUTH,
        (
            r"\b401\b",
            "unauthorized",
            "permission_error",
            "permissiondeniederror",
            r"\b403\b.{0,20}(?:forbidden|permission)",
            "permission_denied",
            "does not have access to (?:the |this )?model",
            "organization has been disabled",
        ),
        SAID,
        "HTTP",
    ),
)
LIMITS = (
    Rule(
        "usage limit",
        Cause.RATE_LIMIT,
        (
            "usage limit",
            "(?:5-hour|weekly|hourly|daily|session|opus) limit (?:reached|exceeded)",
            "hit your .{0,20}limit",
            "limit will reset",
            r"resets (?:at )?\d",
        ),
        SAID,
        "Claude Code, Codex",
    ),
    Rule(
        "rate limit",
        Cause.RATE_LIMIT,
        (
            "rate[-_ ]?limit",
            r"\b429\b",
            "too many requests",
            "resource[ _]exhausted",
            "resource has been exhausted",
            "(?:tokens|requests) per (?:minute|day|min)",
            "quota exceeded",
            "throttl(?:ed|ing)",
        ),
        SAID,
        f"{_ANTHROPIC}, {_OPENAI}, {_GOOGLE}",
    ),
)
CONTEXT = (
    Rule(
        "context full",
        Cause.CONTEXT_FULL,
        (
            "prompt is too long",
            "context[-_ ](?:length|window|limit)[-_ ]?(?:was |is |has been )?(?:exceeded|reached|full)",
            "maximum context length",
            "exceeds? (?:the )?(?:model'?s )?context",
            "ran out of room in the model'?s context",
            "contextwindowexceeded",
            "compaction failed",
            "conversation (?:is )?too long",
            "input is too long",
            "maximum prompt length",
            "request (?:entity )?too large",
            "token count .{0,30}exceeds",
        ),
        SAID,
        f"{_ANTHROPIC}, {_OPENAI}, {_GOOGLE}, Codex, litellm",
    ),
)
PROVIDERS = (
    Rule(
        NO_MODEL,
        Cause.PROVIDER,
        (
            "not_found_error.{0,40}model",
            "model .{0,60}(?:not found|does not exist|is not supported|not available)",
            "model_not_found",
            "unknown model",
            "issue with the selected model",
            r"models/\S{1,60} is not found",
            "llm provider not provided",
        ),
        SAID,
        f"{_ANTHROPIC}, {_OPENAI}, litellm",
    ),
    Rule(
        "overloaded",
        Cause.PROVIDER,
        ("overloaded", r"\b529\b", "(?:is|are) at capacity", "server is busy", "experiencing high demand"),
        SAID,
        f"{_ANTHROPIC}, {_GOOGLE}",
    ),
    Rule(
        "server error",
        Cause.PROVIDER,
        (
            "internal server error",
            "server had an error",
            "internalservererror",
            r"\bapi_error\b",
            "bad gateway",
            "empty or malformed response",
            "service (?:is )?(?:temporarily )?unavailable",
            "serviceunavailable",
            "gateway time-?out",
            r"\bunavailable\b.{0,3}:",
            "upstream (?:connect|request)",
            r"(?:error|http|status|code)[ :]{1,3}5\d\d\b",
        ),
        SAID,
        "HTTP",
    ),
    Rule(
        "no connection to the provider",
        Cause.PROVIDER,
        (
            "apiconnectionerror",
            "cannot connect to host",
            "connection (?:error|refused|reset|closed|aborted|timed out)",
            "econn(?:refused|reset|aborted)",
            "etimedout",
            r"\benotfound\b",
            "eai_again",
            "fetch failed",
            "socket hang up",
            "request timed out",
            "stream (?:error|disconnected|closed)",
            "disconnected before completion",
            "network (?:error|is unreachable)",
            "apitimeouterror",
            "error sending request",
        ),
        SAID,
        "Node, httpx, Codex",
    ),
    Rule(
        "certificate",
        Cause.ENVIRONMENT,
        ("certificate_verify_failed", "self[- ]signed certificate", "unable to (?:get|verify) .{0,30}certificate"),
        (*SAID, *SEEN),
        "OpenSSL, Node",
    ),
)
SPENT = (
    Rule(
        "bound of the agent",
        Cause.BUDGET,
        (
            "max(?:imum)?[-_ ](?:number of )?(?:turns|iterations|steps)",
            "budget (?:was |is )?(?:exceeded|used up|exhausted)",
            "cost limit",
            "max_budget",
        ),
        (Where.TURN, Where.WORDS),
        "Claude Code, mini-swe-agent",
    ),
)
