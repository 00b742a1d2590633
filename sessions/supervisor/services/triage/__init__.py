"""The supervisor's queue of what needs a person: what is in it, what settles itself, and who is told."""
