"""Whatever an agent could send: JSON of any shape, more often than not under names that mean something."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = (
    "sessionUpdate",
    "toolCallId",
    "title",
    "kind",
    "status",
    "content",
    "type",
    "text",
    "path",
    "newText",
    "oldText",
    "locations",
    "rawInput",
    "rawOutput",
    "_meta",
    "claudeCode",
    "parentToolUseId",
    "toolName",
    "messageId",
    "used",
    "size",
    "cost",
    "amount",
    "currency",
    "usage",
    "quota",
    "model_usage",
    "model",
    "token_count",
    "inputTokens",
    "outputTokens",
    "cachedReadTokens",
    "cachedWriteTokens",
    "thoughtTokens",
    "totalTokens",
    "promptTokens",
    "completionTokens",
    "cachedTokens",
    "steps",
    "terminal_exit",
    "exit_code",
    "terminal_output_delta",
    "data",
    "options",
    "optionId",
    "name",
)
WORDS = (
    "agent_message_chunk",
    "tool_call",
    "tool_call_update",
    "usage_update",
    "session_info_update",
    "plan",
    "agent_thought_chunk",
    "edit",
    "execute",
    "pending",
    "in_progress",
    "completed",
    "failed",
    "diff",
    "text",
    "allow_once",
    "allow_always",
    "reject_once",
    "USD",
    "c1",
    "c2",
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=40)
    | st.just("\x1b]52;c;aGk=\x07\u202e[red]")
)
anything: st.SearchStrategy[object] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=12,
)
updates: st.SearchStrategy[dict[str, object]] = st.builds(
    lambda kind, rest: {**rest, "sessionUpdate": kind},
    st.sampled_from(WORDS[:7]) | SCALARS,
    st.dictionaries(st.sampled_from(NAMES), anything, max_size=6),
)
"""Updates of a conversation, most of a kind that there is."""
