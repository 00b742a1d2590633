"""What runs as a process of its own, of the standard library alone."""
