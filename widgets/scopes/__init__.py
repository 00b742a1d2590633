"""Who may write where, as lines."""
