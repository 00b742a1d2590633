"""Host processes: agents that converse run in one, apart from the supervisor, and outlive it."""
