"""The built-in agent: a plain tool loop. Models are called in the host; all tools work inside the boundary."""
