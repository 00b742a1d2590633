"""What the conflicts screen shows: the matrix, a pair, its hunks, the landing plan."""
