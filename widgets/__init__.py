"""What the console draws: pure line builders, and the widgets that show them."""
