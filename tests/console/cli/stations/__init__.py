"""Commands about stations."""
