"""What is shown of the floor, as values. Pure."""
