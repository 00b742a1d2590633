"""What needs a person: cases, their causes, and what settles them. Pure."""
