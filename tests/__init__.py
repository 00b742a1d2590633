"""The tests, in the rooms of what they test; what many of them use stands here."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The project's own directory."""
