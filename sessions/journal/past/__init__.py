"""A past, read: places in it, parts of it, the floor at any moment, its silences."""
