"""What somebody sees of a terminal: attached to it, or as a picture. What would reach further than a screen is held
back."""
