"""A live factory without an account: real stations in a real repository, whose models say what a script says."""
