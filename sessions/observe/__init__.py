"""Transcripts of agents on disk, turned into events."""
