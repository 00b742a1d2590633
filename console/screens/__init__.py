"""The screens, one file with its style sheet each."""
