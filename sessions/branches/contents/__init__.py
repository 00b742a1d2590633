"""What a branch holds: commits, files, lines."""
