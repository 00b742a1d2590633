"""The line between a supervisor and its consoles: frames, the door, the feed, the client."""
