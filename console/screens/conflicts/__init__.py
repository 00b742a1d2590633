"""The conflicts screen: which branches collide, where, and in which order they land."""
