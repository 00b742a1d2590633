"""Commands that tell what was: events, what was used, what was said."""
