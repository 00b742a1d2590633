"""Finds transcripts on disk and reads them as they grow, whole, packed or put away."""
