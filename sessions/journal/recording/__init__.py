"""Recordings: a past as one portable file."""
