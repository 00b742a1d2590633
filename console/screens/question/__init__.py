"""What an agent asks, in full."""
