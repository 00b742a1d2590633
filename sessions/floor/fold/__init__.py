"""The fold: from events to the floor. Pure."""
