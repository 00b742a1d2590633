"""Runs git as a guest: one runner, objects, refs, worktrees, a scratch store. Nothing of the user's is written."""
