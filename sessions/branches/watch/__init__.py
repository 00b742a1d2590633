"""Watches one repository: refs, worktrees, how far branches are, what changed; as events."""
