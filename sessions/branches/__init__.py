"""Git branches and worktrees, turned into events."""
