"""The lines of the queue of what needs a person."""
