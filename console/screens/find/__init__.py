"""One search over all conversations."""
