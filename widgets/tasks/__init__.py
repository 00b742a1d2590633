"""Tasks as lines: rows of the queue, and what is known of one. Pure."""
