"""A station's place to break out of, and the ways that are tried."""
