"""The queue of what needs a person."""
