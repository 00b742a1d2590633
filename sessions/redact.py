"""Secrets taken out of text before it is kept or leaves. Pure; it would rather hide too much than too little."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from operator import ne

from sessions.suspect import may_be_called_one, may_look_like_one

HIDDEN = "[secret]"

_NAMES = (
    r"[A-Za-z0-9_.-]{0,40}(?:passw(?:or[dt])?d?|passphrase|pwd|[_-]pass|secret|api[_-]?key|access[_-]?key"
    r"|private[_-]?key|auth[_-]?key|signing[_-]?key|encryption[_-]?key|secret[_-]?key[_-]?base|credentials?|token"
    r"|authorization|session[_-]?id|cookie)"
)
"""Names of things that hold secrets, as they end in variables, options and JSON keys."""

_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----.*?"
    r"(?:-----END (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-(?=[A-Za-z_-]{0,80}[0-9])[A-Za-z0-9_-]{16,}"  # Anthropic, OpenAI, OpenRouter and their imitators
    r"|[rsp]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{20,}"  # Stripe
    r"|(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{16}(?![A-Za-z0-9])"  # AWS
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}"
    r"|gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_.-]{16,}"
    r"|AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_.-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}|1//0[A-Za-z0-9_-]{20,}"  # Google
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/[A-Za-z0-9/]{20,}"  # Slack
    r"|hf_[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|xai-[A-Za-z0-9]{20,}|pplx-[A-Za-z0-9]{20,}"
    r"|npm_[A-Za-z0-9]{20,}|pypi-[A-Za-z0-9_-]{20,}|rubygems_[a-f0-9]{20,}|dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"
    r"|do[por]_v1_[a-f0-9]{20,}|dapi[a-f0-9]{32}|tskey-[a-z]{3,12}-[A-Za-z0-9-]{16,}|hv[sbr]\.[A-Za-z0-9_-]{20,}"
    r"|sbp_[a-f0-9]{20,}|sb_secret_[A-Za-z0-9_-]{20,}|PMAK-[a-f0-9]{20,}-[a-f0-9]{20,}|NRAK-[A-Z0-9]{20,}"
    r"|HRKU-[A-Za-z0-9_-]{20,}|ATATT3[A-Za-z0-9_=-]{20,}|ATBB[A-Za-z0-9]{20,}|sq0[a-z]{3}-[A-Za-z0-9_-]{20,}"
    r"|gl(?:sa|c)_[A-Za-z0-9_=]{20,}|figd_[A-Za-z0-9_-]{20,}|ntn_[A-Za-z0-9]{20,}|dp\.[a-z]{2,6}\.[A-Za-z0-9]{20,}"
    r"|key-[a-f0-9]{32}(?![A-Za-z0-9])|pul-[a-f0-9]{40}(?![A-Za-z0-9])|fw_[A-Za-z0-9]{20,}"
    r"|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{20,}"
    r"|lin_api_[A-Za-z0-9]{20,}|nvapi-[A-Za-z0-9_-]{20,}|AGE-SECRET-KEY-1[A-Z0-9]{20,}"
    r"|eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){1,4}"  # JSON web tokens, also cut off
    r")"
    r"|\$(?:2[abxy]?|apr1|[156y]|argon2id?)\$[A-Za-z0-9./$=,+]{20,}"  # what a password is kept as
)
_BEARER = re.compile(r"(?i)\b(?:bearer|basic)\s+(?P<value>[A-Za-z0-9._~+/=-]{16,})")
_AUTHORIZATION = re.compile(
    r"(?i)\bauthorization\\?[\"']?\s{0,9}[:=]\s{0,9}\\?[\"']?"
    r"(?:bearer|basic|token|bot|apikey|negotiate|ntlm|dpop|ssws)\s{1,9}(?P<value>[^\s\"'\\,;\[]{3,})"
)
_COOKIES = re.compile(r"(?i)\bcookie\\?[\"']?:\s{0,9}\\?[\"']?(?P<value>[^\s\"'=;\\]{1,100}=[^\"'\\\n]{3,})")
_URL = re.compile(r"(?i)(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{1,20}://[^\s:/@\"']{0,200}):[^\s/\"']{1,300}@(?!sha\d)")
_USER_OF_URL = re.compile(r"://(?P<value>[A-Za-z0-9_-]{20,})@")
_SIGNED = re.compile(r"(?i)[?&](?:sig|(?:x-[a-z]{3,4}-)?signature)=(?P<value>[^\s&#\"'\[]{8,})")
_ASSIGNED = re.compile(
    rf"(?i)(?<![A-Za-z0-9])(?P<name>{_NAMES})\\?[\"']?\s{{0,9}}(?:=>|:=|=(?!=)|:(?!:))\s{{0,9}}\\?[\"']?"
    r"(?P<value>(?<=\\[\"'])[^\"'\\]{4,}|(?<=[\"'])(?:[^\"'\\]|\\.){4,}|[^\s\"'\\,;&|(){}\[\]<>]{4,})"
)
_ELEMENT = re.compile(rf"(?i)<(?P<name>{_NAMES})>(?P<value>[^<>\[\]]{{3,}})<")
_OPTION = re.compile(
    rf"(?i)(?<!\S)--?(?P<name>{_NAMES})\s{{1,9}}(?P<value>(?<=\s)[^\s\"'-][^\s\"']{{3,}}|(?<=\s)[\"'][^\"']{{3,}})"
)
_COMMAND = re.compile(
    r"(?<![\w-])(?:(?:sshpass|(?:docker|podman)\s+login)\b[^|;&\n]{0,100}?\s-p\s{0,9}"
    r"|(?:mysql|mariadb)[a-z]*\b[^|;&\n]{0,100}?\s-p|redis-cli\b[^|;&\n]{0,100}?\s-a\s{1,9}"
    r"|-pass(?:in|out)?\s{1,9}pass:|login\s{1,9}\S{1,80}\s{1,9}password\s{1,9}"
    r"|(?:password|passphrase|api key|secret|token)\s{1,9}(?:is|was)\s{1,9}(?=[^\s\d]{0,40}\d))"
    r"[\"'`]?(?P<value>[^\s\"'`\[]{3,})"
)
"""What programs take as a password in words of their own: options, `.netrc`, and plain sentences."""
_USER = re.compile(r"(?<!\S)(?:-[uU]\s{0,9}|--(?:proxy-)?user[\s=]{1,9})[\"']?[^\s:\"']{1,100}:(?P<value>[^\s\"']{3,})")
_RANDOM = re.compile(r"[=:]\s{0,9}\\?[\"']?(?P<value>[A-Za-z0-9+/_=-]{24,})(?![A-Za-z0-9+/_=.-])")
_LONG = re.compile(r"[A-Za-z0-9+/_-]{28,}={0,2}")
_OF_AGENTS = re.compile(r"(?<![A-Za-z0-9])(?:(?:srv|mcp)?toolu|chatcmpl|msg|req|call|fc|rs|resp)[_-][A-Za-z0-9]+")
"""Ids that agents and providers give to calls: an event says by them which call came back."""

_WORDS = frozenset(
    {"true", "false", "null", "none", "undefined", "string", "required", "optional", "missing", "invalid", "expired"}
    | {"include", "same-origin", "bearer", "basic", "token", "apikey", "negotiate", "xxxx"}
)
_REFERENCE = re.compile(r"\$|%(?:\w+%|\(|s\b)|\*+$|your[_-]", re.IGNORECASE)
"""How a value begins that stands for another one."""
_ENTROPY = 3.3
"""Bits per character above which sixteen and more characters are no word."""
_TURNS = 0.4
"""Share of neighbours of another kind (capital, small, digit) from which on they are in no order; names have less."""


def redact(text: str) -> str:
    """`text` with everything that looks like a secret replaced by `[secret]`; all else stays, to the character."""
    looks = may_look_like_one(text)
    if looks:
        text = _KNOWN.sub(HIDDEN, text)
    if may_be_called_one(text):
        text = _redact_named(text)
    return _redact_chance(text) if looks else text


def _redact_named(text: str) -> str:
    text = _PRIVATE_KEY.sub(HIDDEN, text)
    text = _URL.sub(rf"\1:{HIDDEN}@", text)
    for pattern, test in _TESTED:
        text = pattern.sub(_hide_if(test), text)
    return text


def _redact_chance(text: str) -> str:
    text = _RANDOM.sub(_hide_if(_is_random), text)
    return _LONG.sub(lambda match: HIDDEN if _is_jumbled(match[0]) else match[0], text)


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
    name, value = match["name"], match["value"].rstrip(".:")
    lowered, after = name.lower(), match.string[match.end() : match.end() + 1]
    if value.lower() in _WORDS or _REFERENCE.match(value):
        return False
    if lowered.endswith("pwd") and value.startswith(("/", "~")):
        return False  # PWD=/home/bob
    if "pass" not in lowered and "pwd" not in lowered and re.fullmatch(r"[0-9.,_]{1,12}[kKmM]?", value):
        return False  # max_token: 4096
    if lowered.endswith("id") and re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}", value):
        return False  # session_id: the conversation of an agent
    if name.isupper():
        return True
    # token = settings.token, token = get_token(), password=password
    return not (
        re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", value)
        or (after == "(" and re.fullmatch(r"\w+", value))
        or lowered.endswith(value.lower())
    )


def _is_random(match: re.Match[str]) -> bool:
    """Whether a long assigned value has letters and digits in no order; hashes, ids, paths and names have some."""
    piece = _longest_piece(match["value"])
    if len(piece) < 16 or sum(c.isdigit() for c in piece) < 2 or re.fullmatch(r"[0-9a-fA-F]+", piece):
        return False
    shares = [count / len(piece) for count in Counter(piece).values()]
    return -sum(share * math.log2(share) for share in shares) >= _ENTROPY


def _is_jumbled(value: str) -> bool:
    """Whether a long value, wherever it stands, has capitals, small letters and digits mixed as only chance mixes."""
    piece = _longest_piece(value)
    kinds = ["A" if char.isupper() else "a" if char.islower() else "1" for char in piece]
    return len(piece) >= 20 and len({*kinds}) == 3 and sum(map(ne, kinds, kinds[1:])) >= _TURNS * len(piece)


def _longest_piece(value: str) -> str:
    """The longest run of letters and digits that belongs to no id of a call."""
    return max(re.split(r"[/_=+-]+", _OF_AGENTS.sub("", value)), key=len)


def _always(match: re.Match[str]) -> bool:
    return True


_TESTED: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    (_AUTHORIZATION, _always),
    (_BEARER, _is_mixed),
    (_COOKIES, _always),
    (_USER_OF_URL, _always),
    (_SIGNED, _always),
    (_ASSIGNED, _is_value),
    (_ELEMENT, _is_value),
    (_OPTION, _is_value),
    (_COMMAND, _always),
    (_USER, _is_no_number),
)
"""Patterns with a group `value`, and whether what stands there is a secret."""
