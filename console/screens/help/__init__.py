"""The help: signs, keys, search."""
