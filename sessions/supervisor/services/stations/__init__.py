"""The stations that this factory runs: their lives, what is said to them, what leaves them, and what they use up."""
