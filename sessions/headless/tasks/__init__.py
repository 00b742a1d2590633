"""What headless JSON tells of the queue."""
