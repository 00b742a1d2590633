"""Agents that this factory runs: how they are started, bounded, spoken to and ended. Agents <-> events."""
