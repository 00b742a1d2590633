"""What is told from inside stations, and what they are told: a durable outbox, the command inside, a door for HTTP."""
