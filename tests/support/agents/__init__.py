"""Agents to test with: a scripted one of ours, and real ones where they are installed."""
