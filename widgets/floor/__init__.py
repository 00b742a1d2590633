"""What the floor shows: the wall and its panes, the first line, the timeline."""
