"""Kinds of agents that are programs in a terminal, and tell their state by hooks. Nothing is guessed from a screen."""
