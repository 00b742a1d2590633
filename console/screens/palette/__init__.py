"""The palette: every action and place by its words."""
