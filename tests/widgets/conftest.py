"""What all tests of what the console draws stand on."""

from __future__ import annotations

from tests.support.swift.idle import swift_pilots

__all__ = ["swift_pilots"]
