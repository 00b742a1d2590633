"""Claude Code's transcripts and state files."""
