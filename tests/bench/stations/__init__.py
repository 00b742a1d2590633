"""Measures what stations cost."""
