"""Commands about the queue: the twins of the keys of its screen."""
