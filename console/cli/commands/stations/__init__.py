"""Commands about stations that this factory runs: the twins of the console's keys."""
