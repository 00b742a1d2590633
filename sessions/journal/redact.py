"""Secrets taken out of text before it leaves in a recording. Pure; it would rather hide too much than too little."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable

HIDDEN = "[secret]"

_NAMES = (
    r"[A-Za-z0-9_.-]{0,40}(?:passw(?:or)?d|passphrase|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key"
    r"|signing[_-]?key|encryption[_-]?key|credentials?|token|authorization|session[_-]?id|cookie)"
)
"""Names of things that hold secrets, as they end in variables, options and JSON keys."""

_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----.*?"
    r"(?:-----END (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
_KNOWN = re.compile(
    r"(?<![A-Za-z0-9_])(?:"
    r"sk-(?=[A-Za-z_-]{0,80}[0-9])[A-Za-z0-9_-]{16,}"  # Anthropic, OpenAI, OpenRouter and their imitators
    r"|[rsp]k_(?:live|test)_[A-Za-z0-9]{10,}"  # Stripe
    r"|(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{16}(?![A-Za-z0-9])"  # AWS
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}"
    r"|gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_.-]{16,}"
    r"|AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_.-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}"  # Google
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"  # Slack
    r"|hf_[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|xai-[A-Za-z0-9]{20,}|pplx-[A-Za-z0-9]{20,}"
    r"|npm_[A-Za-z0-9]{20,}|pypi-[A-Za-z0-9_-]{20,}|dop_v1_[a-f0-9]{20,}"
    r"|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{20,}"
    r"|lin_api_[A-Za-z0-9]{20,}|nvapi-[A-Za-z0-9_-]{20,}|AGE-SECRET-KEY-1[A-Z0-9]{20,}"
    r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}"  # JSON web tokens
    r")"
)
_BEARER = re.compile(r"(?i)\b(?:bearer|basic)\s+(?P<value>[A-Za-z0-9._~+/=-]{16,})")
_URL = re.compile(r"(?i)(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{1,20}://[^\s:/@\"']{0,200}):[^\s/@\"']{1,300}@")
_ASSIGNED = re.compile(
    rf"(?i)(?<![A-Za-z0-9])(?P<name>{_NAMES})\\?[\"']?\s{{0,9}}(?:=>|:=|[=:])\s{{0,9}}\\?[\"']?"
    r"(?P<value>(?<=[\"'])[^\"'\\]{4,}|[^\s\"'\\,;&|(){}\[\]<>]{4,})"
)
_OPTION = re.compile(rf"(?i)(?<!\S)--?(?P<name>{_NAMES})\s{{1,9}}[\"']?(?P<value>[^\s\"'-][^\s\"']{{3,}})")
_USER = re.compile(r"(?<!\S)(?:-u|--user)[\s=]{1,9}[\"']?[^\s:\"']{1,100}:(?P<value>[^\s\"']{3,})")
_RANDOM = re.compile(r"[=:]\s{0,9}\\?[\"']?(?P<value>[A-Za-z0-9+/_=-]{24,})(?![A-Za-z0-9+/_=.-])")

_MARK_WORDS = """
sk- k_live_ k_test_ akia asia abia acca agpa aida aroa anpa ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ gl aiza
ya29. gocspx- xox xapp- hf_ r8_ gsk_ xai- pplx- npm_ pypi- dop_v1_ sg. shp lin_api_ nvapi- age-secret eyj
bearer basic :// private pass pwd secret key credential token authorization session cookie -u --user
"""
_MARKS = tuple(_MARK_WORDS.split())
"""A text that has none of these, whatever the case, holds nothing but what `_RANDOM` may find: a quick first look."""

_WORDS = frozenset(
    {"true", "false", "null", "none", "undefined", "string", "required", "optional", "missing", "invalid", "expired"}
    | {"bearer", "basic", "xxxx", "****"}
)
_ENTROPY = 3.3
"""Bits per character above which sixteen and more characters are no word."""


def redact(text: str) -> str:
    """`text` with everything that looks like a secret replaced by `[secret]`; all else stays, to the character."""
    lowered = text.lower()
    if any(mark in lowered for mark in _MARKS):
        text = _redact_named(text)
    return _RANDOM.sub(_hide_if(_is_random), text) if "=" in text or ":" in text else text


def _redact_named(text: str) -> str:
    text = _PRIVATE_KEY.sub(HIDDEN, text)
    text = _URL.sub(rf"\1:{HIDDEN}@", text)
    text = _KNOWN.sub(HIDDEN, text)
    text = _BEARER.sub(_hide_if(_is_mixed), text)
    text = _ASSIGNED.sub(_hide_if(_is_value), text)
    text = _OPTION.sub(_hide_if(_is_value), text)
    return _USER.sub(_hide_if(_is_no_number), text)


def _hide_if(test: Callable[[re.Match[str]], bool]) -> Callable[[re.Match[str]], str]:
    """A replacement that hides the group `value` where `test` says so."""

    def change(match: re.Match[str]) -> str:
        if not test(match):
            return match[0]
        begin, end = match.span("value")
        return match.string[match.start() : begin] + HIDDEN + match.string[end : match.end()]

    return change


def _is_mixed(match: re.Match[str]) -> bool:
    """Whether it is no plain word: `Basic authentication` is text."""
    value = match["value"]
    return any(c.isdigit() for c in value) or any(c.isupper() for c in value[1:])


def _is_no_number(match: re.Match[str]) -> bool:
    """Whether it is no number: `docker run -u 1000:1000` names a group."""
    return not match["value"].isdigit()


def _is_value(match: re.Match[str]) -> bool:
    """Whether what is assigned to a telling name is a secret itself, and not a count, a word or a reference."""
    name, value = match["name"].lower(), match["value"].rstrip(".:")
    if value.lower() in _WORDS or value.startswith(("$", "%", "*")):
        return False
    if "pass" not in name and "pwd" not in name and re.fullmatch(r"[0-9.,_]{1,12}[kKmM]?", value):
        return False  # max_token: 4096
    return not re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", value)  # token = settings.token


def _is_random(match: re.Match[str]) -> bool:
    """Whether a long assigned value has letters and digits in no order; hashes, ids, paths and names have some."""
    value = match["value"]
    if re.fullmatch(r"[0-9a-fA-F-]+", value):
        return False
    piece = max(re.split(r"[/_=+-]+", value), key=len)
    if len(piece) < 16 or sum(c.isdigit() for c in piece) < 2 or not any(c.isalpha() for c in piece):
        return False
    shares = [count / len(piece) for count in Counter(piece).values()]
    return -sum(share * math.log2(share) for share in shares) >= _ENTROPY
