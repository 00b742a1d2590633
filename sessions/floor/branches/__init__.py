"""Branches as values: what they hold, where they work, and which of them are shown. Pure."""
