"""Holding programs while nobody looks: the keeper, which owns their terminals and starts them, and its clients."""
