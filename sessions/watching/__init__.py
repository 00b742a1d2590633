"""Directories that are watched by the kernel, and exact knowledge of those that are not."""
