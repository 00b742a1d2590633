"""The commands about what needs a person."""
