"""What the processes of a factory have in common when they speak over a unix socket: a door, and framed JSON."""
