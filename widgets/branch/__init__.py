"""What the branch screen shows: patches."""
