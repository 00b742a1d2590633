"""Measures stations at work: their starts, their waiting, and what kills cost."""
