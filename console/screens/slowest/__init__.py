"""The slowest screen: which station is slow, by figures that can be checked, and what a key does about it."""
