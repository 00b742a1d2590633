"""What the station screen shows: a conversation and its passages."""
