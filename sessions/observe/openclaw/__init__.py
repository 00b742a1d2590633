"""OpenClaw's transcripts and databases."""
