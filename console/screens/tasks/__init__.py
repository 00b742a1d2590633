"""The tasks screen: the queue, what is under way, and what a key does with it."""
