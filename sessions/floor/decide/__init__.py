"""What a command comes to. Pure."""
