"""Where stations work: a private clone each, from which commits leave through one checked door, and nothing is lost."""
