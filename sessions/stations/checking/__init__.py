"""A task's acceptance check: what its branch changed, and commands that must pass in a clean place."""
