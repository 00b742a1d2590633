"""Work that waits, is done and is accepted: the queue and the moves of tasks."""
