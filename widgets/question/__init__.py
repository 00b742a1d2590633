"""What a question of an agent shows."""
