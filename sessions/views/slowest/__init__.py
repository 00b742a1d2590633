"""The slowest station as it is shown: who stands where, and what is kept when its task is taken from it."""
