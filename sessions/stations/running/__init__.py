"""Stations at work: what fits them out, what holds them, what paces their starts, and how they come back."""
