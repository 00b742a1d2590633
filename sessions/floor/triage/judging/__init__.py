"""Which cases there are on a floor: one rule a kind, each a function that looks at one station or at all. Pure."""
