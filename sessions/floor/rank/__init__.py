"""Which station is the slowest, and why: pure, and with every figure that a verdict rests on."""
