"""Stations in the fold: what they are, say, do and use, with their sessions. Pure."""
