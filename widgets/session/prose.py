"""What agents write, as they mean it: headings, code and strong words of Markdown, line by line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from widgets.draw.cells import Line, Span
from widgets.draw.wrap import wrap

_HEADING = re.compile(r"#{1,6} +(.*)")
_FENCE = re.compile(r" *(`{3,}|~{3,})([^`~]*)")
"""A line that begins or ends a block of code. With words after a second mark it is a line of its own."""
_INLINE = re.compile(
    r"(?P<code>`{1,3})(?P<of_code>[^`]{1,500})(?P=code)|\*\*(?P<strong>[^\s*](?:[^*]{0,500}[^\s*])?)\*\*"
)
CODE = "accent"


def prose(lines: Sequence[str], cells: int, style: str) -> Iterator[Line]:
    """The lines wrapped to `cells`, with what marks their form taken out and shown as weight and colour.

    What is no complete mark stays as it is: nothing that was written is lost.
    """
    fenced = ""
    for line in lines:
        fence = _FENCE.fullmatch(line)
        if fence and (not fenced or (fence[1].startswith(fenced) and not fence[2].strip())):
            fenced = "" if fenced else fence[1]
            continue
        heading = None if fenced else _HEADING.fullmatch(line)
        if fenced:
            spans: list[Span] = [("  " + line, "soft")]
        elif heading:
            spans = [(text, "bold") for text, _ in _inline(heading[1], style)]
        else:
            spans = _inline(line, style)
        yield from _wrapped(spans, cells, style)


def _inline(text: str, style: str) -> list[Span]:
    spans: list[Span] = []
    at = 0
    for found in _INLINE.finditer(text):
        spans.append((text[at : found.start()], style))
        spans.append((found["of_code"], CODE) if found["code"] else (found["strong"], "bold"))
        at = found.end()
    return [*spans, (text[at:], style)]


def _wrapped(spans: Sequence[Span], cells: int, style: str) -> Iterator[Line]:
    """The spans broken into lines; each part takes the styles of the characters it was made of."""
    text = "".join(words for words, _ in spans)
    styles = [of for words, of in spans for _ in words]
    at = 0
    for part in wrap(text, cells):
        body = part.lstrip(" ")
        found = text.find(body, at)
        if found < 0:  # blanks were folded within it
            yield ((part, style),)
            continue
        at = found + len(body)
        yield _runs(" " * (len(part) - len(body)), body, styles[found:at], style)


def _runs(indent: str, text: str, styles: Sequence[str], style: str) -> Line:
    line: list[Span] = [(indent, style)] if indent else []
    begin = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or styles[i] != styles[begin]:
            line.append((text[begin:i], styles[begin]))
            begin = i
    return tuple(line) or (("", style),)
