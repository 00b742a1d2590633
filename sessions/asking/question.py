"""What a question is, and what it is answered with."""

from __future__ import annotations

from typing import Generic, TypeVar, get_args

import msgspec

A = TypeVar("A")


class Question(msgspec.Struct, Generic[A], frozen=True, tag_field="question"):
    """Something asked, to be answered with parts of the kind `A`."""


def answer_kind(kind: type[Question[A]]) -> type[A]:
    """What such a question is answered with."""
    (answer,) = get_args(vars(kind)["__orig_bases__"][0])
    found: type[A] = answer
    return found
