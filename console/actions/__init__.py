"""Every action: its keys, where it works, what it says of itself."""
