"""The replay screen: the floor as of any moment."""
