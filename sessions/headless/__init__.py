"""The floor without a screen, and its shapes as JSON."""
