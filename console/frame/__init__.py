"""What every console does, whatever it shows: it is drawn, takes keys, and goes from screen to screen."""
